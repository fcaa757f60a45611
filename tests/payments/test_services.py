"""Payments through a provider, with every outcome, early and late (docs/rules.md, R4, R5, D32, D33, D37)."""

import json
from datetime import date, timedelta

import pytest

from modules.invoicing.models import Credit, Settlement
from modules.invoicing.services import Overpayment, cancel_invoices
from modules.payments.models import Payment, Receipt
from modules.payments.providers.base import FactState, OutcomeUnknown, PaymentFact, ProviderError
from modules.payments.providers.sandbox import Sandbox
from modules.payments.services import complete_payment, expire_payments, live_link
from rentbook.exchange.models import Callback
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease

from .steps import NOON, SANDBOX, call, receipts, record, standing, start, states, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon_of_5_january")]


def test_r5_a_payment_that_begins_holds_its_amount_for_half_an_hour(invoice):
    attempt = start(invoice, 300_000)
    assert states(attempt) == ("pending", "pending")
    assert standing(invoice) == ("sent", 0, 300_000)
    assert attempt.payment.expires_at == NOON + timedelta(minutes=30)
    assert attempt.url == f"http://127.0.0.1:8000/sandbox/{attempt.reference}/"
    with pytest.raises(Overpayment) as refusal:
        start(invoice, 200_001, once="another press")
    assert refusal.value.messages[0].endswith(
        "Maximum payment allowed: 200000.00. Being paid now: 300000.00 since 12:00"
    )


def test_d37_a_button_that_is_pressed_again_goes_on_with_the_live_attempt(invoice):
    assert start(invoice) == start(invoice)
    assert Payment.objects.of(invoice.landlord_id).count() == 1


def test_a_paid_answer_settles_receipts_and_replaces_the_link(invoice):
    old, attempt = live_link(invoice.lease), start(invoice)
    assert tell(attempt, "paid") == [200]
    assert states(attempt) == ("completed", "completed")
    assert standing(invoice) == ("paid", 500_000, 0)
    receipt = Receipt.objects.of(invoice.landlord_id).get()
    assert (receipt.number, receipt.balance_left, receipt.payment) == ("RCT-DAR001", Money(0, "TZS"), attempt.payment)
    assert (attempt.payment.value_date, attempt.payment.entry_date) == (date(2026, 1, 5), date(2026, 1, 5))
    old.refresh_from_db()
    assert old.replaced_at == NOON
    assert Callback.objects.get().state == Callback.State.APPLIED
    assert Callback.objects.get().landlord == invoice.landlord


@pytest.mark.parametrize(("outcome", "state"), [("declined", "failed"), ("cancelled", "cancelled")])
def test_r5_an_answer_without_money_gives_back_what_was_held(invoice, outcome, state):
    attempt = start(invoice)
    assert tell(attempt, outcome) == [200]
    assert states(attempt) == (state, state)
    assert attempt.payment.reason == attempt.reason == outcome
    assert standing(invoice) == ("sent", 0, 0)
    assert not receipts(invoice)


def test_d33_an_answer_that_comes_twice_is_one_payment_and_one_receipt(invoice):
    attempt = start(invoice)
    assert tell(attempt, "answer-twice") == [200, 200]
    assert standing(invoice) == ("paid", 500_000, 0)
    assert receipts(invoice) == ["RCT-DAR001"]
    assert Callback.objects.count() == Settlement.objects.of(invoice.landlord_id).count() == 1


def test_d33_callback_query_and_hand_together_complete_a_payment_once(invoice):
    attempt = start(invoice)
    tell(attempt, "paid")
    tell(attempt, "late-answer")
    expire_payments()
    complete_payment(payment=attempt.payment, attempt=attempt)
    assert standing(invoice) == ("paid", 500_000, 0)
    assert receipts(invoice) == ["RCT-DAR001"]


def test_d33_a_wrong_amount_completes_nothing_and_is_kept_for_staff(invoice):
    attempt = start(invoice)
    assert tell(attempt, "wrong-amount") == [200]
    assert states(attempt) == ("pending", "pending")
    assert standing(invoice) == ("sent", 0, 500_000)
    kept = Callback.objects.get()
    assert (kept.state, kept.landlord) == (Callback.State.REVIEW, invoice.landlord)
    assert attempt.reference in kept.note


def test_d22_the_same_figure_in_another_currency_completes_nothing(invoice):
    attempt = start(invoice)
    event = json.loads(SANDBOX.answer(attempt.reference, "paid")) | {"currency": "USD"}
    assert call(json.dumps(event).encode()).status_code == 200
    assert states(attempt) == ("pending", "pending")
    assert Callback.objects.get().state == Callback.State.REVIEW


