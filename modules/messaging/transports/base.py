"""What every transport answers. Transports never touch the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rentbook.kernel.contributions import Document


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it goes out: the address, the reader's language, the text with its link, a file."""

    at: datetime
    to: str
    channel: str
    template: str
    language: str
    text: str
    link: str = ""
    document: Document | None = None


class TransportError(Exception):
    """The service refused the message. `permanent`: the same message will never go."""

    def __init__(self, message: str, *, permanent: bool):
        super().__init__(message)
        self.permanent = permanent


class Transport(Protocol):
    def send(self, message: Outgoing) -> str:
        """Hand the message over; returns the service's reference. Raises TransportError when it was refused."""
        ...
