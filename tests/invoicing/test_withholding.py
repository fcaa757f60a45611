"""Tax that a tenant must withhold: the certificate settles its part of the bill (docs/rules.md, D27)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from modules.invoicing.corrections import to_withhold, withholdings
from modules.invoicing.models import Invoice, InvoiceLine, Settlement
from modules.invoicing.reports import withholding_rows
from modules.invoicing.services import cancel_invoices, take_back, withhold
from rentbook.kernel import clock
from rentbook.kernel.people import BooksLocked
from rentbook.kernel.states import Refused
from tests.factories import make_invoice, make_lease

from .correcting import FIFTH, breaks, pay, tzs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fifth_of_january(travel):
    travel(FIFTH)


@pytest.fixture
def invoice(landlord) -> Invoice:
    """A million for January, of which the tenant withholds a tenth."""
    invoice = make_invoice(make_lease(landlord, rent="1000000", tenant="Kilimo Ltd"))
    InvoiceLine.objects.of(landlord).filter(invoice=invoice).update(withheld=100_000)
    return invoice


def certify(invoice: Invoice, amount=100_000, certificate="WHT-2026-17", on=FIFTH, by=None) -> Invoice:
    return withhold(invoice=invoice, amount=tzs(amount), certificate=certificate, on=on, by=by)


def test_d27_900000_are_paid_100000_withheld_and_the_bill_is_closed(invoice, landlord):
    pay(invoice, 900_000)
    assert to_withhold(Invoice.objects.of(landlord).get()) == tzs(100_000)
    invoice = certify(invoice)
    assert (invoice.state, invoice.balance) == ("paid", tzs(0))
    [row] = invoice.settlements.filter(kind="withholding")
    assert (row.amount, row.reference, row.account) == (tzs(100_000), "WHT-2026-17", "1200")
    assert to_withhold(invoice) == tzs(0)
    assert breaks(landlord) == []


def test_d27_what_is_expected_is_what_the_lines_say_less_what_is_certified_and_no_more_than_is_open(invoice, landlord):
    assert to_withhold(invoice) == tzs(100_000)
    assert to_withhold(certify(invoice, 40_000)) == tzs(60_000)
    pay(invoice, 930_000)
    assert to_withhold(Invoice.objects.of(landlord).get()) == tzs(30_000)


def test_d27_the_register_names_tenant_home_bill_and_certificate_for_the_year(invoice, landlord, travel):
    certify(invoice, on=date(2026, 1, 3))
    [row] = withholding_rows(landlord, date(2026, 12, 31))
    assert row == ("Kilimo Ltd", "A-01", "INV-202601-DAR001", "WHT-2026-17", date(2026, 1, 3), tzs(100_000))
    assert list(withholding_rows(landlord, date(2026, 1, 2))) == []
    assert list(withholding_rows(landlord, date(2027, 12, 31))) == []


def test_d27_a_wrong_entry_is_taken_back_leaves_the_register_and_may_be_entered_anew(invoice, landlord, alice):
    pay(invoice, 900_000)
    certify(invoice)
    [row] = withholdings(landlord, FIFTH, FIFTH)
    [reversal] = take_back(settlements=[row], reason="The wrong tenant.", by=alice)
    assert (reversal.amount, reversal.account, reversal.reason) == (tzs(-100_000), "1200", "The wrong tenant.")
    invoice.refresh_from_db()
    assert (invoice.state, invoice.balance) == ("sent", tzs(100_000))
    assert list(withholdings(landlord, FIFTH, FIFTH)) == []
    assert certify(invoice).state == "paid"
    assert breaks(landlord) == []


def test_d35_the_day_of_the_certificate_is_kept_beside_the_day_it_was_entered(invoice):
    [row] = certify(invoice, on=date(2026, 1, 2)).settlements.all()
    assert (row.value_date, row.entry_date) == (date(2026, 1, 2), FIFTH)


@pytest.mark.parametrize("certificate", ["", "  ", "x" * 61], ids=["none", "blank", "long"])
def test_d27_nothing_is_withheld_without_a_certificate(invoice, certificate):
    with pytest.raises(ValidationError, match="Give the number of the certificate, in at most 60 letters"):
        certify(invoice, certificate=certificate)


def test_d27_not_even_by_the_database(invoice, landlord):
    row = {"landlord": landlord, "invoice": invoice, "kind": "withholding", "currency": "TZS", "amount": 1}
    with pytest.raises(IntegrityError, match="settlement_proved"), transaction.atomic():
        Settlement.unscoped.create(value_date=FIFTH, entry_date=FIFTH, source="test", **row)


def test_d27_a_certificate_stands_on_a_bill_once(invoice, landlord):
    certify(invoice, 50_000)
    with pytest.raises(ValidationError, match="Certificate WHT-2026-17 stands on INV-202601-DAR001 already"):
        certify(invoice, 50_000, certificate=" WHT-2026-17 ")
    other = make_invoice(make_lease(landlord, tenant="Baraka Lema"))
    assert certify(other, 50_000).amount_paid == tzs(50_000)


@pytest.mark.parametrize("amount", [0, -1, 100_001, "0.001"])
def test_d27_no_more_than_is_left_to_pay_is_withheld(invoice, amount):
    pay(invoice, 900_000)
    words = "An amount above zero is expected, and at most TSh 100,000: that is left to pay on INV-202601-DAR001"
    with pytest.raises(ValidationError, match=words):
        certify(invoice, amount)


def test_d27_only_a_bill_that_is_owed_is_settled(invoice):
    cancel_invoices(invoices=[invoice], by=None)
    with pytest.raises(Refused, match="INV-202601-DAR001 is cancelled"):
        certify(invoice)


def test_d48_no_certificate_is_of_a_day_to_come_or_in_a_closed_month(invoice, landlord, travel):
    with pytest.raises(ValidationError, match="2026-01-06 is still to come"):
        certify(invoice, on=date(2026, 1, 6))
    travel(date(2026, 2, 3))
    landlord.locked_through = date(2026, 1, 31)
    landlord.save()
    with pytest.raises(BooksLocked):
        certify(Invoice.objects.of(landlord).get(), on=FIFTH)
    assert clock.today(landlord) == date(2026, 2, 3)
    assert certify(Invoice.objects.of(landlord).get(), on=date(2026, 2, 1)).amount_paid == tzs(100_000)
