"""When a late fee falls and what it comes to (docs/rules.md, D17 to D20): plain values, no database.

A fee is for rent that is late. It is never taken of another fee, and nothing falls where no rent is left to pay.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from rentbook.kernel.money import decimals, round_money
from rentbook.kernel.percent import WHOLE, as_percent


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """What was agreed: a fixed amount, or else a rate in hundredths of a percent of the unpaid rent.

    It falls once, or again every so many days, up to a maximum for one bill. `step` is the billing unit (D2).
    """

    step: Decimal
    amount: Decimal = Decimal(0)
    rate: int = 0
    every_days: int | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Fee:
    """What is charged, of which unpaid rent, and the equation that says so: `10 % x 500,000 = 50,000`."""

    base: Decimal
    amount: Decimal
    arithmetic: str


def fee_day(first: date, every_days: int | None, last: date | None, given_through: date | None) -> date | None:
    """The day of a bill's next fee; None where it was charged once and falls no more.

    `first` is the day after the grace (`due_dates.late_fee_day`), `last` that of the fee before. Where the tenant was
    given time, it falls on the day after the last of that time at the earliest (D20).
    """
    if last and not every_days:
        return None
    day = last + timedelta(days=every_days) if last and every_days else first
    return max(day, given_through + timedelta(days=1)) if given_through else day


def unpaid_rent(rent: Decimal, credited: Decimal, paid: Decimal) -> Decimal:
    """What is left to pay of the rent when money goes to the rent first (D30), as the day begins.

    `rent` is that of the bill, less its discounts; `credited` is what credit notes took off the rent, `paid` what
    else had settled the bill.
    """
    return max(rent - credited - paid, Decimal(0))


def charge(terms: FeeTerms, base: Decimal, charged: Decimal) -> Fee | None:
    """The fee on so much unpaid rent, after fees of `charged` on the same bill; None where it comes to nothing.

    A percentage is rounded once, to the billing unit.
    """
    if not base:
        return None
    whole = round_money(Fraction(base) * terms.rate / WHOLE, terms.step) if terms.rate else terms.amount
    amount = whole if terms.maximum is None else min(whole, max(terms.maximum - charged, Decimal(0)))
    return Fee(base, amount, _explain(terms, base, whole, amount, charged)) if amount else None


def _explain(terms: FeeTerms, base: Decimal, whole: Decimal, amount: Decimal, charged: Decimal) -> str:
    """An equation that holds; where the maximum cut the fee, the difference that it left."""
    asked, before, through = (figure(value, terms.step) for value in (amount, charged, charged + amount))
    if amount < whole:
        return f"{through} - {before} = {asked}"
    times = f"{as_percent(terms.rate)} % x {figure(base, terms.step)}" if terms.rate else f"1 x {asked}"
    return f"{times} = {asked}"


def figure(value: Decimal, step: Decimal) -> str:
    """A number with the decimals of the billing unit, with more where it is finer: 500,000 and 1,800.00."""
    return f"{value:,.{places(value, step)}f}"


def places(value: Decimal, step: Decimal) -> int:
    """How many decimals that are."""
    if value % step:
        return 3 if value % Decimal("0.01") else 2
    return max(decimals(step.normalize()), 0)
