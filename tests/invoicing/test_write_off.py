"""What is given up, and what comes back after all (docs/rules.md, R11, D36)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from modules.invoicing.models import Invoice, InvoiceLine, Settlement
from modules.invoicing.services import (
    ManualLine,
    draft_invoice,
    give_credit,
    recover,
    reserve,
    send_invoices,
    take_back,
    write_off,
)
from rentbook.kernel.log import LogEntry
from rentbook.kernel.people import BooksLocked
from rentbook.kernel.states import Refused
from tests.factories import make_invoice, make_lease

from .correcting import FIFTH, breaks, pay, standing, tzs

pytestmark = pytest.mark.django_db
GONE = "The tenant has left the country."


@pytest.fixture(autouse=True)
def _fifth_of_january(travel):
    travel(FIFTH)


@pytest.fixture
def invoice(landlord) -> Invoice:
    """500,000 for January, of which 200,000 are paid."""
    invoice = make_invoice(make_lease(landlord))
    pay(invoice, 200_000)
    return invoice


def give_up(*invoices: Invoice, reason: str = GONE, by=None) -> list[int]:
    return write_off(invoices=invoices, reason=reason, by=by)


def settled(invoice: Invoice) -> list[tuple[str, int, str, str]]:
    return [(row.kind, int(row.amount.amount), row.account, row.reason) for row in invoice.settlements.all()]


# --- Given up --------------------------------------------------------------------------------------------------------


def test_r11_what_is_left_of_a_bill_is_written_off_as_a_bad_debt(invoice, landlord, alice):
    assert give_up(invoice, by=alice) == [invoice.pk]
    assert standing(invoice) == ("paid", 0)
    assert settled(invoice) == [("payment", 200_000, "1000", ""), ("write_off", 300_000, "6000", GONE)]
    entry = LogEntry.objects.for_instance(invoice).get(action="invoicing.invoice_settled", data__kind="write_off")
    assert (entry.user, entry.data["reason"]) == (alice, GONE)
    assert breaks(landlord) == []


def test_r11_many_are_written_off_in_one_step_or_none(invoice, landlord):
    other = make_invoice(make_lease(landlord, tenant="Baraka Lema"))
    draft = draft_invoice(lease=other.lease, lines=[ManualLine("repair", tzs(100))], due_date=FIFTH)
    with pytest.raises(Refused, match="draft is draft: only what is open can be written off"):
        give_up(draft, other, invoice)
    assert (standing(invoice), standing(other)) == (("sent", 300_000), ("sent", 500_000))
    assert give_up(other, invoice) == [invoice.pk, other.pk]
    assert (standing(invoice), standing(other)) == (("paid", 0), ("paid", 0))


def test_r11_a_bill_is_written_off_once(invoice):
    give_up(invoice)
    with pytest.raises(Refused, match="INV-202601-DAR001 is paid: only what is open can be written off"):
        give_up(invoice)


def test_r5_nothing_is_written_off_while_somebody_pays(invoice):
    reserve(invoice=invoice, amount=tzs(100_000))
    with pytest.raises(Refused, match="TSh 100,000 of INV-202601-DAR001 is being paid"):
        give_up(invoice)


def test_r11_nothing_is_written_off_without_a_reason(invoice, landlord):
    with pytest.raises(ValidationError, match="Say why"):
        give_up(invoice, reason=" ")
    row = {"landlord": landlord, "invoice": invoice, "kind": "write_off", "currency": "TZS", "amount": 1}
    with pytest.raises(IntegrityError, match="settlement_proved"), transaction.atomic():
        Settlement.unscoped.create(value_date=FIFTH, entry_date=FIFTH, source="by hand", **row)


def test_d48_in_a_closed_month_nothing_is_written_off(invoice, landlord):
    landlord.locked_through = FIFTH
    landlord.save()
    with pytest.raises(BooksLocked):
        give_up(invoice)


# --- Back after all --------------------------------------------------------------------------------------------------


def test_d36_what_is_recovered_is_owed_again(invoice, landlord, alice, travel):
    give_up(invoice)
    travel(date(2026, 3, 1))
    assert recover(invoices=[invoice], reason="He is back.", by=alice) == [invoice.pk]
    assert standing(invoice) == ("overdue", 300_000)
    assert settled(invoice)[-1] == ("reversal", -300_000, "6000", "He is back.")
    assert breaks(landlord) == []


def test_d36_it_may_be_written_off_and_recovered_again(invoice, landlord):
    for _time in range(2):
        give_up(invoice)
        recover(invoices=[invoice], reason="He is back.", by=None)
    assert standing(invoice) == ("sent", 300_000)
    assert len(settled(invoice)) == 5
    assert breaks(landlord) == []


def test_d26_credit_of_the_tenant_settles_what_was_recovered(invoice, landlord):
    give_up(invoice)
    give_credit(lease=invoice.lease, amount=tzs(120_000), value_date=FIFTH, source="test:1", note="")
    recover(invoices=[invoice], reason="He is back.", by=None)
    assert standing(invoice) == ("sent", 180_000)


def test_what_was_not_written_off_is_not_recovered(invoice):
    with pytest.raises(Refused, match="Nothing of INV-202601-DAR001 is written off"):
        recover(invoices=[invoice], reason="He is back.", by=None)


def test_a_payment_is_not_taken_back_by_this_door_and_nothing_twice(invoice):
    with pytest.raises(Refused, match="This is a payment: only withheld tax and write-offs are taken back here"):
        take_back(settlements=invoice.settlements.all(), reason="Wrong.", by=None)
    give_up(invoice)
    rows = invoice.settlements.filter(kind="write_off")
    take_back(settlements=rows, reason="Wrong.", by=None)
    with pytest.raises(Refused, match="It was taken back before"):
        take_back(settlements=rows, reason="Wrong.", by=None)


# --- Nothing to pay --------------------------------------------------------------------------------------------------


def test_r11_a_bill_that_asks_for_nothing_is_paid_as_it_is_issued(invoice, landlord):
    common = {"landlord": landlord, "lease": invoice.lease, "currency": "TZS"}
    span = {"period_start": FIFTH, "period_end": FIFTH}
    bill = Invoice.unscoped.create(due_date=FIFTH, total=0, **common, **span)
    for kind, amount in (("charge", 5_000), ("discount", -5_000)):
        InvoiceLine.unscoped.create(invoice=bill, kind=kind, stream=kind, amount=amount, **common, **span)
    send_invoices(invoices=[bill], by=None)
    assert standing(bill) == ("paid", 0)
    assert bill.number == "INV-202601-DAR002"
    assert not bill.settlements.exists()
    assert breaks(landlord) == []


def test_r11_the_books_are_wrong_where_it_is_not(invoice, landlord):
    Invoice.objects.of(landlord).update(total=200_000)
    assert "invoice INV-202601-DAR001 is sent, against its balance" in breaks(landlord)
