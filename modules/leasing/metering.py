"""What the readings of a meter come to: what was used, its price by blocks, and an estimate. No database.

A meter and those that replaced it are one history, from the oldest's first value on. `moved` is what a meter's values
lack against one count that runs on through all of them, so that what was used is a difference of counts. Quantities
and prices of a unit are exact; an amount is rounded once, to the billing unit (docs/rules.md, D2).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import pairwise
from math import floor

from rentbook.kernel.money import decimals, round_money

DAY = timedelta(days=1)
NOTHING = Decimal(0)
INTERVALS = 3  # of the mean that an estimate stands on
USUAL = 3  # times the mean before: more is looked at again


class Kind(Enum):
    OPENING = "what a meter began with"
    READ = "read"
    ESTIMATED = "estimated"
    CLOSING = "what a meter that was replaced ended with"


READINGS = (Kind.READ, Kind.ESTIMATED)


@dataclass(frozen=True, slots=True)
class Stand:
    """What a meter showed on a day."""

    on: date
    value: Decimal
    kind: Kind = Kind.READ
    moved: Decimal = NOTHING

    @property
    def count(self) -> Decimal:
        """The value on the count that runs on through every meter of the history."""
        return self.value + self.moved


History = Sequence[Stand]


# --- What was used ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Use:
    """What was used, and from which value to which on each meter that counted it."""

    units: Decimal
    spans: tuple[tuple[Decimal, Decimal], ...]


def first_day(history: History) -> date:
    """The first day that the next reading is about: the day after the last one, else the day of the installation."""
    readings = [stand for stand in history if stand.kind in READINGS]
    return readings[-1].on + DAY if readings else history[0].on


def used(history: History, since: date, now: Stand) -> Use:
    """What somebody used who has been counted since a day, beyond the highest count that was billed to them so far.

    They begin with the last value on or before that day. After an estimate that was too high nothing is used until
    the true readings have passed it.
    """
    begun = max((place for place, stand in enumerate(history) if stand.on <= since), default=0)
    billed = [begun, *(place for place, stand in enumerate(history) if place > begun and stand.kind in READINGS)]
    top = max(billed, key=lambda place: (history[place].count, place))
    marks = [stand for stand in history[top + 1 :] if stand.kind not in READINGS]
    path = [history[top], *marks, now]
    spans = tuple((start.value, end.value) for start, end in zip(path[::2], path[1::2], strict=True))
    return Use(max(now.count - history[top].count, NOTHING), spans)


def estimate(history: History, on: date) -> Decimal | None:
    """The count to be expected on a day: the mean use per day of the last three intervals, whole units, rounded down.

    Intervals lie between values that were read. None where there is none to go by.
    """
    known = _read(history)
    if len(known) < 2:
        return None
    return known[-1].count + floor(_mean(known) * (on - known[-1].on).days)


def unusual(history: History) -> bool:
    """Whether the last interval has more than three times the mean use per day of those before it."""
    known = _read(history)
    return len(known) > 2 and _mean(known[-2:]) > USUAL * _mean(known[:-1]) > 0


def _read(history: History) -> list[Stand]:
    """What was read, one value a day."""
    read = [stand for stand in history if stand.kind != Kind.ESTIMATED]
    return [read[0], *(stand for before, stand in pairwise(read) if stand.on > before.on)]


def _mean(known: Sequence[Stand]) -> Fraction:
    """The mean use per day of the last three intervals."""
    first, last = known[-1 - INTERVALS :][0], known[-1]
    return Fraction(last.count - first.count) / (last.on - first.on).days


# --- Who used it -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stay:
    """The days on which a lease pays for what a meter counts."""

    lease: int
    start: date
    end: date | None


class Unparted(ValueError):
    """The days of a reading are not one tenant's alone; `stay` is whose days begin in their midst."""

    def __init__(self, stay: Stay):
        self.stay = stay


def who_pays(stays: Iterable[Stay], first: date, on: date) -> Stay | None:
    """Whose use a reading is that was taken `on` and is about the days from `first`; None where nobody pays for it.

    A reading on a lease's first day is what it begins with. Raises Unparted where a lease begins later within those
    days, or another runs beside it: nobody has read what each of them used.
    """
    there = [stay for stay in stays if stay.start < on and (stay.end or date.max) >= first]
    there.sort(key=lambda stay: stay.start)
    if len(there) > 1 or any(stay.start > first for stay in there):
        raise Unparted(there[-1])
    return there[0] if there else None


# --- What it costs ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """From `above` so many units on, each costs `price`."""

    above: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class Prices:
    """The blocks of one day in ascending order, the first above nothing; `step` is the billing unit."""

    blocks: tuple[Block, ...]
    standing: Decimal
    measure: str
    step: Decimal

    def parts(self, units: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
        """How many units fall into each block, and its price."""
        tops = [block.above for block in self.blocks[1:]]
        for block, top in zip(self.blocks, [*tops, None], strict=True):
            within = (units if top is None else min(units, top)) - block.above
            if within > 0:
                yield within, block.price

    def amount(self, units: Decimal) -> Decimal:
        """The price of so many units with the standing charge, rounded once (docs/rules.md, D2)."""
        exact = sum((Fraction(count) * Fraction(price) for count, price in self.parts(units)), Fraction(self.standing))
        return round_money(exact, self.step)

    def explain(self, use: Use) -> str:
        """An equation that holds: `120 to 216 kWh: 50 x 100 + 46 x 292 = 18,432`."""
        spans = ", ".join(f"{number(start)} to {number(end)}" for start, end in use.spans)
        terms = [f"{number(count)} x {number(price)}" for count, price in self.parts(use.units)]
        terms += [number(self.standing)] if self.standing else []
        return f"{spans} {self.measure}: {' + '.join(terms) or 0} = {priced(self.amount(use.units), self.step)}"


def number(value: Decimal) -> str:
    """A quantity or a price in an equation: 1,250.5."""
    return f"{value.normalize():,f}"


def priced(amount: Decimal, step: Decimal) -> str:
    """An amount in an equation, with the places of its billing unit: 18,432 or 987.10."""
    places = max(0, decimals(step.normalize()), decimals(amount.normalize()))
    return f"{amount:,.{places}f}"
