"""When somebody else holds the rows that a press needs, and the database stops waiting for them."""

from django.db import OperationalError

# PostgreSQL's lock_not_available and deadlock_detected: the transaction was undone, and may be tried again.
PASSING = {"55P03", "40P01"}


def is_lock_timeout(error: OperationalError) -> bool:
    """Whether the same press will work in a moment; another error of the database is none of ours."""
    return getattr(error.__cause__, "sqlstate", None) in PASSING or "database is locked" in str(error)
