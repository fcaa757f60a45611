"""What becomes of a payment that was taken back: its receipt, its link, what the tenant is told, the lists
(docs/rules.md, D28, D32, D36, R8)."""

import json
from datetime import date

import pytest

from modules.messaging.models import Message
from modules.messaging.services import deliver_messages, queue_due
from modules.payments.documents import receipt_pdf
from modules.payments.models import PayLink, Payment, Receipt
from modules.payments.selectors import reversal_blocked, with_reversals
from modules.payments.selectors import standing as still_there
from modules.payments.services import link_url, live_link
from rentbook.kernel.contributions import message_templates, reports
from rentbook.kernel.money import Money
from tests.pdfs import facts_of, text_of

from .conftest import Payer, answer, title_of
from .conftest import text_of as page_text
from .steps import breaks, receipts, record, standing, start, states, tell, undo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon_of_5_january")]


# --- Receipts --------------------------------------------------------------------------------------------------------


def test_d28_a_receipt_is_void_and_its_number_is_never_used_again(invoice):
    first = record(invoice, 500_000)
    undo(first)
    record(invoice, 500_000)
    assert receipts(invoice) == ["RCT-DAR001", "RCT-DAR002"]
    own = Receipt.objects.of(invoice.landlord_id).order_by("pk")
    assert [receipt.is_void for receipt in own] == [True, False]
    assert breaks(invoice.landlord) == []


def test_d28_the_pdf_of_a_void_receipt_says_so_with_the_day(invoice, travel):
    payment = record(invoice, 500_000)
    travel(date(2026, 1, 20))
    undo(payment)
    receipt = Receipt.objects.of(invoice.landlord_id).get()
    text = text_of(receipt_pdf(receipt, "en"))
    assert "VOID" in text
    assert "This payment was taken back on 20 January 2026" in text
    assert "TSh 500,000" in text
    assert "in full" not in text
    assert "Keep this receipt" not in text
    assert facts_of(receipt_pdf(receipt, "ar"))["Pages"] == "1"


# --- Links and messages ----------------------------------------------------------------------------------------------


def test_r8_the_pay_link_is_replaced_and_the_new_one_opens_the_bill_again(invoice, own_cache):
    payment, before = record(invoice, 500_000), live_link(invoice.lease)
    undo(payment)
    payer = Payer(invoice.lease)
    assert PayLink.objects.of(invoice.landlord_id).filter(replaced_at=None).get() != before
    assert title_of(payer.open()) == "Due today – Rent for January 2026: TSh 500,000"
    assert "RCT-DAR001" not in page_text(payer.open())
    payer.pay(500_000)
    assert standing(invoice) == ("paid", 500_000, 0)


def test_d32_the_browser_that_paid_sees_that_its_payment_was_taken_back(payer, bill):
    attempt = payer.pay(500_000)
    undo(attempt.payment)
    said = page_text(payer.result(attempt))
    assert "This payment was taken back" in said
    assert "Paid. Thank you" not in said


def test_d32_an_answer_that_comes_again_does_not_bring_the_money_back(invoice):
    attempt = start(invoice)
    tell(attempt, "paid")
    undo(attempt.payment)
    answer(attempt, "paid")
    assert states(attempt) == ("completed", "completed")
    assert standing(invoice) == ("sent", 0, 0)
    assert receipts(invoice) == ["RCT-DAR001"]
    assert breaks(invoice.landlord) == []


@pytest.fixture
def told(outbox, landlord):
    """Send what is due; gives each text that has gone out by its template."""

    def run() -> list[tuple[str, str]]:
        queue_due(landlord=landlord, on=date(2026, 1, 5))
        deliver_messages()
        lines = [json.loads(line) for line in outbox.read_text().splitlines()]
        return [(line["template"], line["text"]) for line in lines]

    return run


def test_d40_the_tenant_is_told_once_what_was_taken_back_and_where_to_pay(invoice, told):
    payment = record(invoice, 500_000)
    told()
    undo(payment)
    told()
    [text] = [text for name, text in told() if name == "rb_payment_reversed"]
    assert text.startswith(
        "Hello Neema Mushi, the payment of TSh 500,000 of 5 January 2026 (receipt RCT-DAR001) was taken back: The "
        "cheque bounced. That receipt is void. To pay for January 2026, home A-01: TSh 500,000. http"
    )
    assert link_url(live_link(invoice.lease), bill=invoice.number) in text


def test_d40_a_receipt_that_was_not_sent_yet_is_not_sent_when_it_is_void(invoice, landlord, told):
    payment = record(invoice, 500_000)
    queue_due(landlord=landlord, on=date(2026, 1, 5))
    undo(payment)
    assert "rb_receipt" not in {name for name, _text in told()}
    message = Message.objects.of(landlord).get(template="rb_receipt")
    assert (message.state, message.reason) == ("skipped", "the receipt is void")


def test_d40_the_message_keeps_its_dates_a_week_and_not_longer(invoice, landlord):
    undo(record(invoice, 500_000))
    template = message_templates["rb_payment_reversed"]
    assert template.due(landlord, date(2026, 1, 11)).count() == 1
    assert template.due(landlord, date(2026, 1, 12)).count() == 0


# --- Lists and reports -----------------------------------------------------------------------------------------------


def test_a_list_knows_which_payments_were_taken_back(invoice, landlord, django_assert_num_queries):
    undo(record(invoice, 200_000))
    record(invoice, 100_000)
    with django_assert_num_queries(1):
        rows = with_reversals(Payment.objects.of(landlord)).order_by("pk")
        assert [(row.is_reversed, row.reversed_on) for row in rows] == [(True, date(2026, 1, 5)), (False, None)]
        assert [bool(reversal_blocked(row)) for row in rows] == [True, False]
    assert [int(row.amount.amount) for row in still_there(Payment.objects.of(landlord))] == [100_000]


def test_d48_the_report_of_what_came_in_has_the_reversal_in_its_own_month(invoice, landlord, travel):
    payment = record(invoice, 500_000)
    travel(date(2026, 2, 3))
    undo(payment)
    rows = reports["payments-received"].rows
    january, february = ([row[-1] for row in rows(landlord, day)] for day in (date(2026, 1, 31), date(2026, 2, 28)))
    assert january == [Money(500_000, "TZS")]
    assert february == [Money(-500_000, "TZS")]
