"""How a cost of a whole property falls on its homes and their leases (docs/rules.md, D23). No database.

The homes' parts make the cost, and in each home the leases' parts and what stays with the landlord make the home's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

from rentbook.kernel.money import round_money, split

from .metering import number, priced


@dataclass(frozen=True, slots=True)
class Living:
    """A lease on some of the days of a cost, both ends counted; one that does not `take_part` pays nothing of it."""

    lease: int
    start: date
    end: date
    persons: int = 1
    takes_part: bool = True

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class Home:
    """A home with its weight among the homes, and who lived there on the days of the cost."""

    unit: int
    weight: Decimal | Fraction
    living: tuple[Living, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What of a cost falls on a lease, or stays with the landlord where there is none; and the equation of it."""

    unit: int
    amount: Decimal
    arithmetic: str
    living: Living | None = None


def by_persons(living: Sequence[Living], days: int) -> Fraction:
    """A home's weight by the people who live there: how many they were on the mean of so many days."""
    return Fraction(sum(each.persons * each.days for each in living), days)


def share(cost: Decimal, homes: Sequence[Home], days: int, step: Decimal) -> Iterator[Part]:
    """Every part of a cost of so many days, in the order of the homes. ValueError where no home has a weight."""
    whole = sum((Fraction(home.weight) for home in homes), Fraction(0))
    amounts = split(cost, [home.weight for home in homes], step)
    for home, amount in zip(homes, amounts, strict=True):
        exact = Fraction(cost) * Fraction(home.weight) / whole
        equation = _equation(_ratio(home.weight, whole), cost, exact, amount, step)
        yield from _parts_of(home, amount, days, equation, step)


def _parts_of(home: Home, amount: Decimal, days: int, equation: str, step: Decimal) -> Iterator[Part]:
    """A home's part by the days of its leases: the running sum is rounded, so that they make it exactly (D23)."""
    counted = sum(each.days for each in home.living)
    of_days = max(days, counted)
    running = [_through(amount, done, of_days, step) for done in _running(home.living)]

    def part(count: int, own: Decimal, living: Living | None = None) -> Part:
        exact = Fraction(amount) * count / of_days
        by_days = "" if own == amount else f"; {_equation(f'{count}/{of_days}', amount, exact, own, step)}"
        return Part(home.unit, own, equation + by_days, living)

    for each, (before, after) in zip(home.living, pairwise(running), strict=True):
        yield part(each.days, after - before, each if each.takes_part else None)
    if left := amount - running[-1]:
        yield part(of_days - counted, left)


def _through(amount: Decimal, days: int, of_days: int, step: Decimal) -> Decimal:
    """What so many of the days cost: all of it for all of them, and never more."""
    return amount if days == of_days else min(round_money(Fraction(amount) * days / of_days, step), amount)


def _equation(ratio: str, of: Decimal, exact: Fraction, amount: Decimal, step: Decimal) -> str:
    """`2/7 x 70,000 = 20,000`; `1/3 x 100 ≈ 34` where the part took a step more or less, so that all make the whole."""
    sign = "=" if round_money(exact, step) == amount else "≈"
    return f"{ratio} x {priced(of, step)} {sign} {priced(amount, step)}"


def _running(living: Sequence[Living]) -> Iterator[int]:
    return accumulate((each.days for each in living), initial=0)


def _ratio(weight: Decimal | Fraction, whole: Fraction) -> str:
    """2/7 or 45.5/120 as the landlord counts; in lowest terms where a mean of people is no whole number."""
    own = Fraction(weight)
    if isinstance(weight, Decimal):
        return f"{number(weight)}/{number(_decimal(whole))}"
    if own.denominator == whole.denominator == 1:
        return f"{own}/{whole}"
    return str(own / whole)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
