"""The kernel's models, gathered for Django."""

from .contacts import Contact
from .jobs import Job
from .log import LogEntry
from .numbering import Counter
from .people import Landlord, Membership, User

__all__ = ["Contact", "Counter", "Job", "Landlord", "LogEntry", "Membership", "User"]
