"""The periods that a lease owes, computed from its anchor (docs/rules.md, D1, D5, D6, D7, D13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, takewhile

from dateutil.relativedelta import relativedelta

from modules.leasing.terms import Alignment, BillingTerms

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days billed, and the nominal period they belong to; both ends of each are included (D1)."""

    start: date
    end: date
    nominal_start: date
    nominal_end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def nominal_days(self) -> int:
        return (self.nominal_end - self.nominal_start).days + 1

    @property
    def is_whole(self) -> bool:
        return self.start == self.nominal_start and self.end == self.nominal_end


def periods(terms: BillingTerms, *, until: date) -> Iterator[Period]:
    """The periods that begin on or before `until`, in order: tiled, clipped to the first and last day of the terms."""
    return takewhile(lambda period: period.start <= until, _periods_from(terms, 0))


def periods_between(terms: BillingTerms, first: date, last: date) -> Iterator[Period]:
    """The periods whose planned issue day lies in first..last, in order, without walking there from the start."""
    index = 0
    if first > terms.start:
        # In arrears the period issued on a day ended the day before.
        ended = DAY if terms.in_arrears else timedelta()
        index = _index_of(terms, first + timedelta(days=terms.lead_days) - ended)
    for period in _periods_from(terms, index):
        issue_day = planned_issue_day(period, terms)
        if issue_day > last:
            return
        if issue_day >= first:
            yield period


def billing_day(period: Period, terms: BillingTerms) -> date:
    """The day that a due day is counted from: the period's first day in advance, the day after its end in arrears."""
    return period.end + DAY if terms.in_arrears else period.start


def planned_issue_day(period: Period, terms: BillingTerms) -> date:
    """The billing day less the lead days (R2)."""
    return billing_day(period, terms) - timedelta(days=terms.lead_days)


def _periods_from(terms: BillingTerms, index: int) -> Iterator[Period]:
    """The periods from the one numbered `index`, without end if the terms have none."""
    for number in count(index):
        nominal_start, nominal_end = _boundary(terms, number), _boundary(terms, number + 1) - DAY
        start = max(nominal_start, terms.start)
        if terms.end is not None and start > terms.end:
            return
        yield Period(start, min(nominal_end, terms.end or nominal_end), nominal_start, nominal_end)


def _anchor(terms: BillingTerms) -> date:
    """The first day of nominal period 0: the start itself, or that of the calendar period around it (D7)."""
    start, months = terms.start, terms.frequency.months
    if terms.alignment == Alignment.anniversary:
        return start
    if not months:
        return start - timedelta(days=start.weekday())
    return date(start.year, (start.month - 1) // months * months + 1, 1)


def _boundary(terms: BillingTerms, index: int) -> date:
    """The first day of nominal period `index`: the anchor and that many lengths, never a sum of clipped months (D6)."""
    frequency = terms.frequency
    return _anchor(terms) + relativedelta(months=index * frequency.months, weeks=index * frequency.weeks)


def _index_of(terms: BillingTerms, day: date) -> int:
    """The number of the nominal period that holds the day."""
    anchor, months = _anchor(terms), terms.frequency.months
    if not months:
        return (day - anchor).days // (7 * terms.frequency.weeks)
    index = ((day.year - anchor.year) * 12 + day.month - anchor.month) // months
    return index if _boundary(terms, index) <= day else index - 1
