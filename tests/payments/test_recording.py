"""Payments by hand, and the links that they replace (docs/rules.md, R5, R8, D28, D31, D35, D48)."""

import json
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from modules.invoicing.models import Credit, Settlement
from modules.invoicing.services import Overpayment, settle
from modules.payments.models import PayLink, Payment, Receipt
from modules.payments.services import cancel_payments, find_link, link_url, live_link
from rentbook.kernel.money import Money
from rentbook.kernel.people import BooksLocked
from rentbook.kernel.states import Refused
from tests.factories import make_invoice

from .steps import NOON, receipts, record, standing, start, states, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon_of_5_january")]


def test_d28_each_payment_by_hand_has_a_receipt_that_says_what_is_left(invoice, alice):
    payments = [record(invoice, amount, by=alice) for amount in (200_000, 250_000, 50_000)]
    left = Receipt.objects.of(invoice.landlord_id).order_by("pk").values_list("number", "balance_left")
    assert list(left) == [("RCT-DAR001", 300_000), ("RCT-DAR002", 50_000), ("RCT-DAR003", 0)]
    assert [payment.state for payment in payments] == ["completed"] * 3
    assert {payment.by for payment in payments} == {alice}


def test_d31_cash_beyond_the_balance_is_refused_and_nothing_is_written(invoice):
    with pytest.raises(Overpayment, match=r"Maximum payment allowed: 500000\.00"):
        record(invoice, 500_001)
    assert not Payment.objects.of(invoice.landlord_id).exists()
    assert not receipts(invoice)


def test_d35_a_payment_has_the_payer_s_day_and_the_day_it_was_entered(invoice, landlord):
    payment = record(invoice, 1_000, value_date=date(2026, 1, 2))
    assert (payment.value_date, payment.entry_date) == (date(2026, 1, 2), date(2026, 1, 5))
    settlement = Settlement.objects.of(landlord).get()
    assert (settlement.value_date, settlement.entry_date) == (date(2026, 1, 2), date(2026, 1, 5))
    with pytest.raises(ValidationError, match="in the future"):
        record(invoice, 1_000, value_date=date(2026, 1, 6))


def test_d48_a_payment_is_not_dated_into_a_closed_month(invoice, landlord):
    landlord.locked_through = date(2025, 12, 31)
    landlord.save()
    with pytest.raises(BooksLocked):
        record(invoice, 1_000, value_date=date(2025, 12, 31))


def test_r5_staff_who_have_the_cash_release_a_live_attempt_in_the_same_step(invoice):
    attempt = start(invoice)
    with pytest.raises(Overpayment, match="Being paid now"):
        record(invoice, 500_000)
    record(invoice, 500_000, releasing=[attempt.payment])
    assert states(attempt) == ("cancelled", "cancelled")
    assert standing(invoice) == ("paid", 500_000, 0)
    tell(attempt, "late-answer")
    assert Credit.objects.of(invoice.landlord_id).get().amount == Money(500_000, "TZS")


def test_r5_an_attempt_is_not_released_when_the_cash_is_refused(invoice):
    attempt = start(invoice)
    with pytest.raises(Overpayment):
        record(invoice, 500_001, releasing=[attempt.payment])
    assert states(attempt) == ("pending", "pending")


@pytest.mark.parametrize(
    "change", [{"amount": 200_000}, {"method": "cheque"}, {"invoice": "another"}], ids=["amount", "method", "invoice"]
)
def test_a_form_that_was_saved_is_not_answered_as_saved_with_other_figures(invoice, change):
    first = record(invoice, 100_000, once="form")
    assert record(invoice, 100_000, once="form") == first
    other = make_invoice(invoice.lease, month=date(2026, 2, 1)) if "invoice" in change else invoice
    with pytest.raises(ValidationError, match="saved already with another amount: open it anew"):
        record(other, **{"amount": 100_000, "once": "form"} | {key: change[key] for key in change if key != "invoice"})
    assert Payment.objects.of(invoice.landlord_id).get() == first


def test_a_payment_that_is_over_is_not_cancelled(invoice, alice):
    attempt, done = start(invoice, 100_000), record(invoice, 100_000)
    assert cancel_payments(payments=[attempt.payment], by=alice) == 1
    assert standing(invoice) == ("sent", 100_000, 0)
    with pytest.raises(Refused, match="is completed: this cannot be done to it now"):
        cancel_payments(payments=[done], by=alice)


# --- Links -----------------------------------------------------------------------------------------------------------


def test_r8_a_lease_has_one_live_link_and_the_table_does_not_hold_its_token(invoice):
    link = live_link(invoice.lease)
    assert live_link(invoice.lease) == link
    token = link_url(link).split("/")[-2]
    assert len(token) == 16
    assert token not in json.dumps(list(PayLink.objects.of(invoice.landlord_id).values()), default=str)
    assert find_link(token) == find_link(token.lower()) == link
    assert find_link("0" * 16) is None


def test_r8_a_link_that_was_replaced_is_still_known_as_one_that_was(invoice):
    old = live_link(invoice.lease)
    record(invoice, 1_000)
    new = live_link(invoice.lease)
    assert new != old
    assert link_url(new) != link_url(old)
    assert find_link(link_url(old).split("/")[-2]).replaced_at == NOON
    assert PayLink.objects.of(invoice.landlord_id).filter(replaced_at=None).get() == new


def test_a_link_survives_a_new_key_while_the_old_one_is_a_fallback(invoice, settings):
    link, before = live_link(invoice.lease), link_url(live_link(invoice.lease))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert link_url(link) == before
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ValueError, match="not among SECRET_KEY"):
        link_url(link)


@pytest.mark.django_db(transaction=True)
def test_r8_two_who_ask_for_a_link_at_once_get_the_same(invoice, together):
    links = together(*[lambda: live_link(invoice.lease)] * 4)
    assert len({link.pk for link in links}) == 1


def test_what_settles_by_another_way_leaves_the_link_alone(invoice):
    link = live_link(invoice.lease)
    dates = {"value_date": date(2026, 1, 5), "entry_date": date(2026, 1, 5)}
    settle(invoice=invoice, kind="credit", amount=Money(1_000, "TZS"), source="test", by=None, **dates)
    assert live_link(invoice.lease) == link
