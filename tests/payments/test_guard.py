"""Sixteen pay one invoice at the same moment: it takes what it can hold, and no more (docs/rules.md, D31).

The last two tests take the guard away, to show that the first ones can fail.
"""

import time
from datetime import date
from decimal import Decimal
from threading import Event

import pytest
from django.db import connection

from modules.invoicing.models import Credit, Invoice, Settlement
from modules.invoicing.services import Overpayment, mark_overdue
from modules.invoicing.services import settling as guarded
from modules.payments.models import Payment, Receipt
from modules.payments.services import complete_payment, completing, record_payment, recording, start_payment
from rentbook.kernel.money import Money, total_by_currency
from tests.factories import make_invoice, make_lease

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 1, 5)
PAYERS = 16
FIFTH = Money(100_000, "TZS")


@pytest.fixture
def invoice(landlord, travel) -> Invoice:
    travel(DAY)
    return make_invoice(make_lease(landlord))


def pay(invoice: Invoice) -> Payment:
    return record_payment(invoice=invoice, amount=FIFTH, by=None)


def settled(invoice: Invoice) -> list[Money]:
    return total_by_currency(Settlement.objects.of(invoice.landlord_id).filter(invoice=invoice), "amount")


def test_d31_of_sixteen_who_pay_a_fifth_at_once_five_are_accepted(invoice, together):
    answers = together(*[lambda: pay(invoice)] * PAYERS)
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    invoice.refresh_from_db()
    assert len(refused) == PAYERS - 5
    assert {type(answer) for answer in refused} == {Overpayment}
    assert {answer.messages[0] for answer in refused} == {
        "Payment amount (100000.00) cannot exceed invoice balance due (0.00). Maximum payment allowed: 0.00"
    }
    assert (invoice.state, invoice.amount_paid, settled(invoice)) == ("paid", invoice.total, [invoice.total])
    assert Payment.objects.of(invoice.landlord_id).count() == 5
    assert not Credit.objects.of(invoice.landlord_id).exists()


def test_d28_their_receipts_are_numbered_without_a_gap_and_one_says_that_nothing_is_left(invoice, together):
    together(*[lambda: pay(invoice)] * PAYERS)
    receipts = Receipt.objects.of(invoice.landlord_id).order_by("number")
    assert [receipt.number for receipt in receipts] == [f"RCT-DAR00{number}" for number in range(1, 6)]
    left = sorted((int(receipt.balance_left.amount) for receipt in receipts), reverse=True)
    assert left == [400_000, 300_000, 200_000, 100_000, 0]


def test_d31_of_sixteen_who_start_a_payment_at_once_five_hold_a_reservation(invoice, together):
    def start(press: int):
        return start_payment(
            invoice=invoice, amount=FIFTH, return_url="http://x/", once=f"press {press}", language="en"
        )

    answers = together(*[lambda press=press: start(press) for press in range(PAYERS)])
    invoice.refresh_from_db()
    assert sum(isinstance(answer, Overpayment) for answer in answers) == PAYERS - 5
    assert (invoice.amount_reserved, invoice.amount_paid) == (invoice.total, Money(0, "TZS"))


@pytest.mark.parametrize("amount", [FIFTH, Money(500_000, "TZS")], ids=["a fifth", "all"])
@pytest.mark.parametrize(
    ("press", "state"),
    [
        (lambda **values: start_payment(return_url="http://x/", language="en", **values), "pending"),
        (lambda **values: record_payment(by=None, **values), "completed"),
    ],
    ids=["a payer's", "the desk's"],
)
def test_d37_a_button_that_is_pressed_four_times_at_once_is_one_payment(invoice, together, press, state, amount):
    answers = together(*[lambda: press(invoice=invoice, amount=amount, once="press")] * 4)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert len({answer.pk for answer in answers}) == 1
    payment = Payment.objects.of(invoice.landlord_id).get()
    assert (payment.state, payment.amount) == (state, amount)
    invoice.refresh_from_db()
    assert invoice.amount_paid + invoice.amount_reserved == amount


def test_late_money_that_settles_other_bills_crosses_nobody_who_holds_them(invoice, together, monkeypatch):
    """The last bill's late money goes to the first ones, while another run takes them from the first on."""
    landlord, begun = invoice.landlord, Event()
    later = [make_invoice(invoice.lease, month=date(2026, month, 1)) for month in (2, 3)]
    attempt = start_payment(invoice=later[-1], amount=later[-1].total, return_url="/", once="press", language="en")
    record_payment(invoice=later[-1], amount=FIFTH, releasing=[attempt.payment], by=None)
    real = completing.give_credit

    def give_slowly(**names):
        begun.set()
        time.sleep(0.5)
        return real(**names)

    def run():
        assert begun.wait(timeout=20)
        return mark_overdue(landlord=landlord, on=date(2026, 6, 1))

    monkeypatch.setattr(completing, "give_credit", give_slowly)
    answers = together(lambda: complete_payment(payment=attempt.payment, attempt=attempt), run)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    paid = Invoice.objects.of(landlord).order_by("pk").values_list("state", "amount_paid")
    assert list(paid) == [("overdue", FIFTH.amount), ("overdue", 0), ("paid", 500_000)]


# --- With the guard out of the way ----------------------------------------------------------------------------------


def read_without_lock(invoice: Invoice) -> Invoice:
    read = Invoice.objects.of(invoice.landlord_id).get(pk=invoice.pk)
    time.sleep(0.05)  # the others read too, before anybody writes
    return read


def add_unguarded(invoice: Invoice, **changes: Decimal) -> None:
    sums = {name: getattr(invoice, name).amount + change for name, change in changes.items()}
    Invoice.objects.of(invoice.landlord_id).filter(pk=invoice.pk).update(**sums)
    invoice.refresh_from_db()


@pytest.fixture
def no_constraint(invoice):
    """The database without its own guard; the next test has a new one."""
    [constraint] = [each for each in Invoice._meta.constraints if each.name == "invoice_never_overpaid"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Invoice, constraint)


@pytest.fixture
def no_locks(monkeypatch):
    for module in (guarded, recording, completing):
        monkeypatch.setattr(module, "lock_invoice", read_without_lock)
    for module in (recording, completing):
        # It is taken first, and keeps a landlord's payments apart as well.
        monkeypatch.setattr(module, "lock_series", lambda landlord, series: None)
        monkeypatch.setattr(module, "lock_bills", read_without_lock)
    monkeypatch.setattr(guarded, "change_sums", add_unguarded)


@pytest.mark.usefixtures("no_constraint", "no_locks")
def test_without_the_guard_more_than_five_are_accepted(invoice, together, monkeypatch):
    for module in (guarded, recording):
        monkeypatch.setattr(module, "guard", lambda invoice, amount: None)
    answers = together(*[lambda: pay(invoice)] * PAYERS)
    assert sum(isinstance(answer, Payment) for answer in answers) > 5


@pytest.mark.usefixtures("no_constraint", "no_locks")
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's one write lock is taken before anything is read")
def test_with_the_guard_but_without_the_locks_the_invoice_is_settled_more_than_once(invoice, together):
    together(*[lambda: pay(invoice)] * PAYERS)
    assert settled(invoice) > [invoice.total]
