"""The pay page: what it says of a bill in every state, and what a press does."""

import gzip
from contextlib import suppress
from datetime import date
from threading import Barrier, BrokenBarrierError

import pytest

from modules.invoicing.models import Invoice
from modules.invoicing.services import cancel_invoices, give_credit
from modules.payments.models import Payment
from modules.payments.providers.base import OutcomeUnknown, ProviderError
from modules.payments.providers.sandbox import Sandbox
from modules.payments.services import record_payment, starting
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease

from .conftest import Payer, text_of, title_of


def shillings(amount: int) -> Money:
    return Money(amount, "TZS")


def payments_of(invoice: Invoice) -> list[Payment]:
    return list(Payment.objects.of(invoice.landlord_id).filter(invoice=invoice).order_by("pk"))


def test_a_due_bill_says_until_when_and_how_much(payer, bill):
    page = payer.open()
    assert page.status_code == 200
    assert title_of(page) == "Due in 3 days – Rent for January 2026: TSh 500,000"
    for words in (
        "Due in 3 days – pay by Monday 5 January 2026", "Neema M.", "INV-202601-DAR001", "Pay TSh 500,000",
        "Pay half: TSh 250,000", "Another amount", "Cash at the office", "We never ask for your PIN",
    ):  # fmt: skip
        assert words.replace("TSh ", "TSh\u00a0") in page.content.decode() or words in text_of(page), words


def test_a_late_bill_says_how_late(payer, travel):
    travel(date(2026, 1, 8))
    page = payer.open()
    assert title_of(page).startswith("3 days late")
    assert "3 days late. It was due on Monday 5 January 2026." in text_of(page)
    travel(date(2026, 1, 5))
    assert "Due today, Monday 5 January 2026" in text_of(payer.open())


def test_a_part_paid_bill_thanks_and_asks_for_the_rest(payer, bill, travel):
    travel(date(2026, 1, 3))
    payment = record_payment(invoice=bill, amount=shillings(200_000), method="cash", by=None)
    page = Payer(bill.lease).open()
    assert title_of(page).endswith("TSh 300,000 left for January 2026")
    said = text_of(page)
    assert "Thank you. TSh 200,000 was paid. This is the rest." in said
    assert "Paid on 3 January 2026 (cash) -TSh 200,000" in said
    assert f"Receipt {payment.receipt.number} (PDF)" in said
    assert "Pay TSh 300,000" in said


def test_credit_that_was_used_is_told_apart_from_payments(bill, travel):
    lease = make_lease(bill.landlord, tenant="Asha Komba")
    give_credit(lease=lease, amount=shillings(100_000), value_date=date(2026, 1, 1), source="test", note="")
    make_invoice(lease, month=date(2026, 1, 1), on=date(2026, 1, 2))
    said = text_of(Payer(lease).open())
    assert "Your credit, used on 2 January 2026 -TSh 100,000" in said
    assert "Thank you" not in said


def test_a_part_of_a_month_shows_its_arithmetic(bill):
    lease = make_lease(bill.landlord, start=date(2026, 1, 10), charges={"electricity": "31000"})
    make_invoice(lease)
    said = text_of(Payer(lease).open())
    assert "22/31 x 500,000 = 354,839" in said
    assert "Electricity 22/31 x 31,000 = 22,000 TSh 22,000" in said


def test_other_open_bills_are_listed_and_any_can_be_shown_first(payer, bill):
    later = make_invoice(bill.lease, month=date(2026, 2, 1), on=date(2026, 1, 2))
    first = payer.open()
    assert title_of(first).endswith("Rent for January 2026: TSh 500,000")
    assert f"?bill={later.number}" in first.content.decode()
    second = payer.open(bill=later.number)
    assert title_of(second).endswith("Rent for February 2026: TSh 500,000")
    assert f"?bill={bill.number}" in second.content.decode()


def test_a_bill_of_somebody_else_is_not_shown(payer, bill):
    other = make_invoice(make_lease(bill.landlord, tenant="Asha Komba", rent="77000"))
    page = payer.open(bill=other.number)
    assert title_of(page).endswith("Rent for January 2026: TSh 500,000")
    assert other.number not in page.content.decode()
    assert "77,000" not in page.content.decode()
    assert payer.open(f"bill/{other.number}.pdf").status_code == 404


def test_half_is_offered_in_whole_billing_units_and_only_where_it_is_less(bill):
    odd = make_lease(bill.landlord, rent="1")
    make_invoice(odd)
    assert "Pay half" not in text_of(Payer(odd).open())
    uneven = make_lease(bill.landlord, rent="500001")
    make_invoice(uneven)
    assert "Pay half: TSh 250,001" in text_of(Payer(uneven).open())


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("600,000", "The most you can pay is TSh 500,000. You typed TSh 600,000."),
        ("٦٠٠٠٠٠", "The most you can pay is TSh 500,000."),
        ("abc", "Type only the number, for example 200000."),
        ("", "Type only the number, for example 200000."),
        ("1e5", "Type only the number, for example 200000."),
        ("\x00" * 50, "Type only the number, for example 200000."),
        ("9" * 500, "Type only the number, for example 200000."),
        ("NaN", "Type only the number, for example 200000."),
        ("0", "The amount must be more than zero."),
        ("-5", "The amount must be more than zero."),
        ("100.50", "Type a whole amount, without cents."),
    ],
)
def test_an_amount_that_cannot_be_paid_is_explained_and_kept_in_the_field(payer, bill, typed, words):
    page = payer.press(typed)
    assert page.status_code == 400
    assert title_of(page) == "Check the amount"
    assert words in text_of(page)
    assert f'value="{typed[:40]}"' in page.content.decode() or "\x00" in typed
    assert "Pay TSh 500,000" in text_of(page)
    assert not payments_of(bill)


