"""From a lease's terms and charges to the invoices of a window of days: plain values, no database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from modules.leasing.terms import BillingTerms, Frequency

from .due_dates import due_date, planned_issue_day
from .periods import DAY, Period, periods_between
from .proration import Share, prorate, split_part

RENT = "rent"


@dataclass(frozen=True, slots=True)
class ChargeTerms:
    """A charge stream as billing sees it: an amount a whole period between two days, in the lease's currency."""

    stream: str
    amount: Decimal
    start: date
    end: date | None
    due_day: int | None


@dataclass(frozen=True, slots=True)
class DraftLine:
    stream: str
    period: Period
    share: Share
    issue_day: date
    due_date: date


@dataclass(frozen=True, slots=True)
class DraftInvoice:
    """The lines of one lease that share a due date (docs/rules.md, R10)."""

    due_date: date
    lines: tuple[DraftLine, ...]

    @property
    def period(self) -> tuple[date, date]:
        """The rent line's period, else the span of the lines'."""
        lines = [line for line in self.lines if line.stream == RENT] or self.lines
        return min(line.period.start for line in lines), max(line.period.end for line in lines)

    @property
    def total(self) -> Decimal:
        return sum((line.share.amount for line in self.lines), Decimal(0))


def series(period_start: date) -> str:
    """The series of numbers that a bill belongs to, by the month of its period: INV-202601 (docs/rules.md, R6)."""
    return f"INV-{period_start:%Y%m}"


def draft_lines(
    terms: BillingTerms, charges: Iterable[ChargeTerms], first: date, last: date, step: Decimal
) -> Iterator[DraftLine]:
    """Every charge of every period whose planned issue day lies between the two days, both included.

    `step` is the billing unit of the lease's currency (docs/rules.md, D2). What comes to nothing is left out.
    """
    for charge in charges:
        own = replace(terms, due_day=charge.due_day, due_days_after=None) if charge.due_day else terms
        for period in periods_between(own, first, last):
            start, end = max(period.start, charge.start), min(period.end, charge.end or date.max)
            if start > end:
                continue
            billed = replace(period, start=start, end=end)
            share = prorate(charge.amount, billed, own.proration, own.frequency, step)
            if share.amount:
                yield DraftLine(charge.stream, billed, share, planned_issue_day(period, own), due_date(period, own))


def remaining(line: DraftLine, taken: Iterable[tuple[date, date]], frequency: Frequency) -> Iterator[DraftLine]:
    """The line without the days that are billed already; a part of a period costs what is left of it (D4, D13)."""
    free = line.period.start
    for start, end in sorted(taken):
        if start > line.period.end or end < free:
            continue
        if start > free:
            yield _part(line, free, start - DAY, frequency)
        free = end + DAY
    if free == line.period.start:
        yield line
    elif free <= line.period.end:
        yield _part(line, free, line.period.end, frequency)


def _part(line: DraftLine, start: date, end: date, frequency: Frequency) -> DraftLine:
    """The part of a line between two days: its price up to the last, less its price up to the day before the first."""
    period, price = replace(line.period, end=end), line.share.whole
    firsts = [line.period.start] if start == line.period.start else [line.period.start, start]
    shares = split_part(period, [(first, price) for first in firsts], line.share.method, frequency, line.share.step)
    return replace(line, period=replace(period, start=start), share=shares[-1])


def group(lines: Iterable[DraftLine]) -> list[DraftInvoice]:
    """One invoice for the lines that fall due together, rent first."""
    ordered = sorted(lines, key=lambda line: (line.due_date, line.stream != RENT, line.period.start, line.stream))
    return [DraftInvoice(due, tuple(own)) for due, own in groupby(ordered, key=lambda line: line.due_date)]