@pytest.mark.parametrize("state", ["pending", "unknown"])
def test_d33_an_answer_that_says_neither_yes_nor_no_changes_nothing(invoice, state):
    attempt = start(invoice)
    event = json.loads(SANDBOX.answer(attempt.reference, "no-answer")) | {"state": state}
    assert call(json.dumps(event).encode()).status_code == 200
    assert states(attempt) == ("pending", "pending")
    assert standing(invoice) == ("sent", 0, 500_000)


def test_d32_a_late_decline_after_the_money_changes_nothing(invoice):
    attempt = start(invoice)
    tell(attempt, "paid")
    assert tell(attempt, "declined") == [200]
    assert states(attempt) == ("completed", "completed")
    assert standing(invoice) == ("paid", 500_000, 0)


def test_d32_money_that_is_proved_after_a_decline_counts(invoice):
    attempt = start(invoice)
    tell(attempt, "declined")
    tell(attempt, "paid")
    assert states(attempt) == ("completed", "completed")
    assert standing(invoice) == ("paid", 500_000, 0)


def test_a_provider_that_refuses_leaves_nothing_held(invoice, monkeypatch):
    def refuse(self, request):
        raise ProviderError("The account is closed.")

    monkeypatch.setattr(Sandbox, "start", refuse)
    with pytest.raises(ProviderError):
        start(invoice)
    assert standing(invoice) == ("sent", 0, 0)
    assert Payment.objects.of(invoice.landlord_id).get().state == "failed"


def test_d33_a_provider_that_does_not_answer_may_have_begun_so_the_amount_stays_held(invoice, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "start", lambda self, request: (_ for _ in ()).throw(OutcomeUnknown("timed out")))
        attempt = start(invoice)
    assert (states(attempt), attempt.url) == (("pending", "pending"), "")
    assert standing(invoice) == ("sent", 0, 500_000)
    assert start(invoice).reference == attempt.reference
    tell(attempt, "paid")
    assert standing(invoice) == ("paid", 500_000, 0)


# --- Late ------------------------------------------------------------------------------------------------------------


def test_r5_a_reservation_ends_after_half_an_hour_and_not_before(invoice, travel):
    attempt = start(invoice)
    travel(NOON + timedelta(minutes=29))
    assert expire_payments() == {"completed": 0, "failed": 0, "pending": 1}
    travel(NOON + timedelta(minutes=30))
    assert expire_payments() == {"completed": 0, "failed": 1, "pending": 0}
    assert states(attempt) == ("cancelled", "cancelled")
    assert attempt.payment.reason == "expired"
    assert standing(invoice) == ("sent", 0, 0)
    assert expire_payments() == {"completed": 0, "failed": 0, "pending": 0}


def test_r5_before_a_reservation_ends_the_provider_is_asked(invoice, travel):
    attempt = start(invoice)
    SANDBOX.answer(attempt.reference, "paid")  # decided there, and the callback got lost
    travel(NOON + timedelta(hours=2))
    assert expire_payments() == {"completed": 1, "failed": 0, "pending": 0}
    assert standing(invoice) == ("paid", 500_000, 0)


def test_one_payment_that_contradicts_ours_does_not_keep_the_others_waiting(landlord, monkeypatch, travel):
    invoices = [make_invoice(make_lease(landlord)) for _ in range(2)]
    odd, plain = (start(invoice, once=f"press {invoice.pk}") for invoice in invoices)
    SANDBOX.answer(odd.reference, "paid")
    SANDBOX.answer(plain.reference, "paid")
    real = Sandbox.fetch_status

    def answer(self, *, reference, provider_reference):
        fact = real(self, reference=reference, provider_reference=provider_reference)
        object.__setattr__(fact, "money", fact.money + Money(1, "TZS") if reference == odd.reference else fact.money)
        return fact

    monkeypatch.setattr(Sandbox, "fetch_status", answer)
    assert expire_payments() == {"completed": 1, "failed": 0, "pending": 1}
    assert states(plain) == ("completed", "completed")
    assert states(odd) == ("pending", "pending")
    assert expire_payments() == {"completed": 0, "failed": 0, "pending": 1}
    kept = Callback.objects.get()
    assert (kept.state, kept.landlord, kept.event_key) == (Callback.State.REVIEW, landlord, f"{odd.reference}:query")


def test_a_payment_that_cannot_be_asked_about_does_not_keep_the_others_waiting(landlord, monkeypatch, caplog):
    broken, plain = (start(make_invoice(make_lease(landlord)), once=f"press {number}") for number in range(2))
    SANDBOX.answer(plain.reference, "paid")
    real = Sandbox.fetch_status

    def answer(self, *, reference, provider_reference):
        return 1 / 0 if reference == broken.reference else real(self, reference=reference, provider_reference="")

    monkeypatch.setattr(Sandbox, "fetch_status", answer)
    assert expire_payments() == {"completed": 1, "failed": 0, "pending": 1}
    assert (states(broken), states(plain)) == (("pending", "pending"), ("completed", "completed"))
    assert f"Attempt {broken.reference} could not be asked about." in caplog.text


