"""How long the next term of a lease runs: counted from the lease's first day, never from a clipped month (D6, D10).

Both ends of a term count (docs/rules.md, D1).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from .terms import last_day

DAY = timedelta(days=1)


def whole_months(start: date, end: date) -> int | None:
    """How many whole months run from one day through another; None where they are not whole."""
    about = (end.year - start.year) * 12 + end.month - start.month
    return next((months for months in (about, about + 1) if last_day(start, months) == end), None)


def months_later(first: date, end: date, months: int) -> date:
    """The last day of so many months that follow `end`, of a lease that began on `first`.

    First day 31 January 2026, through 27 February: a month later is 30 March, since both are counted from the 31st.
    """
    through = whole_months(first, end)
    return last_day(end + DAY, months) if through is None else last_day(first, through + months)


def renewed_through(first: date, last: date, months: int | None, end: date | None) -> date | None:
    """The last day of a renewal: so many months after `last`, else the day that is named, else none."""
    return months_later(first, last, months) if months else end


def same_again(first: tuple[date, date], end: date) -> date:
    """The last day of the term that follows `end`, as long as the first one: in months if it was whole ones."""
    begun, ended = first
    months = whole_months(begun, ended)
    return months_later(begun, end, months) if months else end + (ended - begun) + DAY


def terms_until(first: tuple[date, date], end: date, on: date) -> Iterator[tuple[date, date]]:
    """The terms, each as long as the first one, that follow `end` until one holds `on`: first and last days (D11)."""
    while end < on:
        start, end = end + DAY, same_again(first, end)
        yield start, end
