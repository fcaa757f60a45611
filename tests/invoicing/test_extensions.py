"""More time for a bill: promised days, and what they keep away while they hold (docs/rules.md, D20, D38, D41)."""

import pytest
from django.core.exceptions import ValidationError

from modules.invoicing.lateness import promises_of
from modules.invoicing.message_templates import reminder_values, reminders
from modules.invoicing.models import Extension, Reminder, Settlement
from modules.invoicing.selectors import not_paid, with_skipped
from modules.invoicing.services import (
    agree_extensions,
    apply_late_fees,
    cancel_invoices,
    decline_extensions,
    end_extensions,
    give_more_time,
    mark_overdue,
    remind_tenants,
    request_extension,
    settle,
)
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from rentbook.kernel.scheduling import run_day
from rentbook.kernel.states import Refused
from tests.factories import make_invoice
from tests.invoicing.lateness import day, late_bill, make_rule, promised

pytestmark = pytest.mark.django_db
WHOLE = promised((day(12), 500_000))
PARTS = promised((day(12), 200_000), (day(20), 300_000))


@pytest.fixture(autouse=True)
def _seventh_of_january(travel):
    travel(day(7))


@pytest.fixture
def bill(landlord):
    """January's rent of 500,000, due on the 5th, three days of grace."""
    return late_bill(landlord)


def give(bill, promises=WHOLE, by=None) -> Extension:
    [key] = give_more_time(invoices=[bill], promises=promises, reason="waits for the salary", by=by)
    return Extension.objects.of(bill.landlord_id).get(pk=key)


def ask(bill, promises=WHOLE) -> Extension:
    return request_extension(invoice=bill, promises=promises, reason="waits for the salary", by=None)


def pay(bill, amount: int, number: int, *, found: int | None = None):
    settle(
        invoice=bill, kind=Settlement.Kind.PAYMENT, amount=Money(amount, "TZS"), value_date=day(number),
        entry_date=day(found or number), source=f"test:{bill.pk}:{amount}:{number}", by=None,
    )  # fmt: skip


def charged(bill) -> list[tuple[int, int]]:
    return [(fee.on.day, int(fee.amount.amount)) for fee in bill.late_fees.order_by("on")]


def state(extension: Extension) -> str:
    extension.refresh_from_db()
    return extension.state


# --- Asked, agreed, declined ----------------------------------------------------------------------------------------


def test_a_tenant_asks_and_staff_agree_to_each_promised_day(bill, alice):
    extension = ask(bill, PARTS)
    assert (extension.state, extension.requested_on, extension.reason) == ("requested", day(7), "waits for the salary")
    agree_extensions(extensions=[extension], by=alice)
    extension.refresh_from_db()
    assert (extension.state, extension.decided_on, extension.decided_by) == ("agreed", day(7), alice)
    kept = [(each.on, int(each.amount.amount), int(each.settled_by_then.amount)) for each in extension.promises.all()]
    assert kept == [(day(12), 200_000, 200_000), (day(20), 300_000, 500_000)]


def test_what_must_be_settled_is_counted_from_what_is_paid_when_it_is_agreed(bill):
    extension = ask(bill, promised((day(12), 200_000)))
    pay(bill, 100_000, 7)
    agree_extensions(extensions=[extension], by=None)
    assert extension.promises.get().settled_by_then == Money(300_000, "TZS")


def test_staff_may_agree_to_other_days_than_were_asked_for(bill):
    extension = ask(bill, promised((day(31), 500_000)))
    agree_extensions(extensions=[extension], by=None, promises=PARTS)
    assert [each.on for each in extension.promises.all()] == [day(12), day(20)]


def test_staff_ask_and_agree_in_one_step(bill, alice):
    extension = give(bill, by=alice)
    assert (extension.state, extension.decided_by) == ("agreed", alice)
    actions = [entry.action for entry in LogEntry.objects.for_instance(extension).order_by("pk")]
    assert actions == ["rentbook.created", "rentbook.transition"]