def test_a_press_goes_to_the_provider_and_reserves_the_amount(payer, bill):
    sent = payer.press("250000")
    assert sent.status_code == 302
    [payment] = payments_of(bill)
    assert sent.url == f"/sandbox/{payment.attempts.get().reference}/"
    assert (payment.state, payment.amount) == ("pending", shillings(250_000))


def test_a_button_pressed_twice_makes_one_payment(payer, bill):
    page = payer.open()
    first, second = payer.press("500000", page=page), payer.press("500000", page=page)
    assert first.url == second.url
    assert len(payments_of(bill)) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("amount", ["500000", "250000"])
def test_a_button_pressed_twice_at_the_same_moment_makes_one_payment(payer, bill, together, monkeypatch, amount):
    met, reserve = Barrier(2), starting._reserve

    def reserve_at_once(*args):
        # Neither has found a payment of this press: without a second look, one of them ends in an error page.
        with suppress(BrokenBarrierError):
            met.wait(timeout=5)
        return reserve(*args)

    monkeypatch.setattr(starting, "_reserve", reserve_at_once)
    page, again = payer.open(), Payer(bill.lease)
    first, second = together(lambda: payer.press(amount, page=page), lambda: again.press(amount, page=page))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert len(payments_of(bill)) == 1


def test_while_somebody_pays_the_page_says_since_when(payer, bill):
    attempt = payer.begin("250000")
    page = Payer(bill.lease).open()
    assert (page.status_code, title_of(page)) == (200, "A payment is on its way")
    assert "Someone started a payment of TSh 250,000 at 15:00." in text_of(page)
    assert "it ends by itself at 15:30" in text_of(page)
    assert f'/payments/{attempt.reference}/">Check now' in page.content.decode()
    assert 'name="amount"' not in page.content.decode()
    assert "Continue to pay" not in text_of(page)


def test_a_page_that_was_open_before_gets_409_and_its_own_browser_may_go_on(payer, bill):
    neighbour, page = Payer(bill.lease), payer.open()
    attempt = payer.begin("250000")
    theirs, ours = neighbour.press("500000", page=page), payer.press("500000", page=page)
    assert (theirs.status_code, ours.status_code) == (409, 409)
    assert "To pay now TSh 500,000" in text_of(theirs)
    assert "Continue to pay" not in text_of(theirs)
    assert f'href="/sandbox/{attempt.reference}/">Continue to pay' in ours.content.decode()
    assert len(payments_of(bill)) == 1


def test_a_paid_bill_says_so_and_gives_its_receipt(payer, bill):
    later = make_invoice(bill.lease, month=date(2026, 2, 1), on=date(2026, 1, 2))
    payment = record_payment(invoice=bill, amount=shillings(500_000), by=None)
    page = Payer(bill.lease).open(bill=bill.number)
    assert (page.status_code, title_of(page)) == (200, "This bill is paid")
    assert f"Receipt {payment.receipt.number}" in text_of(page)
    assert later.number in text_of(page)


def test_with_nothing_open_there_is_nothing_to_pay(payer, bill):
    record_payment(invoice=bill, amount=shillings(500_000), by=None)
    page = Payer(bill.lease).open()
    assert (page.status_code, title_of(page)) == (200, "Nothing to pay")
    assert "RCT-" in text_of(page)


def test_a_cancelled_bill_is_gone_and_must_not_be_paid(payer, bill):
    before = payer.open()
    cancel_invoices(invoices=[bill], by=None)
    for page in (payer.open(bill=bill.number), payer.press("500000", page=before)):
        assert (page.status_code, title_of(page)) == (410, "This bill was cancelled")
        assert "Please do not pay it." in text_of(page)


def test_a_provider_that_is_down_takes_no_money_and_reserves_none(payer, bill, monkeypatch):
    def fail(self, request):
        raise ProviderError("busy")

    monkeypatch.setattr(Sandbox, "start", fail)
    page = payer.press("500000")
    assert (page.status_code, page["Retry-After"]) == (503, "300")
    assert "No money was taken." in text_of(page)
    bill.refresh_from_db()
    assert not bill.amount_reserved


def test_a_call_without_an_answer_waits_instead_of_failing(payer, monkeypatch):
    def lose(self, request):
        raise OutcomeUnknown("timeout")

    monkeypatch.setattr(Sandbox, "start", lose)
    sent = payer.press("500000")
    assert (sent.status_code, "/payments/" in sent.url) == (302, True)
    assert payer.open(sent.url).status_code == 202


def test_the_page_is_small_and_asks_the_database_six_times_at_most(payer, bill, django_assert_max_num_queries):
    for month in range(2, 8):
        make_invoice(bill.lease, month=date(2026, month, 1), on=date(2026, 1, 2))
    record_payment(invoice=bill, amount=Money(100_000, "TZS"), by=None)
    payer = Payer(bill.lease)
    with django_assert_max_num_queries(6):
        page = payer.open(lang="ar")
    assert len(gzip.compress(page.content)) <= 14 * 1024
    assert len(page.content) <= 50 * 1024
    payer.begin("200000")
    with django_assert_max_num_queries(6):
        assert title_of(payer.open()) == "A payment is on its way"
