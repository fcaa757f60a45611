"""From the lines of a lease to its bills, single charges and discounts included: plain values, no database."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from . import taxes
from .accounts import account_of
from .billing import NOTHING, RENT, DraftLine, Line, taxed
from .due_dates import due_from
from .streams import LeaseTerms, lease_terms


class Draft(NamedTuple):
    """The lines of one lease that share a due date, rent first; `planned` is their earliest planned issue day (R10)."""

    due_date: date
    start: date
    end: date
    total: Decimal
    planned: date
    lines: tuple[Line, ...]


class Bill(NamedTuple):
    """A draft with the key of its lease, and the currency of its amounts."""

    lease: int
    currency: str
    due_date: date
    start: date
    end: date
    total: Decimal
    planned: date
    lines: tuple[Line, ...]


class Single(NamedTuple):
    """A charge, or a discount below zero, that is billed once, from a day on; rates as in `taxes`."""

    key: int
    kind: str
    currency: str
    stream: str
    amount: Decimal
    start: date
    end: date
    bill_on: date
    tax_rate: int
    withholding_rate: int
    arithmetic: str


@lru_cache(maxsize=2048)
def drafts_of(lines: tuple[DraftLine, ...]) -> tuple[Draft, ...]:
    """One draft for the lines that fall due together (R10), the earliest first."""
    ordered = sorted(
        lines, key=lambda line: (line.due_date, line.stream.name != RENT, line.period.start, line.stream.name)
    )
    groups = ((due, list(own)) for due, own in groupby(ordered, key=lambda line: line.due_date))
    return tuple(
        _draft(due, min(line.issue_day for line in own), [each for line in own for each in line.lines])
        for due, own in groups
    )


def _draft(due: date, planned: date, lines: Sequence[Line]) -> Draft:
    """The bill's period is the rent line's, else the span of its lines (R10)."""
    spanning = [line for line in lines if line.kind == RENT] or lines
    start, end = min(line.start for line in spanning), max(line.end for line in spanning)
    return Draft(due, start, end, sum((line.amount for line in lines), NOTHING), planned, tuple(lines))


def with_singles(
    drafts: tuple[Draft, ...], singles: Iterable[Single], lease: LeaseTerms, step: Decimal
) -> tuple[Draft, ...]:
    """The drafts with what is billed once: on the earliest of them, else on a bill of its own.

    A bill of its own is due by the lease's due rule, counted from the last day on which one of its charges is to be
    billed. A discount waits until there is enough to take it from: no bill is below zero.
    """
    first, others = drafts[:1], drafts[1:]
    own = list(first[0].lines if first else ())
    taken = list(_taken(singles, sum((line.amount for line in own), NOTHING), step))
    if not taken:
        return drafts
    own += [line for _single, lines in taken for line in lines]
    billed_on = max(single.bill_on for single, _lines in taken)
    due = first[0].due_date if first else due_from(billed_on, lease_terms(lease), billed_on)
    planned = min([billed_on, *(draft.planned for draft in first)])
    return (_draft(due, planned, own), *others)


def _taken(singles: Iterable[Single], total: Decimal, step: Decimal) -> Iterator[tuple[Single, tuple[Line, ...]]]:
    """Charges, then each discount for which the total has room, with their lines."""
    for single in sorted(singles, key=lambda each: (each.amount < 0, each.bill_on, each.key)):
        lines = _lines(single, step)
        if total + (amount := sum((line.amount for line in lines), NOTHING)) >= 0:
            total += amount
            yield single, lines


def _lines(single: Single, step: Decimal) -> tuple[Line, ...]:
    main = Line(
        single.currency,
        "discount" if single.amount < 0 else "charge",
        single.stream,
        single.start,
        single.end,
        single.amount,
        "",
        None,
        None,
        None,
        single.arithmetic,
        single.tax_rate,
        taxes.part(single.amount, single.withholding_rate, step),
        account_of(single.stream),
        single.key,
    )
    return (main, *taxed(main, step))