def test_a_request_that_is_declined_says_why_and_changes_nothing(bill, landlord):
    extension = ask(bill)
    assert apply_late_fees(landlord=landlord, on=day(9)) == 1
    decline_extensions(extensions=[extension], reason="it is the third time", by=None)
    extension.refresh_from_db()
    assert (extension.state, extension.answer) == ("declined", "it is the third time")
    assert ask(bill).state == "requested"


WRONG = {
    "Say at least one day": promised(),
    "7 January 2026 is not after today": promised((day(7), 500_000)),
    "12 January 2026 does not come after 20 January 2026": promised((day(20), 200_000), (day(12), 100_000)),
    "12 January 2026 does not come after 12 January 2026": promised((day(12), 200_000), (day(12), 100_000)),
    "TSh 500,001 is more than the TSh 500,000 that is left": promised((day(12), 200_000), (day(20), 300_001)),
    "0 cannot be paid": promised((day(12), 0)),
    "-5 cannot be paid": promised((day(12), -5)),
}


@pytest.mark.parametrize("sentence", WRONG)
def test_promises_that_cannot_be_meant_are_refused_with_a_sentence(bill, sentence):
    with pytest.raises(ValidationError) as refused:
        give(bill, WRONG[sentence])
    assert any(
        sentence in found.replace("\xa0", "") or sentence in found.replace("\xa0", " ")
        for found in refused.value.messages
    )
    assert not Extension.objects.of(bill.landlord_id).exists()


def test_a_bill_in_shillings_is_not_promised_in_dollars(bill):
    dollars = [type(WHOLE[0])(day(12), Money(100, "USD"))]
    with pytest.raises(ValidationError, match="in TZS"):
        give(bill, dollars)


def test_one_extension_of_a_bill_lives_at_a_time(bill):
    ask(bill)
    with pytest.raises(Refused, match="More time was asked or agreed"):
        ask(bill)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_one_moment_one_is_refused(bill, together):
    found = together(*[lambda: ask(bill)] * 2)
    assert sorted(type(each).__name__ for each in found) == ["Extension", "Refused"]


def test_what_is_not_owed_gets_no_more_time(bill):
    cancel_invoices(invoices=[bill], by=None)
    with pytest.raises(Refused, match="cancelled: nothing is owed"):
        ask(bill)


def test_what_was_answered_is_not_answered_again(bill):
    extension = give(bill)
    with pytest.raises(Refused):
        agree_extensions(extensions=[extension], by=None)
    with pytest.raises(Refused):
        decline_extensions(extensions=[extension], reason="no", by=None)


# --- While it holds -------------------------------------------------------------------------------------------------


def test_d20_promised_for_the_12th_and_not_kept_the_fee_of_the_9th_falls_on_the_13th_once(bill, landlord, travel):
    give(bill)
    for number in range(8, 32):
        travel(day(number))
        run_day(landlord, day(number))
    assert charged(bill) == [(13, 50_000)]


def test_d20_however_late_the_worker_comes_it_is_the_13th(bill, landlord):
    extension = give(bill)
    assert apply_late_fees(landlord=landlord, on=day(28)) == 1
    assert charged(bill) == [(13, 50_000)]
    assert (state(extension), extension.ended_on) == ("broken", day(12))


def test_d20_while_it_holds_no_fee_falls_and_the_bill_is_overdue_all_the_same(bill, landlord):
    give(bill)
    mark_overdue(landlord=landlord, on=day(12))
    assert apply_late_fees(landlord=landlord, on=day(12)) == 0
    bill.refresh_from_db()
    assert (bill.state, charged(bill)) == ("overdue", [])


def test_a_promise_that_is_kept_in_time_keeps_the_fee_away_until_the_next(bill, landlord):
    extension = give(bill, PARTS)
    pay(bill, 200_000, 12)
    assert apply_late_fees(landlord=landlord, on=day(20)) == 0
    apply_late_fees(landlord=landlord, on=day(21))
    assert charged(bill) == [(21, 30_000)]
    assert state(extension) == "broken"


def test_money_of_the_day_after_keeps_no_promise(bill, landlord):
    extension = give(bill)
    pay(bill, 500_000, 13)
    end_extensions(landlord=landlord, on=day(13))
    assert state(extension) == "broken"


