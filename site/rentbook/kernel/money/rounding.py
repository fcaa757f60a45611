"""Rounding to what can be paid, and sharing without losing or making money. Exact fractions all the way."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

from .units import EXACT, unit

# Where people pay in coarser steps than ISO 4217 has places for: no provider takes cents of a Tanzanian shilling.
PRACTICAL_UNITS = {"TZS": Decimal(1)}

HALF = Fraction(1, 2)


def billing_unit(code: str) -> Decimal:
    """The step to which bills in this currency are rounded, if a landlord sets no other (docs/rules.md, D2)."""
    return PRACTICAL_UNITS.get(code) or unit(code)


def round_money(value: Decimal | Fraction | int, step: Decimal) -> Decimal:
    """The multiple of step nearest to value, half away from zero: once, at the end of a sum (docs/rules.md, D2).

    A Fraction may be given, so that nothing is cut on the way: Fraction(75_001) * 15 / 31.
    """
    steps = _fraction(value) / _positive(step)
    nearest = floor(abs(steps) + HALF)
    return _times(step, nearest if steps >= 0 else -nearest)


def split(total: Decimal, weights: Sequence[Decimal | Fraction | int], step: Decimal) -> list[Decimal]:
    """Parts in the ratio of the weights, in multiples of step, whose sum is the total (docs/rules.md, D23).

    Each part gets its whole steps; those left over go to the largest remainders, one each, the earlier first in a tie.
    What a total has below one step goes to the remainder after those. A weight of zero gets nothing, a negative total
    is split as its opposite (a credit note mirrors its bill). ValueError for a negative weight, and for a total with
    no weight to carry it.
    """
    quotas = _quotas(total, weights, step)
    steps = [floor(quota) for quota in quotas]
    spare = floor(sum(quotas)) - sum(steps)
    by_remainder = sorted(range(len(quotas)), key=lambda place: steps[place] - quotas[place])
    for place in by_remainder[:spare]:
        steps[place] += 1
    sign = -1 if total < 0 else 1
    parts = [_times(step, sign * count) for count in steps]
    if below_one_step := EXACT.remainder(Decimal(total), Decimal(step)):
        place = by_remainder[spare]
        parts[place] = EXACT.add(parts[place], below_one_step)
    return parts


def _quotas(total: Decimal, weights: Sequence[Decimal | Fraction | int], step: Decimal) -> list[Fraction]:
    """How many steps of the total fall to each weight, as an exact fraction and without its sign."""
    shares = [_fraction(weight) for weight in weights]
    if any(share < 0 for share in shares):
        raise ValueError("a weight is negative")
    if total and not any(shares):
        raise ValueError(f"{total} cannot be split: no weight is above zero")
    steps_per_share = abs(_fraction(total)) / _positive(step) / (sum(shares) or 1)
    return [steps_per_share * share for share in shares]


def _fraction(number: Decimal | Fraction | int) -> Fraction:
    if isinstance(number, float):
        raise TypeError(f"a float holds no money: {number!r}")
    return Fraction(number)


def _positive(step: Decimal) -> Fraction:
    if step <= 0:
        raise ValueError(f"a step is above zero, not {step}")
    return _fraction(step)


def _times(step: Decimal, count: int) -> Decimal:
    return EXACT.multiply(Decimal(step), Decimal(count))
