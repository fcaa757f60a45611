"""How much of a deposit that was billed is there: plain values, no database (docs/rules.md, D25)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Change:
    """What a document did to a bill that charges a deposit, in the bill's currency: what it asks more of the deposit
    and of all else, and the money that came. `document` is what proves it."""

    on: date
    asked: Decimal = NOTHING
    others: Decimal = NOTHING
    paid: Decimal = NOTHING
    document: object = None


def received(asked: Decimal, others: Decimal, paid: Decimal) -> Decimal:
    """Of the money that came for a bill, the deposit's part: all else on the bill is paid first."""
    return max(min(paid - others, asked), NOTHING)


def movements(changes: Iterable[Change]) -> Iterator[tuple[Change, Decimal]]:
    """The changes that brought or took a part of the deposit, in order of days, each with that part."""
    asked = others = paid = there = NOTHING
    for change in sorted(changes, key=lambda change: change.on):
        asked, others, paid = asked + change.asked, others + change.others, paid + change.paid
        before, there = there, received(asked, others, paid)
        if there != before:
            yield change, there - before
