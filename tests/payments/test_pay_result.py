"""After the press: waiting, what came of it, receipts, and links that a payment has replaced (docs/rules.md, R8)."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from modules.invoicing.models import Credit
from modules.payments.models import PayLink, Receipt
from modules.payments.services import expire_payments, link_url, live_link, record_payment
from modules.payments.views.result import PAUSES
from rentbook.kernel import clock
from rentbook.kernel.contributions import message_templates
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease

from .conftest import Payer, answer, text_of, title_of


@pytest.fixture
def sent(bill):
    """The links that were asked for, by key."""
    return lambda: set(PayLink.objects.of(bill.landlord).exclude(asked_at=None).values_list("pk", flat=True))


def test_the_waiting_page_looks_again_by_itself_and_stops_after_three_minutes(payer):
    attempt = payer.begin("500000")
    address, waited, looks = f"payments/{attempt.reference}/", 0, 0
    while True:
        page = payer.open(address)
        assert page.status_code == 202
        found = re.search(r'http-equiv="refresh" content="(\d+);url=([^"]+)"', page.content.decode())
        if not found:
            break
        assert title_of(page) == "Waiting for your payment"
        waited, looks, address = waited + int(found[1]), looks + 1, found[2].replace("&amp;", "&")
    assert (waited, looks) == (180, len(PAUSES))
    assert title_of(page) == "We are still waiting"
    for words in ("If you have paid, do not pay again.", "You can close this page", "Check now"):
        assert words in text_of(page)


@pytest.mark.parametrize("step", ["-1", "x", "9999999999", "٣", "", "14", "1.5"])
def test_a_step_that_is_no_step_does_no_harm(payer, step):
    assert payer.result(payer.begin("500000"), step=step).status_code == 202


def test_a_whole_payment_is_thanked_and_receipted(payer, bill):
    page = payer.result(payer.pay("500000"))
    [receipt] = Receipt.objects.of(bill.landlord)
    assert (page.status_code, title_of(page)) == (200, "Paid. Thank you")
    said = text_of(page)
    assert "TSh 500,000 received on 2 January 2026, 15:00." in said
    assert "You owe nothing for January 2026." in said
    assert f"Receipt {receipt.number} (PDF)" in said
    assert "Pay the rest" not in said


def test_a_part_says_what_is_still_owed_and_leads_to_the_live_link(payer, bill):
    page = payer.result(payer.pay("250000"))
    assert title_of(page) == "TSh 250,000 received"
    assert "You still owe TSh 250,000 for January 2026, due 5 January 2026." in text_of(page)
    live = link_url(live_link(bill.lease), bill=bill.number)
    assert f'href="{live}">Pay the rest' in page.content.decode()
    assert payer.path not in live


def test_other_open_bills_are_one_press_away_after_a_whole_payment(payer, bill):
    make_invoice(bill.lease, month=datetime(2026, 2, 1).date(), on=clock.today(bill.landlord))
    page = payer.result(payer.pay("500000"))
    assert f'href="{link_url(live_link(bill.lease))}">Other open bills' in page.content.decode()


def test_money_that_the_bill_could_not_take_is_shown_as_credit(payer, bill):
    attempt = payer.begin("500000")
    record_payment(invoice=bill, amount=Money(500_000, "TZS"), releasing=[attempt.payment], by=None)
    stopped = payer.result(attempt)
    assert title_of(stopped) == "The office stopped this payment"
    assert "No money was taken" not in text_of(stopped)
    answer(attempt, "paid")
    assert Credit.objects.of(bill.landlord).get().amount == Money(500_000, "TZS")
    said = text_of(payer.result(attempt))
    assert "TSh 500,000 was more than the bill: it is your credit and pays your other bills." in said


def test_what_a_receipt_s_message_says_reads_well_with_nothing_left_too(payer, bill):
    payer.pay("500000")
    [receipt] = Receipt.objects.of(bill.landlord)
    template = message_templates["rb_receipt"]
    assert "Left to pay on this bill: {{ balance }}." in template.text
    assert template.values(receipt, "en")["balance"] == "TSh 0"


@pytest.mark.parametrize(
    ("outcome", "title"),
    [("declined", "The payment did not go through"), ("cancelled", "You stopped the payment")],
)
def test_a_payment_that_ends_without_money_says_so_and_can_be_tried_again(payer, bill, outcome, title):
    page = payer.result(payer.pay("500000", outcome))
    assert (page.status_code, title_of(page)) == (200, title)
    assert "No money was taken." in text_of(page)
    assert f'href="{payer.path}?bill={bill.number}">Try again' in page.content.decode()
    assert payer.begin("500000")


def test_a_payment_without_an_answer_ends_and_frees_the_bill(payer, travel):
    attempt = payer.begin("500000")
    travel(clock.now() + timedelta(minutes=31))
    expire_payments()
    page = payer.result(attempt)
    assert title_of(page) == "The request ended"
    assert "You did not answer in time. No money was taken." in text_of(page)
    assert payer.begin("500000")


def test_a_wrong_amount_changes_nothing_on_the_page(payer):
    attempt = payer.pay("500000", "wrong-amount")
    assert payer.result(attempt).status_code == 202


def test_a_payment_of_another_lease_or_of_nobody_is_not_known(payer, bill):
    other = Payer(make_lease(bill.landlord, tenant="Asha Komba"))
    make_invoice(other.lease)
    for reference in (other.begin("10").reference, "RENT-1-000000000000"):
        page = payer.open(f"payments/{reference}/")
        assert (page.status_code, title_of(page)) == (404, "We do not know this page")


def test_after_a_payment_the_old_link_is_gone_without_bill_data(payer, bill):
    before = payer.open()
    payer.pay("500000")
    stranger = Payer.__new__(Payer)
    stranger.client, stranger.lease, stranger.path = Client(), payer.lease, payer.path
    attempt = "payments/" + payer.client.cookies["pay"].value.split(":")[0] + "/"
    pages = [
        stranger.open(), stranger.open(bill=bill.number), stranger.press("500000", page=before), stranger.open(attempt),
        stranger.open(f"bill/{bill.number}.pdf"), stranger.open("receipts/RCT-DAR001.pdf"),
    ]  # fmt: skip
    for page in pages:
        assert (page.status_code, title_of(page)) == (410, "This link was replaced")
        for secret in ("500,000", "Neema", bill.number, "January", "RCT-", "A-", "754001"):
            assert secret not in text_of(page), secret
        assert "ends in 001" in text_of(page)


def test_the_browser_that_paid_finds_its_payment_and_receipt_by_the_old_link(payer):
    attempt = payer.pay("500000")
    page = payer.open()
    assert page.status_code == 410
    assert f"payments/{attempt.reference}/" in page.content.decode()
    receipt = payer.open(f"receipts/{Receipt.objects.of(attempt.landlord_id).get().number}.pdf")
    assert (receipt.status_code, receipt["Content-Type"]) == (200, "application/pdf")
    assert receipt.content.startswith(b"%PDF")


def test_a_cookie_of_our_own_making_opens_nothing(payer):
    attempt = payer.pay("500000")
    payer.client.cookies["pay"] = f"{attempt.reference}:1xUOYo:pDYypDJQUj5S3Iq9kPn1t5I8yRq8wkQwx9TsdLgE"
    assert payer.result(attempt).status_code == 410


def test_a_replaced_link_sends_the_new_one_to_the_number_on_file(payer, bill, sent):
    payer.pay("250000")
    assert not sent()
    page = payer.client.post(f"{payer.path}send-link/")
    assert (page.status_code, title_of(page)) == (200, "The new link is on its way")
    assert "the number that ends in 001" in text_of(page)
    assert sent() == {live_link(bill.lease).pk}
    assert link_url(live_link(bill.lease)).split("/")[-2] not in page.content.decode()


def test_a_link_that_lives_is_not_sent_again(payer, sent):
    assert payer.client.post(f"{payer.path}send-link/").url == payer.path
    assert not sent()


def test_without_a_number_the_new_link_goes_by_mail_or_is_asked_for(bill, own_cache):
    contact = bill.lease.tenant.contact
    payer = Payer(bill.lease)
    payer.pay("250000")
    contact.phone, contact.email = None, "neema@example.org"
    contact.save()
    assert "the e-mail address that we have" in text_of(payer.open())
    assert "neema" not in text_of(payer.open())
    contact.email = None
    contact.save()
    assert "please ask us for it" in text_of(payer.open())
    assert "Send me the new link" not in text_of(payer.open())


def test_the_bill_as_a_pdf_shows_no_more_of_the_name_than_the_page(payer, bill, monkeypatch):
    asked = {}
    monkeypatch.setattr("modules.payments.views.pay.invoice_pdf", lambda *args, **named: asked.update(named) or b"%PDF")
    page = payer.open(f"bill/{bill.number}.pdf")
    assert (page.status_code, page["Content-Type"], page["Cache-Control"]) == (200, "application/pdf", "no-store")
    assert asked == {"masked": True}
