"""Steps and renewals as bills see them: one ledger, and nothing billed is touched (docs/rules.md, D9, D10)."""

from datetime import date
from decimal import Decimal

import pytest

from modules.invoicing.models import InvoiceLine
from modules.invoicing.services import issue_due, issue_rent_invoices
from modules.leasing.rent_steps import ByAmount, ByPercent
from modules.leasing.services import add_steps, go_on, renew_leases, withdraw_steps
from rentbook.kernel.states import Refused
from tests.factories import make_lease

pytestmark = pytest.mark.django_db
FIFTY = ByAmount(Decimal(50000))
JANUARY = (date(2026, 1, 1), date(2026, 1, 31))


def bill(landlord, first: date, last: date) -> None:
    issue_rent_invoices(landlord=landlord, first=first, last=last, on=first)


def lines(lease) -> list[tuple]:
    rows = InvoiceLine.objects.of(lease.landlord).filter(lease=lease, cancelled=False).order_by("period_start")
    return [(row.period_start, row.period_end, int(row.amount.amount)) for row in rows]


def test_d9_a_step_in_mid_month_is_two_lines_with_their_own_days(landlord):
    lease = make_lease(landlord, rent="500000")
    add_steps(leases=[lease], on=date(2026, 1, 15), rise=FIFTY, by=None)
    bill(landlord, *JANUARY)
    assert lines(lease) == [
        (date(2026, 1, 1), date(2026, 1, 14), 225_806),
        (date(2026, 1, 15), date(2026, 1, 31), 301_613),
    ]


def test_d9_what_is_billed_is_not_stepped_nor_is_its_step_withdrawn(landlord):
    lease = make_lease(landlord, rent="500000")
    [step] = add_steps(leases=[lease], on=date(2026, 1, 15), rise=FIFTY, by=None)
    bill(landlord, *JANUARY)
    with pytest.raises(Refused, match="Rent is billed through 2026-01-31: choose a later day"):
        add_steps(leases=[lease], on=date(2026, 1, 31), rise=FIFTY, by=None)
    with pytest.raises(Refused, match="billed through 2026-01-31: it is not undone"):
        withdraw_steps(charges=[step], by=None)
    add_steps(leases=[lease], on=date(2026, 2, 1), rise=FIFTY, by=None)


def test_d10_a_renewed_lease_is_billed_on_at_the_new_rent(landlord):
    lease = make_lease(landlord, rent="500000", end=date(2026, 12, 15))
    bill(landlord, date(2026, 12, 1), date(2026, 12, 31))
    renew_leases(leases=[lease], months=12, rise=ByPercent(800), round_to=Decimal(1000), by=None)
    bill(landlord, date(2026, 12, 1), date(2026, 12, 31))
    bill(landlord, date(2027, 1, 1), date(2027, 1, 31))
    assert lines(lease) == [
        (date(2026, 12, 1), date(2026, 12, 15), 241_935),
        (date(2026, 12, 16), date(2026, 12, 31), 278_710),  # 16/31 x 540,000
        (date(2027, 1, 1), date(2027, 1, 31), 540_000),
    ]


def test_d11_a_lease_that_goes_on_month_to_month_is_billed_on(landlord, travel):
    travel(date(2027, 1, 1))
    lease = make_lease(landlord, start=date(2026, 12, 1), end=date(2026, 12, 31), at_the_end="month_to_month")
    for part in (go_on, issue_due):
        part(landlord=landlord, on=date(2027, 1, 1))
    assert lines(lease)[-1] == (date(2027, 1, 1), date(2027, 1, 31), 500_000)
