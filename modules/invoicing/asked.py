"""What a bill still asks of its tenant: its total, less what came off, less what is withheld as tax. No database.

A tenant who must withhold pays the rest, and the certificate settles what was withheld (docs/rules.md, D27).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rentbook.kernel.percent import WHOLE

STEPS = (100, 50, 1)  # hundredths of a percent: people agree on whole percents, seldom on halves


@dataclass(frozen=True)
class Asked:
    """A bill's figures, in its currency: what is left of it, and of that what the tenant does not pay but withholds."""

    total: Decimal
    settled: Decimal
    to_withhold: Decimal = Decimal(0)
    withheld: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        return self.total - self.settled

    @property
    def still_to_withhold(self) -> Decimal:
        """What no certificate has settled yet; never more than what is left."""
        return min(self.left, max(Decimal(0), self.to_withhold - self.withheld))

    @property
    def to_pay(self) -> Decimal:
        return self.left - self.still_to_withhold


def common_rate(parts: Iterable[tuple[Decimal, Decimal]]) -> int | None:
    """The one rate by which each part was taken of its whole, in hundredths of a percent; None where there are several.

    A part was rounded when it was taken: 35,484 of 354,839 is 10 %.
    """
    rates = {rate_of(part, whole) for part, whole in parts}
    return rates.pop() if len(rates) == 1 else None


def rate_of(part: Decimal, whole: Decimal) -> int:
    """The plainest rate that gives the part, rounded as it is written; 1000 for 10 %."""
    exact = part * WHOLE / whole
    near = [int((exact / step).quantize(Decimal(1), ROUND_HALF_UP)) * step for step in STEPS]
    written = Decimal(1).scaleb(min(0, int(part.normalize().as_tuple().exponent)))
    return next((rate for rate in near if (whole * rate / WHOLE).quantize(written, ROUND_HALF_UP) == part), near[-1])
