"""What tests of late bills begin with: a rule, and a bill of 500,000 that it is about."""

from datetime import date

from modules.invoicing.promises import Promised
from modules.leasing.models import LateFeeRule
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease

TEN_PERCENT = {"kind": "percent", "rate": 1000}
FLAT = {"kind": "flat", "amount": 10_000}


def day(number: int, month: int = 1) -> date:
    return date(2026, month, number)


def make_rule(landlord, **terms) -> LateFeeRule:
    """A rule of the landlord: 10 % of the unpaid rent, once, unless `terms` say what kind it is."""
    usual = {} if "kind" in terms else TEN_PERCENT
    given = {"name": "Late rent", "currency": landlord.currency} | usual | terms
    return LateFeeRule.unscoped.create(landlord=landlord, **given)


def late_bill(landlord, *, rule: LateFeeRule | None = None, grace: int = 3, **lease):
    """January's rent of 500,000, due on the 5th, with three days of grace and a fee of 10 %."""
    rule = rule or make_rule(landlord)
    return make_invoice(make_lease(landlord, late_fee=rule, grace_days=grace, **lease))


def promised(*days: tuple[date, int]) -> list[Promised]:
    return [Promised(on, Money(amount, "TZS")) for on, amount in days]
