"""From a lease's charges to the lines of a window of days: plain values, no database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

from modules.leasing.streams import TAX
from modules.leasing.terms import Frequency

from . import taxes
from .accounts import account_of
from .due_dates import due_date, planned_issue_day
from .periods import DAY, Period, periods_between
from .proration import Share, prorate, split_part
from .streams import Stream, terms_of

RENT = "rent"
NOTHING = Decimal(0)


class Line(NamedTuple):
    """A line as it is written: how much of a stream between two days, with the rule, the inputs and the arithmetic.

    `tax_rate` in hundredths of a percent; `withheld` is what the tenant is expected to keep back of the amount.
    """

    currency: str
    kind: str
    stream: str
    start: date
    end: date
    amount: Decimal
    rule: str
    days: int | None
    of_days: int | None
    price: Decimal | None
    arithmetic: str
    tax_rate: int
    withheld: Decimal
    account: str
    one_off: int | None


@dataclass(frozen=True, eq=False)
class DraftLine:
    """A stream's share of one period. Each is its own self: thousands of leases hold the same one."""

    stream: Stream
    period: Period
    share: Share
    issue_day: date
    due_date: date

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The line itself, and the tax on it if there is any."""
        stream, share = self.stream, self.share
        main = Line(
            stream.currency,
            "rent" if stream.name == RENT else "charge",
            stream.name,
            self.period.start,
            self.period.end,
            share.amount,
            share.method.value,
            share.days,
            share.of_days,
            share.whole,
            share.explain(),
            stream.tax_rate,
            taxes.part(share.amount, stream.withholding_rate, share.step),
            account_of(stream.name),
            None,
        )
        return (main, *taxed(main, share.step))


def taxed(line: Line, step: Decimal) -> Iterator[Line]:
    """The line of the tax on a line; none where it comes to nothing (docs/rules.md, D29)."""
    if tax := taxes.part(line.amount, line.tax_rate, step):
        name = f"{TAX}{line.stream}"
        arithmetic = taxes.explain(line.amount, line.tax_rate, tax)
        inputs = line._replace(rule="", days=None, of_days=None, price=None, withheld=NOTHING)
        yield inputs._replace(kind="tax", stream=name, amount=tax, arithmetic=arithmetic, account=account_of(name))


@lru_cache(maxsize=64)
def series(period_start: date) -> str:
    """The series of numbers that a bill belongs to, by the month of its period: INV-202601 (docs/rules.md, R6)."""
    return f"INV-{period_start:%Y%m}"


@lru_cache(maxsize=2048)
def draft_lines(stream: Stream, first: date, last: date, step: Decimal) -> tuple[DraftLine, ...]:
    """Every period of the stream whose planned issue day lies between the two days, both included.

    `step` is the landlord's billing unit (docs/rules.md, D2). What comes to nothing is left out. Raises TermsError.
    """
    return tuple(line for line in _shares(stream, first, last, step) if line.share.amount)


def _shares(stream: Stream, first: date, last: date, step: Decimal) -> Iterator[DraftLine]:
    begun = max(stream.start, stream.lease.start)
    if stream.lease.end is not None and begun > stream.lease.end:
        return
    terms = terms_of(stream)
    for period in periods_between(terms, first, last):
        start, end = max(period.start, begun), min(period.end, stream.end or date.max)
        if start <= end:
            billed = replace(period, start=start, end=end)
            share = prorate(stream.amount, billed, terms.proration, terms.frequency, step)
            yield DraftLine(stream, billed, share, planned_issue_day(period, terms), due_date(period, terms))


def remaining(line: DraftLine, taken: Iterable[tuple[date, date]]) -> Iterator[DraftLine]:
    """The line without the days that are billed already; a part of a period costs what is left of it (D4, D13)."""
    free = line.period.start
    for start, end in sorted(taken):
        if start > line.period.end or end < free:
            continue
        if start > free:
            yield _part(line, free, start - DAY)
        free = end + DAY
    if free == line.period.start:
        yield line
    elif free <= line.period.end:
        yield _part(line, free, line.period.end)


def _part(line: DraftLine, start: date, end: date) -> DraftLine:
    """The part of a line between two days: its price up to the last, less its price up to the day before the first."""
    period, share = replace(line.period, end=end), line.share
    firsts = [line.period.start] if start == line.period.start else [line.period.start, start]
    frequency = Frequency(line.stream.frequency or line.stream.lease.frequency)
    shares = split_part(period, [(first, share.whole) for first in firsts], share.method, frequency, share.step)
    return replace(line, period=replace(period, start=start), share=shares[-1])
