"""The receipt as a PDF: paid in full, in part, or kept as credit (docs/rules.md, D28, R4)."""

from datetime import date

import pytest

from modules.invoicing.models import Invoice
from modules.invoicing.services import issue_rent_invoices
from modules.leasing.models import Property, Unit
from modules.payments.documents import receipt_pdf
from modules.payments.models import Attempt, Payment, Receipt
from modules.payments.services import cancel_payments, complete_payment, record_payment, start_payment
from rentbook.exchange.importing import import_sheet
from rentbook.kernel import clock
from rentbook.kernel.contacts import Contact
from rentbook.kernel.landlords import create_landlord
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord
from tests.pdfs import facts_of, text_of

HEADINGS = ["property", "unit", "tenant_name", "phone", "lease_start", "rent"]
ROW = ["Mikocheni House", "A-12", "Rehema Tibanga", "0764000214", "2026-01-01", "500,000"]


@pytest.fixture
def invoice(db) -> Invoice:
    with clock.travel(date(2026, 1, 9)):
        landlord, _user = create_landlord(code="DAR", name="Amani Properties", country="TZ", currency="TZS")
        assert not import_sheet(kind="leases", name="list", table=[HEADINGS, ROW], landlord=landlord).errors
        issue_rent_invoices(landlord=landlord, first=date(2026, 1, 1), last=date(2026, 1, 31))
        yield Invoice.objects.of(landlord).get()


def receipt_of(payment: Payment) -> Receipt:
    return Receipt.objects.of(payment.landlord_id).get(payment=payment)


def pay(invoice: Invoice, amount: int, **values) -> str:
    """Pay, and read the receipt."""
    payment = record_payment(invoice=invoice, amount=Money(amount, "TZS"), by=None, **values)
    return text_of(receipt_pdf(receipt_of(payment), "en"))


def start(invoice: Invoice, amount: int) -> Attempt:
    return start_payment(
        invoice=invoice, amount=Money(amount, "TZS"), return_url="http://localhost/", once="press", language="en"
    )


def test_part_of_the_money_says_what_is_left(invoice):
    text = pay(invoice, 200_000, method="mobile_money", reference="QF7H2K9L0P", value_date=date(2026, 1, 6))
    for part in (
        "RCT-DAR001", "9 January 2026", "Amani Properties", "Receipt, part payment", "TSh 200,000", "Mobile money",
        "Received from Rehema Tibanga", "A-12 · Mikocheni House", "January 2026", "INV-202601-DAR001",
        "Paid on 6 January 2026", "Reference QF7H2K9L0P", "Left to pay on this invoice TSh 300,000",
        "We never ask for your PIN.",
    ):  # fmt: skip
        assert part in text
    assert "Paid in full" not in text
    assert "Test payment" not in text


def test_the_payment_that_closes_its_invoice_is_paid_in_full(invoice):
    pay(invoice, 200_000)
    text = pay(invoice, 300_000)
    assert "RCT-DAR002" in text
    assert "Receipt, paid in full" in text
    assert "Left to pay" not in text
    assert "Reference" not in text


def test_it_is_one_tagged_a5_page_with_long_names_too(invoice):
    long = "Shirika la Nyumba na Makazi Bora "
    Landlord.objects.filter(pk=invoice.landlord_id).update(name=long * 3, address=long * 4)
    Contact.objects.of(invoice.landlord).update(name=long * 2)
    Unit.objects.of(invoice.landlord).update(name=long)
    Property.objects.of(invoice.landlord).update(name=long * 2)
    payment = record_payment(
        invoice=invoice, amount=Money(200_000, "TZS"), reference="4F2A" * 10, value_date=date(2026, 1, 6), by=None
    )
    for language in ("en", "ar"):
        facts = facts_of(receipt_pdf(receipt_of(payment), language))
        assert (facts["Pages"], facts["Tagged"]) == ("1", "yes")
        assert facts["Page size"].startswith("419.528 x 595.276")


def test_arabic_shows_the_tenant_and_the_amount(invoice):
    Contact.objects.of(invoice.landlord).filter(name="Rehema Tibanga").update(name="منيرة العيدان")
    payment = record_payment(invoice=invoice, amount=Money(200_000, "TZS"), by=None)
    text = text_of(receipt_pdf(receipt_of(payment), "ar"))
    assert "منيرة العيدان" in text
    assert "200,000 TZS" in text


def test_money_of_the_sandbox_is_marked_as_a_test(invoice):
    attempt = start(invoice, 500_000)
    payment = complete_payment(payment=attempt.payment, attempt=attempt)
    text = text_of(receipt_pdf(receipt_of(payment), "en"))
    assert "Test payment: no money was taken" in text
    assert "Receipt, paid in full" in text


def test_what_the_invoice_could_not_take_is_named_as_credit(invoice):
    attempt = start(invoice, 500_000)
    cancel_payments(payments=[attempt.payment], by=None)
    pay(invoice, 400_000)
    payment = complete_payment(payment=attempt.payment, attempt=attempt)
    text = text_of(receipt_pdf(receipt_of(payment), "en"))
    assert "Receipt, paid in full" in text
    assert "TSh 400,000 is kept as credit for your other invoices." in text


def test_money_for_an_invoice_that_was_paid_already_closes_nothing(invoice):
    attempt = start(invoice, 500_000)
    cancel_payments(payments=[attempt.payment], by=None)
    pay(invoice, 500_000)
    payment = complete_payment(payment=attempt.payment, attempt=attempt)
    text = text_of(receipt_pdf(receipt_of(payment), "en"))
    assert "TSh 500,000 is kept as credit for your other invoices." in text
    assert "in full" not in text
