"""What of an invoice's lines is settled: rent first, then utilities, then fees (docs/rules.md, D30). No database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

#: By the kind of a line; what is not named stands with the utilities. Tax goes with what it is on.
PLACES = {"rent": 0, "opening": 0, "deposit": 2, "late_fee": 3}
UTILITIES = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A line: its key, its kind (of a tax, the kind of what it is on), and its amount, below zero for a discount."""

    key: int
    kind: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Settled:
    """What settled the invoice, below zero for a reversal; a credit note says how much of it is for which line."""

    amount: Decimal
    own: Mapping[int, Decimal] = field(default_factory=dict)


def allocate(lines: Iterable[Asked], settlements: Iterable[Settled]) -> dict[int, Decimal]:
    """How much of each line is settled, by its key; together as much as the settlements.

    A credit note settles its own lines, as far as it settled the invoice at all. A discount counts as settled from the
    beginning, and comes off the others in their order. All else settles what is left: rent, utilities, deposit, fees,
    of alike ones the earlier line first.
    """
    lines, settlements = list(lines), list(settlements)
    found = {line.key: min(line.amount, Decimal(0)) for line in lines}
    ordered = sorted(lines, key=lambda line: PLACES.get(line.kind, UTILITIES))
    pool = -sum(found.values(), Decimal(0))
    for each in settlements:
        pool += each.amount - _take(ordered, found, each.amount, each.own)
    _take(ordered, found, pool, {line.key: line.amount for line in lines})
    return found


def _take(lines: Iterable[Asked], found: dict[int, Decimal], amount: Decimal, most: Mapping[int, Decimal]) -> Decimal:
    """Settle the lines in their order out of an amount, each by no more than `most` says; returns how much it took."""
    left = amount
    for line in lines:
        part = min(line.amount - found[line.key], most.get(line.key, Decimal(0)), left)
        if part > 0:
            found[line.key] += part
            left -= part
    return amount - left
