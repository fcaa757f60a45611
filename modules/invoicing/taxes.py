"""Tax on a line, and what a tenant must withhold of it (docs/rules.md, D27, D29).

A rate is in hundredths of a percent. What it makes is rounded once, to `step`, the landlord's billing unit.
"""

from decimal import Decimal
from fractions import Fraction

from rentbook.kernel.money import decimals, round_money
from rentbook.kernel.percent import WHOLE, as_percent


def part(amount: Decimal, rate: int, step: Decimal) -> Decimal:
    """The rate's part of the amount: 18 % of 20,000 is 3,600."""
    return round_money(Fraction(amount) * rate / WHOLE, step) if rate else Decimal(0)


def explain(amount: Decimal, rate: int, tax: Decimal) -> str:
    """An equation that holds: `18 % x 20,000 = 3,600`."""
    return f"{as_percent(rate)} % x {_number(amount)} = {_number(tax)}"


def _number(value: Decimal) -> str:
    places = max(0, decimals(value.normalize()))
    return f"{value:,.{2 if places == 1 else places}f}"
