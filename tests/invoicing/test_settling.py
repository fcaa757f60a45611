"""Where money meets an invoice: never more than it has, whoever comes at once (docs/rules.md, R5, R11, D26, D31)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from modules.invoicing.events import InvoicePaid
from modules.invoicing.models import Credit, Invoice, Settlement
from modules.invoicing.services import (
    ManualLine,
    Overpayment,
    apply_credits,
    cancel_invoices,
    draft_invoice,
    give_credit,
    release,
    reserve,
    settle,
)
from rentbook.kernel.events import announced
from rentbook.kernel.money import Money
from rentbook.kernel.people import BooksLocked
from tests.factories import make_invoice, make_landlord, make_lease

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 5)


@pytest.fixture(autouse=True)
def _fifth_of_january(travel):
    travel(DAY)


@pytest.fixture
def invoice(landlord) -> Invoice:
    return make_invoice(make_lease(landlord))


def pay(invoice: Invoice, amount, source: str = "test", currency: str = "TZS", **options) -> Settlement | None:
    dates = {"value_date": DAY, "entry_date": DAY}
    return settle(
        invoice=invoice, kind="payment", amount=Money(amount, currency), source=source, by=None, **dates | options
    )


def sums(invoice: Invoice) -> tuple[str, int, int]:
    invoice.refresh_from_db()
    return invoice.state, int(invoice.amount_paid.amount), int(invoice.amount_reserved.amount)


# --- What may be paid -----------------------------------------------------------------------------------------------


def test_d31_too_much_is_refused_to_the_letter(invoice):
    with pytest.raises(Overpayment) as refusal:
        pay(invoice, 600_000)
    [told] = refusal.value.messages
    assert told == (
        "Payment amount (600000.00) cannot exceed invoice balance due (500000.00). Maximum payment allowed: 500000.00"
    )
    assert refusal.value.maximum == Money(500_000, "TZS")
    assert sums(invoice) == ("sent", 0, 0)


def test_d31_the_maximum_is_what_is_left(invoice):
    pay(invoice, 200_000)
    with pytest.raises(Overpayment, match=r"Maximum payment allowed: 300000\.00"):
        pay(invoice, "300000.01", "again")
    pay(invoice, 300_000, "again")
    assert sums(invoice) == ("paid", 500_000, 0)
    with pytest.raises(Overpayment, match=r"balance due \(0\.00\)\. Maximum payment allowed: 0\.00"):
        pay(invoice, 1, "once more")


def hold(invoice: Invoice, amount) -> Invoice:
    return reserve(invoice=invoice, amount=Money(amount, "TZS"))


@pytest.mark.parametrize("amount", [0, -1, "-0.01", "-0.00", "0.001", "10.005", "1e400", "NaN", "Infinity"])
@pytest.mark.parametrize("door", [pay, hold])
def test_d31_what_is_no_amount_to_pay_is_refused(invoice, door, amount):
    with pytest.raises(ValidationError):
        door(invoice, Decimal(amount))
    assert sums(invoice) == ("sent", 0, 0)


def test_d21_an_amount_is_as_fine_as_its_currency_and_no_finer():
    francs = make_invoice(make_lease(make_landlord(code="DLA"), rent="120000"))
    with pytest.raises(ValidationError):
        pay(francs, "0.5", currency="XAF")
    pay(francs, "120000.00", "francs", currency="XAF")
    assert sums(francs)[0] == "paid"
    dinars = make_invoice(make_lease(make_landlord(code="KWT"), rent="250.500"))
    pay(dinars, "250.499", currency="KWD")
    pay(dinars, "0.001", "again", currency="KWD")
    assert sums(dinars)[0] == "paid"


def test_d22_another_currency_is_refused(invoice):
    with pytest.raises(ValidationError, match="This invoice is in TZS: pay it in TZS"):
        pay(invoice, 1, currency="USD")


def test_a_draft_and_a_cancelled_invoice_cannot_be_paid(invoice):
    draft = draft_invoice(lease=invoice.lease, lines=[ManualLine("key", Money(5000, "TZS"))], due_date=DAY)
    cancel_invoices(invoices=[invoice], by=None)
    for closed in (draft, invoice):
        with pytest.raises(ValidationError, match="it cannot be paid"):
            pay(closed, 1)


def test_d48_a_settlement_is_not_dated_into_a_closed_month(landlord, invoice):
    landlord.locked_through = date(2025, 12, 31)
    landlord.save()
    with pytest.raises(BooksLocked):
        pay(invoice, 1, entry_date=date(2025, 12, 31))
    pay(invoice, 1, value_date=date(2025, 12, 31))


def test_d31_the_database_itself_refuses_more_than_the_total(invoice):
    reserve(invoice=invoice, amount=Money(400_000, "TZS"))
    for change in ({"amount_paid": 100_001}, {"amount_reserved": 500_001}, {"amount_paid": -1}, {"total": 399_999}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.of(invoice.landlord_id).update(**change)


# --- Settling -------------------------------------------------------------------------------------------------------


def test_r11_what_is_paid_is_the_sum_of_the_settlements(invoice):
    pay(invoice, 200_000, "one")
    pay(invoice, 300_000, "two")
    assert sums(invoice) == ("paid", 500_000, 0)
    assert sum(row.amount.amount for row in invoice.settlements.all()) == 500_000


def test_a_cause_settles_once_and_for_ever(invoice):
    assert pay(invoice, 200_000, "payment:1")
    assert pay(invoice, 200_000, "payment:1") is None
    assert sums(invoice) == ("sent", 200_000, 0)


def test_an_invoice_that_is_overdue_is_paid_too_and_announced_once(invoice, django_capture_on_commit_callbacks):
    events = []

    def listen(sender, event, **kwargs):
        events.append(event)

    announced.connect(listen, sender=InvoicePaid)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            pay(invoice, 499_999, "one")
            pay(invoice, 1, "two")
            pay(invoice, 1, "two")
    finally:
        announced.disconnect(listen, sender=InvoicePaid)
    assert events == [InvoicePaid(invoice.landlord_id, invoice.pk)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", ["reserve", "settle"])
def test_d31_of_two_who_pay_250001_of_500000_at_once_one_is_accepted(invoice, together, door):
    amount = Money(250_001, "TZS")
    doors = {
        "reserve": lambda source: reserve(invoice=invoice, amount=amount),
        "settle": lambda source: pay(invoice, 250_001, source),
    }
    answers = together(lambda: doors[door]("one"), lambda: doors[door]("two"))
    [refusal] = [answer for answer in answers if isinstance(answer, Exception)]
    assert isinstance(refusal, Overpayment)
    assert "Maximum payment allowed: 249999.00" in refusal.messages[0]
    assert sum(sums(invoice)[1:]) == 250_001


@pytest.mark.django_db(transaction=True)
def test_a_cause_that_comes_at_once_from_four_sides_settles_once(invoice, together):
    answers = together(*[lambda: pay(invoice, 100_000, "payment:1")] * 4)
    assert sum(isinstance(answer, Settlement) for answer in answers) == 1
    assert answers.count(None) == 3
    assert sums(invoice) == ("sent", 100_000, 0)


# --- Reservations ---------------------------------------------------------------------------------------------------


def test_r5_what_is_being_paid_counts_against_the_balance_until_it_is_released(invoice):
    reserve(invoice=invoice, amount=Money(300_000, "TZS"))
    with pytest.raises(Overpayment) as refusal:
        pay(invoice, 200_001)
    [told] = refusal.value.messages
    assert told == (
        "Payment amount (200001.00) cannot exceed invoice balance due (500000.00). "
        "Maximum payment allowed: 200000.00. Being paid now: 300000.00"
    )
    pay(invoice, 200_000)
    release(invoice=invoice, amount=Money(300_000, "TZS"))
    assert sums(invoice) == ("sent", 200_000, 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        release(invoice=invoice, amount=Money(1, "TZS"))


def test_r5_an_invoice_that_is_being_paid_is_not_cancelled(invoice):
    reserve(invoice=invoice, amount=Money(1, "TZS"))
    with pytest.raises(ValidationError):
        cancel_invoices(invoices=[invoice], by=None)


# --- Credit ---------------------------------------------------------------------------------------------------------


def credit(lease, amount, source: str, day: date = DAY, currency: str = "TZS") -> Credit:
    return give_credit(lease=lease, amount=Money(amount, currency), value_date=day, source=source, note="")


def test_d26_credit_settles_the_oldest_due_first_and_stays_for_the_next(landlord):
    lease = make_lease(landlord)
    invoices = [make_invoice(lease, month=date(2026, month, 1)) for month in (1, 2, 3)]
    credit(lease, 700_000, "one")
    assert apply_credits(landlord=landlord, leases=[lease.pk], on=DAY) == 2
    assert [sums(invoice)[:2] for invoice in invoices] == [("paid", 500_000), ("sent", 200_000), ("sent", 0)]
    assert apply_credits(landlord=landlord, leases=[lease.pk], on=DAY) == 0
    credit(lease, 1_000_000, "two")
    apply_credits(landlord=landlord, leases=[lease.pk], on=DAY)
    assert [sums(invoice)[:2] for invoice in invoices] == [("paid", 500_000)] * 3
    left = sum((row.amount.amount - row.applied.amount) for row in Credit.objects.of(landlord))
    assert left == 200_000


def test_d26_the_oldest_credit_is_used_first(landlord, invoice):
    newer, older = credit(invoice.lease, 400_000, "one"), credit(invoice.lease, 400_000, "two", date(2025, 12, 1))
    apply_credits(landlord=landlord, leases=[invoice.lease_id], on=DAY)
    newer.refresh_from_db()
    older.refresh_from_db()
    assert (older.applied.amount, newer.applied.amount) == (400_000, 100_000)
    assert sums(invoice) == ("paid", 500_000, 0)


def test_d22_credit_in_another_currency_is_left_alone(landlord, invoice):
    credit(invoice.lease, 300, "one", currency="USD")
    assert apply_credits(landlord=landlord, leases=[invoice.lease_id], on=DAY) == 0
    assert sums(invoice) == ("sent", 0, 0)


def test_d26_credit_does_not_take_what_somebody_is_paying(landlord, invoice):
    reserve(invoice=invoice, amount=Money(450_000, "TZS"))
    credit(invoice.lease, 100_000, "one")
    apply_credits(landlord=landlord, leases=[invoice.lease_id], on=DAY)
    assert sums(invoice) == ("sent", 50_000, 450_000)
    assert Credit.objects.of(landlord).get().applied.amount == 50_000


def test_r4_a_cause_gives_credit_once(landlord, invoice):
    assert credit(invoice.lease, 100, "payment:1:rest") == credit(invoice.lease, 100, "payment:1:rest")
    assert Credit.objects.of(landlord).count() == 1
