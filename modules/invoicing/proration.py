"""What a part of a period costs (docs/rules.md, D2 to D5, D8, D9, D23).

`whole` is the price of one whole period, `step` the landlord's billing unit for the currency. A whole period costs
`whole` as it stands; what is computed is rounded once, to `step`, and is never more than `whole`.
"""

from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

from modules.leasing.terms import Frequency, Proration
from rentbook.kernel.money import decimals, round_money

from .periods import DAY, Period


@dataclass(frozen=True, slots=True)
class Share:
    """The price of `days` real days of a period, and how it came about.

    The fraction is days / of_days, of `per_year` whole prices where a year is divided (1 elsewhere). `before` is
    what the earlier parts of the same period cost at this price, None where there are none.
    """

    method: Proration
    days: int
    of_days: int
    whole: Decimal
    amount: Decimal
    step: Decimal = Decimal("0.01")
    per_year: int = 1
    before: Decimal | None = None

    def explain(self) -> str:
        """An equation that holds: `17/31 x 1,800.00 = 987.10`, by the year `22/365 x 12 x 500,000 = 361,644`.

        A whole is `1 x` its price, and a later part that the fraction does not give is a difference.
        """
        parts, whole, amount = self.days * self.per_year, self._format(self.whole), self._format(self.amount)
        if parts <= self.of_days and _cost(self.whole, parts, self.of_days, self.step) == self.amount:
            times = f" x {self.per_year}" if self.per_year > 1 else ""
            return f"{self.days}/{self.of_days}{times} x {whole} = {amount}"
        if self.before is not None:
            return f"{self._format(self.before + self.amount)} - {self._format(self.before)} = {amount}"
        return f"1 x {whole} = {amount}"

    def _format(self, value: Decimal) -> str:
        numbers = (self.step, self.whole, self.amount)
        places = max(0, *(decimals(number.normalize()) for number in numbers))
        return f"{value:,.{2 if places == 1 else places}f}"


def prorate(whole: Decimal, period: Period, method: Proration, frequency: Frequency, step: Decimal) -> Share:
    """The price of the period, or of the part of it that is left, by the method of the lease (D3, D4)."""
    of_days, per_year = _year_or_period(period, method, frequency)
    amount = whole if period.is_whole else _cost(whole, period.days * per_year, of_days, step)
    return Share(method, period.days, of_days, whole, amount, step, per_year)


def split_part(
    period: Period, prices: Sequence[tuple[date, Decimal]], method: Proration, frequency: Frequency, step: Decimal
) -> list[Share]:
    """The period cut into consecutive parts, each from its first day at its own whole price.

    With one price throughout (D8: used, then unused from the day after the move-out) the parts sum to what `prorate`
    gives for the period, exactly. With a rent step (D9) each part costs its price up to its end, less the same price
    up to its beginning. Raises ValueError unless the days ascend inside the period, from its first day.
    """
    firsts = [first for first, _ in prices]
    if firsts[:1] != [period.start] or any(a >= b for a, b in pairwise([*firsts, period.end + DAY])):
        raise ValueError("The parts start with the period and follow one another inside it.")
    shares = []
    for (first, whole), following in zip(prices, [*firsts[1:], period.end + DAY], strict=True):
        share = prorate(whole, replace(period, end=following - DAY), method, frequency, step)
        if first > period.start:
            before = prorate(whole, replace(period, end=first - DAY), method, frequency, step).amount
            share = replace(share, days=(following - first).days, amount=share.amount - before, before=before)
        shares.append(share)
    return shares


def cumulative_parts(whole: Decimal, days: Sequence[int], of_days: int, step: Decimal) -> list[Decimal]:
    """The prices of consecutive runs of days: the running price is rounded, so the parts sum to it exactly (D23).

    Runs that make `of_days` together sum to `whole`; days beyond it cost nothing.
    """
    running = [_cost(whole, total, of_days, step) for total in accumulate(days, initial=0)]
    return [after - before for before, after in pairwise(running)]


def _year_or_period(period: Period, method: Proration, frequency: Frequency) -> tuple[int, int]:
    """The days that the rent is divided by, and how many periods' rent they stand for (D3, D5).

    Weeks have no thirty days: they keep their 7 or 14. The year is that of the nominal start, so that all parts of
    one period are divided alike.
    """
    if method == Proration.year_365:
        return 366 if isleap(period.nominal_start.year) else 365, frequency.per_year
    if method == Proration.thirty_day and frequency.months:
        return 30 * frequency.months, 1
    return period.nominal_days, 1


def _cost(whole: Decimal, days: int, of_days: int, step: Decimal) -> Decimal:
    if days >= of_days:
        return whole
    return min(round_money(Fraction(whole) * days / of_days, step), whole, key=abs)
