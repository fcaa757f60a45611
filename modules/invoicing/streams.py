"""What a lease bills, as the database holds it, and how much of it a window of days can see: plain values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

from modules.leasing.terms import Alignment, BillingTerms, Frequency, Proration

from .periods import DAY

CALENDAR = Alignment.calendar.value


class LeaseTerms(NamedTuple):
    """The terms that a lease's charges share."""

    start: date
    end: date | None
    frequency: str
    alignment: str
    proration: str
    in_arrears: bool
    due_day: int | None
    due_days_after: int | None
    lead_days: int


class Stream(NamedTuple):
    """A charge of a lease: an amount a period between two days, in the lease's currency; rates as in `taxes`."""

    name: str
    currency: str
    amount: Decimal
    start: date
    end: date | None
    frequency: str
    alignment: str
    proration: str
    in_arrears: bool | None
    due_day: int | None
    due_days_after: int | None
    lead_days: int | None
    tax_rate: int
    withholding_rate: int
    lease: LeaseTerms


def terms_of(stream: Stream) -> BillingTerms:
    """What is empty on the charge is the lease's; a calendar of its own is counted from its own first day (D7).

    Raises TermsError where the terms contradict each other.
    """
    lease, own_due = stream.lease, (stream.due_day, stream.due_days_after)
    due_day, due_days_after = (lease.due_day, lease.due_days_after) if own_due == (None, None) else own_due
    own_calendar = stream.frequency or stream.alignment
    return BillingTerms(
        start=max(stream.start, lease.start) if own_calendar else lease.start,
        end=lease.end,
        frequency=Frequency(stream.frequency or lease.frequency),
        alignment=Alignment(stream.alignment or lease.alignment),
        proration=Proration(stream.proration or lease.proration),
        in_arrears=lease.in_arrears if stream.in_arrears is None else stream.in_arrears,
        due_day=due_day,
        due_days_after=due_days_after,
        lead_days=lease.lead_days if stream.lead_days is None else stream.lead_days,
    )


def lease_terms(lease: LeaseTerms) -> BillingTerms:
    """The terms of the lease itself. Raises TermsError where they contradict each other."""
    frequency, alignment, proration = Frequency(lease.frequency), Alignment(lease.alignment), Proration(lease.proration)
    when = lease.in_arrears, lease.due_day, lease.due_days_after, lease.lead_days
    return BillingTerms(lease.start, lease.end, frequency, alignment, proration, *when)


@dataclass(frozen=True)
class Sight:
    """How far from its two days a window can see: what lies further makes no difference to what it bills.

    A stream is drawn in to there, so that the thousands that differ only out of sight are one stream, worked out once.
    """

    first: date
    last: date

    def drawn_in(self, stream: Stream) -> Stream:
        """The stream that bills the same in this window. An anniversary is kept: each period is counted from it."""
        lease, start, end = stream.lease, stream.start, stream.end
        if lease.end is not None and max(start, lease.start) > lease.end:
            return stream  # it bills nothing, in whatever window
        early, late = self._reach[stream.frequency or lease.frequency]
        lease_start, lease_end = lease.start, lease.end
        if (stream.alignment or lease.alignment) == CALENDAR:
            early = min(early, lease_end or early)  # a lease that ended long ago still begins before its end
            start, lease_start = max(start, early), max(lease_start, early)
        if not (stream.lead_days or lease.lead_days):
            end, lease_end = _near(end, late), _near(lease_end, late)
        terms = LeaseTerms._make((lease_start, lease_end, *lease[2:]))
        return Stream._make((*stream[:3], start, end, *stream[5:-1], terms))

    @cached_property
    def _reach(self) -> dict[str, tuple[date, date]]:
        """By frequency, two of the longest periods before and after: one billed in arrears began so long ago."""
        days = {frequency.value: 2 * (31 * frequency.months + 7 * frequency.weeks) for frequency in Frequency}
        return {name: (before(self.first, reach), self.last + reach * DAY) for name, reach in days.items()}


def _near(end: date | None, late: date) -> date | None:
    return None if end is None or end > late else end


sight_of = lru_cache(maxsize=64)(Sight)


def before(day: date, days: int) -> date:
    """So many days earlier, or the first day that there is."""
    return day - days * DAY if (day - date.min).days > days else date.min