def test_money_that_is_dated_in_time_and_found_later_keeps_it(bill, landlord):
    extension = give(bill)
    pay(bill, 500_000, 12, found=15)
    end_extensions(landlord=landlord, on=day(16))
    assert (state(extension), extension.ended_on) == ("kept", day(12))


def test_a_fee_that_falls_every_week_goes_on_from_the_day_on_which_the_time_was_over(landlord):
    bill = late_bill(landlord, rule=make_rule(landlord, name="Weekly", kind="flat", amount=10_000, every_days=7))
    give(bill)
    apply_late_fees(landlord=landlord, on=day(31))
    assert charged(bill) == [(13, 10_000), (20, 10_000), (27, 10_000)]


def test_what_was_not_promised_bears_its_fee_after_the_last_promised_day(bill, landlord):
    extension = give(bill, promised((day(12), 200_000)))
    pay(bill, 200_000, 10)
    assert apply_late_fees(landlord=landlord, on=day(12)) == 0
    apply_late_fees(landlord=landlord, on=day(13))
    assert charged(bill) == [(13, 30_000)]
    assert (state(extension), extension.ended_on) == ("kept", day(12))


def test_d38_who_was_given_time_has_not_failed_to_pay(bill, landlord):
    assert bill in not_paid(landlord, day(12))
    give(bill)
    assert bill not in not_paid(landlord, day(12))
    assert bill in not_paid(landlord, day(13))


def test_d41_nobody_is_reminded_of_a_bill_for_which_time_was_given(bill, landlord, travel):
    give(bill)
    assert skipped(bill) == "more time was agreed"
    assert remind_tenants(invoices=[bill], by=None) == []
    travel(day(13))
    assert skipped(bill) == ""
    assert len(remind_tenants(invoices=[bill], by=None)) == 1


def skipped(bill) -> str:
    rows = type(bill).objects.of(bill.landlord_id).filter(pk=bill.pk)
    return with_skipped(rows).values_list("skipped", flat=True).get()


def test_d41_a_reminder_of_another_bill_does_not_name_the_one_for_which_time_was_given(bill, landlord, travel):
    travel(day(10, 2))
    february = make_invoice(bill.lease, month=day(1, 2))
    give(bill, promised((day(20, 2), 500_000)))
    remind_tenants(invoices=[bill, february], by=None)
    reminder = reminders(landlord).get(pk=Reminder.objects.of(landlord).get().pk)
    values = reminder_values(reminder, "en")
    assert (values["total"], values["bills"], values["since"]) == ("TSh 500,000", "1 bill", "5 February 2026")


def test_no_screen_is_wrong_because_the_daily_part_was_late(bill, landlord):
    extension = give(bill)
    assert extension.state == "agreed"
    assert bill in not_paid(landlord, day(13))


# --- What became of them --------------------------------------------------------------------------------------------


def test_what_is_settled_early_is_kept_on_that_day(bill, landlord):
    extension = give(bill)
    pay(bill, 500_000, 9)
    assert end_extensions(landlord=landlord, on=day(10)) == 1
    assert (state(extension), extension.ended_on) == ("kept", day(10))
    assert end_extensions(landlord=landlord, on=day(11)) == 0


def test_time_for_a_bill_that_was_withdrawn_is_not_broken(bill, landlord):
    extension = give(bill)
    cancel_invoices(invoices=[bill], by=None)
    end_extensions(landlord=landlord, on=day(20))
    assert state(extension) == "kept"


def test_a_tenant_s_kept_and_broken_promises_are_counted(bill, landlord, travel):
    give(bill)
    end_extensions(landlord=landlord, on=day(13))
    travel(day(13))
    give(bill, promised((day(20), 500_000)))
    pay(bill, 500_000, 20)
    end_extensions(landlord=landlord, on=day(21))
    assert promises_of(bill.lease.tenant) == {"broken": 1, "kept": 1}


def test_another_landlord_s_time_is_left_alone(bill, neighbour):
    extension = give(bill)
    assert end_extensions(landlord=neighbour, on=day(20)) == 0
    assert state(extension) == "agreed"
