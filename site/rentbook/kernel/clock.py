"""The one place that reads the time. Dates are dates in the landlord's time zone (docs/rules.md, D14)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils import timezone

_travelled: ContextVar[datetime | None] = ContextVar("travelled", default=None)


class InZone(Protocol):
    time_zone: str


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _travelled.get() or timezone.now()  # noqa: TID251


def today(landlord: InZone) -> date:
    """The landlord's local date: at 22:30 UTC on 31 January it is February in Dar es Salaam."""
    return local(now(), landlord).date()


def local(moment: datetime, landlord: InZone) -> datetime:
    """The same moment on the landlord's wall clock."""
    return moment.astimezone(ZoneInfo(landlord.time_zone))


@contextmanager
def travel(to: datetime | date) -> Iterator[None]:
    """Stand at another moment inside the block; a bare date means its noon in UTC."""
    moment = to if isinstance(to, datetime) else datetime.combine(to, time(12), UTC)
    token = _travelled.set(moment)
    try:
        yield
    finally:
        _travelled.reset(token)