def test_r5_a_payment_of_which_another_amount_is_reported_holds_its_own_no_longer_than_others(
    invoice, travel, monkeypatch
):
    attempt = start(invoice)
    reported = PaymentFact(FactState.COMPLETED, "q", attempt.reference, money=Money(500_001, "TZS"))
    monkeypatch.setattr(Sandbox, "fetch_status", lambda self, **_names: reported)
    assert expire_payments() == {"completed": 0, "failed": 0, "pending": 1}
    travel(NOON + timedelta(minutes=30))
    assert expire_payments() == {"completed": 0, "failed": 1, "pending": 0}
    assert (states(attempt), attempt.payment.reason) == (("cancelled", "cancelled"), "expired")
    assert standing(invoice) == ("sent", 0, 0)
    assert Callback.objects.get().state == Callback.State.REVIEW


def test_r4_money_that_is_proved_while_the_books_are_closed_is_entered_on_the_first_open_day(invoice, landlord):
    later = make_invoice(invoice.lease, month=date(2026, 2, 1))
    attempt = start(invoice)
    record(invoice, 400_000, releasing=[attempt.payment])
    landlord.locked_through = date(2026, 1, 31)
    landlord.save()
    assert tell(attempt, "paid") == [200]
    assert states(attempt) == ("completed", "completed")
    assert (attempt.payment.value_date, attempt.payment.entry_date) == (date(2026, 1, 5), date(2026, 2, 1))
    assert standing(invoice) == ("paid", 500_000, 0)
    assert standing(later) == ("sent", 400_000, 0)
    own = Settlement.objects.of(landlord).get(source=f"payment:{attempt.payment_id}")
    assert (own.value_date, own.entry_date) == (date(2026, 1, 5), date(2026, 2, 1))
    used = Settlement.objects.of(landlord).get(invoice=later)
    assert (used.kind, used.entry_date) == ("credit", date(2026, 2, 1))


def test_r4_money_that_comes_after_the_reservation_ended_settles_what_is_still_open(invoice, travel):
    attempt = start(invoice)
    travel(NOON + timedelta(minutes=31))
    expire_payments()
    assert tell(attempt, "late-answer") == [200]
    assert states(attempt) == ("completed", "completed")
    assert standing(invoice) == ("paid", 500_000, 0)
    assert not Credit.objects.of(invoice.landlord_id).exists()


def test_r4_money_that_comes_after_somebody_else_has_paid_is_kept_as_credit(invoice, travel):
    attempt = start(invoice)
    travel(NOON + timedelta(minutes=31))
    expire_payments()
    record(invoice, 400_000)
    tell(attempt, "late-answer")
    assert standing(invoice) == ("paid", 500_000, 0)
    credit = Credit.objects.of(invoice.landlord_id).get()
    assert (credit.amount, credit.lease) == (Money(400_000, "TZS"), invoice.lease)
    assert receipts(invoice) == ["RCT-DAR001", "RCT-DAR002"]


def test_d26_money_that_its_bill_cannot_take_settles_the_lease_s_other_bills_oldest_due_first(invoice, landlord):
    march, february = (make_invoice(invoice.lease, month=date(2026, month, 1)) for month in (3, 2))
    stranger = make_invoice(make_lease(landlord))
    attempt = start(invoice)
    record(invoice, 500_000, releasing=[attempt.payment])
    record(february, 200_000)
    tell(attempt, "late-answer")
    assert standing(february) == ("paid", 500_000, 0)
    assert standing(march) == ("sent", 200_000, 0)
    assert standing(stranger) == ("sent", 0, 0)
    credit = Credit.objects.of(landlord).get()
    assert (credit.amount, credit.applied) == (Money(500_000, "TZS"), Money(500_000, "TZS"))
    receipt = Receipt.objects.of(landlord).get(payment=attempt.payment)
    assert receipt.balance_left == Money(0, "TZS")


def test_r4_money_for_an_invoice_that_was_cancelled_meanwhile_is_kept_as_credit(invoice, travel):
    attempt = start(invoice)
    travel(NOON + timedelta(minutes=31))
    expire_payments()
    cancel_invoices(invoices=[invoice], by=None)
    tell(attempt, "late-answer")
    assert standing(invoice) == ("cancelled", 0, 0)
    assert Credit.objects.of(invoice.landlord_id).get().amount == Money(500_000, "TZS")
