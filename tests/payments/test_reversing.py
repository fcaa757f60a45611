"""Payments that are taken back: nothing of their money stays, and nothing is edited (docs/rules.md, D36, R11, D28)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from modules.invoicing.models import Credit, Invoice, Settlement
from modules.invoicing.services import reverse_settlements
from modules.payments.models import Payment, Receipt, Reversal
from modules.payments.services import complete_payment
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from rentbook.kernel.people import BooksLocked
from rentbook.kernel.states import Refused
from tests.factories import make_invoice, make_lease

from .steps import breaks, record, standing, start, undo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon_of_5_january")]


def settled(invoice: Invoice) -> list[tuple[str, int]]:
    rows = Settlement.objects.of(invoice.landlord_id).filter(invoice=invoice).order_by("pk")
    return [(row.kind, int(row.amount.amount)) for row in rows]


def free_credit(landlord) -> int:
    return sum(int((row.amount - row.applied).amount) for row in Credit.objects.of(landlord))


# --- The bill is open again ------------------------------------------------------------------------------------------


def test_d36_500000_that_were_paid_and_taken_back_are_owed_again(invoice, alice):
    payment = record(invoice, 500_000)
    assert standing(invoice) == ("paid", 500_000, 0)
    assert undo(payment, by=alice) == [payment.pk]
    assert standing(invoice) == ("sent", 0, 0)
    assert invoice.balance == Money(500_000, "TZS")
    assert settled(invoice) == [("payment", 500_000), ("reversal", -500_000)]
    assert breaks(invoice.landlord) == []


def test_d36_after_the_due_date_the_bill_is_overdue_at_once(invoice, travel):
    payment = record(invoice, 500_000)
    travel(date(2026, 1, 6))
    undo(payment)
    assert standing(invoice) == ("overdue", 0, 0)
    record(invoice, 500_000)
    assert standing(invoice) == ("paid", 500_000, 0)
    assert settled(invoice) == [("payment", 500_000), ("reversal", -500_000), ("payment", 500_000)]
    assert breaks(invoice.landlord) == []


def test_d36_of_two_part_payments_one_is_taken_back(invoice):
    first, second = record(invoice, 200_000), record(invoice, 300_000)
    undo(first)
    assert standing(invoice) == ("sent", 300_000, 0)
    undo(second)
    assert standing(invoice) == ("sent", 0, 0)
    assert breaks(invoice.landlord) == []


def test_r11_what_was_written_stays_as_it_was(invoice):
    payment = record(invoice, 500_000)
    tables = (Payment, Receipt, Settlement)
    before = [model.objects.of(invoice.landlord_id).values().get() for model in tables]
    undo(payment)
    assert [model.objects.of(invoice.landlord_id).values().earliest("pk") for model in tables] == before
    assert Payment.objects.of(invoice.landlord_id).get().state == "completed"


def test_d36_a_reversal_says_who_when_and_why_and_stands_in_the_log(invoice, alice):
    payment = record(invoice, 500_000)
    undo(payment, reason="  The cheque \n bounced. ", by=alice)
    reversal = Reversal.objects.of(invoice.landlord_id).get()
    assert (reversal.reason, reversal.by, reversal.entry_date) == ("The cheque bounced.", alice, date(2026, 1, 5))
    assert reversal.amount == payment.amount
    [entry] = LogEntry.objects.for_instance(payment).filter(action="payments.payment_reversed")
    assert (entry.user, entry.data["reason"]) == (alice, "The cheque bounced.")
    [moved] = LogEntry.objects.for_instance(invoice).filter(action="rentbook.transition", data__name="reopen")
    assert (moved.data["from"], moved.data["to"], moved.user) == ("paid", "sent", alice)
    assert LogEntry.objects.for_instance(invoice).filter(action="invoicing.settlement_reversed").count() == 1


def test_d36_a_set_of_payments_is_taken_back_in_one_step_or_not_at_all(invoice, landlord):
    other = make_invoice(make_lease(landlord, tenant="Baraka Lema"))
    payments = [record(invoice, 500_000), record(other, 100_000)]
    pending = start(other, 1_000).payment
    with pytest.raises(Refused):
        undo(*payments, pending)
    assert (standing(invoice), standing(other)) == (("paid", 500_000, 0), ("sent", 100_000, 1_000))
    assert sorted(undo(*payments, payments[0])) == sorted(payment.pk for payment in payments)
    assert (standing(invoice), standing(other)) == (("sent", 0, 0), ("sent", 0, 1_000))
    assert breaks(landlord) == []


# --- What is refused -------------------------------------------------------------------------------------------------


def test_d32_what_has_not_come_is_not_taken_back(invoice):
    attempt = start(invoice, 200_000)
    with pytest.raises(Refused, match="The payment of TSh 200,000 is pending: there is nothing to take back"):
        undo(attempt.payment)


def test_d36_a_payment_is_taken_back_once(invoice):
    payment = record(invoice, 500_000)
    undo(payment)
    with pytest.raises(Refused, match="The payment of TSh 500,000 was taken back before: receipt RCT-DAR001 is void"):
        undo(payment)
    assert settled(invoice) == [("payment", 500_000), ("reversal", -500_000)]


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 201], ids=["none", "blank", "long"])
def test_d36_nothing_is_taken_back_without_a_reason_that_can_be_read(invoice, reason):
    payment = record(invoice, 500_000)
    with pytest.raises(ValidationError, match="Say why, in at most 200 letters"):
        undo(payment, reason=reason)
    assert standing(invoice) == ("paid", 500_000, 0)


def test_d48_a_reversal_of_january_s_payment_is_dated_in_the_open_month(invoice, landlord, travel):
    payment = record(invoice, 500_000)
    landlord.locked_through = date(2026, 1, 31)
    landlord.save()
    with pytest.raises(BooksLocked):
        undo(payment)
    assert standing(invoice) == ("paid", 500_000, 0)
    travel(date(2026, 2, 3))
    undo(payment)
    taken = Settlement.objects.of(landlord).get(kind="reversal")
    assert (taken.value_date, taken.entry_date) == (date(2026, 2, 3), date(2026, 2, 3))
    assert standing(invoice) == ("overdue", 0, 0)


def test_r11_the_database_itself_refuses_a_reversal_that_is_none(invoice):
    record(invoice, 500_000)
    own = Settlement.objects.of(invoice.landlord_id)
    for change in ({"amount": -500_000}, {"kind": "reversal"}, {"reverses": own.get()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            own.update(**change)


@pytest.mark.django_db(transaction=True)
def test_d36_two_who_undo_at_once_undo_once(invoice, together):
    payment = record(invoice, 500_000)
    answers = together(*[lambda: undo(payment)] * 2)
    [refusal] = [each for each in answers if isinstance(each, Exception)]
    assert isinstance(refusal, Refused)
    assert standing(invoice) == ("sent", 0, 0)
    assert Reversal.objects.of(invoice.landlord_id).count() == 1
    assert breaks(invoice.landlord) == []


@pytest.mark.django_db(transaction=True)
def test_d36_who_pays_while_another_undoes_leaves_the_books_right(invoice, together):
    first = record(invoice, 300_000)
    answers = together(lambda: undo(first), lambda: record(invoice, 200_000), lambda: record(invoice, 200_000))
    came = sum(isinstance(each, Payment) for each in answers)
    assert standing(invoice) == ("sent", 200_000 * came, 0)
    assert breaks(invoice.landlord) == []


def test_r11_one_settlement_is_reversed_once(invoice):
    payment = record(invoice, 500_000)
    own = Settlement.objects.of(invoice.landlord_id).get()
    [reversal] = reverse_settlements(settlements=[own, own], on=date(2026, 1, 5), by=None)
    assert (reversal.reverses, reversal.amount) == (own, -own.amount)
    assert reverse_settlements(settlements=[own], on=date(2026, 1, 5), by=None) == []
    assert standing(invoice) == ("sent", 0, 0)
    assert breaks(invoice.landlord) == [f"payment {payment.pk} is not what it settled and left as credit"]


def test_d36_the_books_are_wrong_where_a_reversal_is_not_the_opposite_of_what_it_reverses(invoice, landlord):
    undo(record(invoice, 500_000))
    Settlement.objects.of(landlord).filter(kind="reversal").update(amount=-499_999)
    told = "\n".join(breaks(landlord))
    assert "invoice INV-202601-DAR001 is not paid what settled it" in told
    assert "is not the opposite of what it reverses" in told
    assert "is not what it settled and left as credit" in told


# --- Credit ----------------------------------------------------------------------------------------------------------


def late_answer(invoice: Invoice, cash: int = 500_000) -> Payment:
    """500,000 that the provider proves after cash has come: what the bill cannot take is credit (R4)."""
    attempt = start(invoice)
    record(invoice, cash, releasing=[attempt.payment])
    return complete_payment(payment=attempt.payment, attempt=attempt)


def test_d26_credit_that_settled_nothing_yet_is_taken_back(invoice, landlord):
    payment = late_answer(invoice, cash=400_000)
    assert free_credit(landlord) == 400_000
    undo(payment)
    assert standing(invoice) == ("sent", 400_000, 0)
    assert free_credit(landlord) == 0
    make_invoice(invoice.lease, month=date(2026, 2, 1))
    assert not Settlement.objects.of(landlord).filter(kind="credit").exists()
    assert breaks(landlord) == []


def test_d26_credit_that_settled_other_bills_is_reversed_there_too(invoice, landlord, travel):
    march, february = (make_invoice(invoice.lease, month=date(2026, month, 1)) for month in (3, 2))
    record(february, 200_000)
    payment = late_answer(invoice)
    assert (standing(february), standing(march)) == (("paid", 500_000, 0), ("sent", 200_000, 0))
    travel(date(2026, 2, 10))
    undo(payment)
    assert (standing(february), standing(march)) == (("overdue", 200_000, 0), ("sent", 0, 0))
    assert standing(invoice) == ("paid", 500_000, 0)
    assert settled(march) == [("credit", 200_000), ("reversal", -200_000)]
    assert [int(row.amount.amount) for row in Credit.objects.of(landlord).order_by("pk")] == [500_000, -500_000]
    assert free_credit(landlord) == 0
    assert breaks(landlord) == []


def test_d26_other_credit_of_the_tenant_settles_at_once_what_is_open_again(invoice, landlord):
    late_answer(invoice, cash=400_000)
    cash = Payment.objects.of(landlord).get(method="cash")
    undo(cash)
    assert standing(invoice) == ("paid", 500_000, 0)
    assert settled(invoice) == [("payment", 400_000), ("payment", 100_000), ("reversal", -400_000), ("credit", 400_000)]
    assert free_credit(landlord) == 0
    assert breaks(landlord) == []


def test_d26_credit_that_came_back_to_the_bill_of_its_own_payment_goes_with_it(invoice, landlord):
    late = late_answer(invoice, cash=400_000)
    undo(Payment.objects.of(landlord).get(method="cash"))
    undo(late)
    assert standing(invoice) == ("sent", 0, 0)
    assert free_credit(landlord) == 0
    assert breaks(landlord) == []
