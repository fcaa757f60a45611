"""The last day of who gives notice (docs/rules.md, D11). Plain values."""

from datetime import date, timedelta


def last_day_by_notice(given: date, days: int, ends_by_itself: date | None) -> date:
    """The earliest last day: so many days after the notice, and no later than the lease ends by itself.

    30 days from 10 March: 9 April.
    """
    return min(given + timedelta(days=days), ends_by_itself or date.max)
