"""What an amount becomes by a step: by so much, by a percentage, or by an index (docs/rules.md, D9).

Plain values: exact fractions until the end, then rounded once, half away from zero (docs/rules.md, D2).
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from rentbook.kernel.money import round_money
from rentbook.kernel.percent import WHOLE


@dataclass(frozen=True, slots=True)
class ByAmount:
    """So much more, or less where it is below zero."""

    how: ClassVar[str] = "amount"
    more: Decimal

    def of(self, old: Decimal) -> Fraction:
        return Fraction(old) + Fraction(self.more)

    def kept(self) -> dict[str, Any]:
        return {"how": self.how}


@dataclass(frozen=True, slots=True)
class ByPercent:
    """A part of the old amount more; `rate` in hundredths of a percent: 8 % is 800."""

    how: ClassVar[str] = "percent"
    rate: int

    def of(self, old: Decimal) -> Fraction:
        return Fraction(old) * (WHOLE + self.rate) / WHOLE

    def kept(self) -> dict[str, Any]:
        return {"how": self.how, "raised_by": self.rate}


@dataclass(frozen=True, slots=True)
class ByIndex:
    """In the ratio of two values of a published index. Raises ValueError unless both are above zero."""

    how: ClassVar[str] = "index"
    name: str
    before: Decimal
    after: Decimal

    def __post_init__(self) -> None:
        if min(self.before, self.after) <= 0:
            raise ValueError("an index is above zero")

    def of(self, old: Decimal) -> Fraction:
        return Fraction(old) * Fraction(self.after) / Fraction(self.before)

    def kept(self) -> dict[str, Any]:
        values = {"index_before": self.before, "index_after": self.after}
        return {"how": self.how, "index_name": self.name, **values}


Rise = ByAmount | ByPercent | ByIndex


def stepped(old: Decimal, rise: Rise, step: Decimal) -> Decimal:
    """The new amount, rounded to a multiple of `step`: 500,000 and 8 %, rounded to 1,000, is 540,000."""
    return round_money(rise.of(old), step)
