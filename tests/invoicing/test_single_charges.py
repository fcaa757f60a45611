"""What is billed once: a reading, a share, a charge by hand, a discount (docs/rules.md, R10, R11)."""

from datetime import date

import pytest

from modules.invoicing.models import Invoice, InvoiceLine
from modules.invoicing.services import cancel_invoices, issue_due, issue_rent_invoices
from modules.leasing.models import OneOffCharge
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from tests.factories import make_lease

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture(autouse=True)
def _new_year(travel):
    travel(JANUARY)


def bill(landlord, first: date = JANUARY, last: date = date(2026, 1, 31)):
    return issue_rent_invoices(landlord=landlord, first=first, last=last)


def single(lease, amount: str, *, bill_on: date = JANUARY, kind: str = "charge", stream: str = "key", **terms):
    own = {"landlord": lease.landlord, "lease": lease, "currency": lease.currency, "reason": "agreed"}
    days = {"start": bill_on, "end": bill_on, "bill_on": bill_on}
    return OneOffCharge.unscoped.create(amount=amount, kind=kind, stream=stream, **own, **days, **terms)


def totals(landlord) -> list[int]:
    return [int(row.total.amount) for row in Invoice.objects.of(landlord).order_by("pk")]


def test_a_reading_goes_on_the_next_bill_of_its_lease_with_its_own_arithmetic_and_tax(landlord):
    lease = make_lease(landlord, charges={"wifi": "15000"}, charge_due_days={"wifi": 20})
    text = "104 x 356 = 37,024"
    power = single(lease, "37024", kind="metered", stream="electricity", arithmetic=text, tax_rate=1800)
    assert bill(landlord).created == 2
    rent = Invoice.objects.of(landlord).get(due_date=date(2026, 1, 5))
    found = [(line.stream, line.kind, int(line.amount.amount), line.one_off_id) for line in rent.lines.all()]
    assert found == [
        ("rent", "rent", 500_000, None),
        ("electricity", "charge", 37_024, power.pk),
        ("tax-electricity", "tax", 6_664, power.pk),
    ]
    assert rent.lines.get(stream="electricity").arithmetic == text
    assert rent.lines.get(stream="electricity").account == "4100"
    assert bill(landlord).created == 0


def test_a_single_charge_of_a_month_without_other_lines_is_billed_alone_by_the_lease_s_due_rule(landlord):
    lease = make_lease(landlord, due_days_after=10)
    bill(landlord)
    single(lease, "8000", bill_on=date(2026, 1, 20))
    assert bill(landlord).created == 1
    alone = Invoice.objects.of(landlord).latest("pk")
    assert (alone.total, alone.due_date) == (Money(8000, "TZS"), date(2026, 1, 30))
    assert (alone.period_start, alone.number) == (date(2026, 1, 20), "INV-202601-DAR002")


def test_it_waits_for_its_day_and_is_not_billed_when_it_was_withdrawn(landlord):
    lease = make_lease(landlord)
    single(lease, "8000", bill_on=FEBRUARY)
    single(lease, "9000", withdrawn_at=clock.now())
    bill(landlord)
    assert totals(landlord) == [500_000]
    bill(landlord, FEBRUARY, FEBRUARY)
    assert totals(landlord) == [500_000, 508_000]


def test_a_discount_is_below_zero_and_comes_off_the_bill(landlord):
    single(make_lease(landlord), "-50000", kind="discount", stream="discount")
    bill(landlord)
    invoice = Invoice.objects.of(landlord).get()
    assert invoice.total == Money(450_000, "TZS")
    assert invoice.lines.get(kind="discount").amount == Money(-50_000, "TZS")


def test_a_discount_waits_until_there_is_enough_to_take_it_from(landlord):
    lease = make_lease(landlord)
    single(lease, "-300000", kind="discount", stream="first")
    single(lease, "-300000", kind="discount", stream="second")
    bill(landlord)
    bill(landlord, FEBRUARY, FEBRUARY)
    assert totals(landlord) == [200_000, 200_000]
    assert bill(landlord).created == 0


def test_r11_a_bill_whose_discounts_leave_nothing_is_paid(landlord):
    single(make_lease(landlord), "-500000", kind="discount", stream="first-month-free")
    bill(landlord)
    invoice = Invoice.objects.of(landlord).get()
    assert (invoice.total, invoice.state) == (Money(0, "TZS"), "paid")


def test_a_discount_alone_makes_no_bill(landlord):
    lease = make_lease(landlord)
    bill(landlord)
    single(lease, "-1000", kind="discount")
    assert bill(landlord).created == 0


def test_r10_a_cancelled_bill_frees_its_single_charges_for_a_run_that_is_asked_for(landlord, alice):
    lease = make_lease(landlord)
    single(lease, "8000")
    bill(landlord)
    cancel_invoices(invoices=Invoice.objects.of(landlord), by=alice)
    assert issue_due(landlord=landlord, on=date(2026, 1, 2)) == 0
    bill(landlord)
    assert totals(landlord) == [508_000, 508_000]
    live = InvoiceLine.objects.of(landlord).filter(cancelled=False)
    assert sorted(line.stream for line in live) == ["key", "rent"]
