"""Late fees that a person charges or waives, and those that money found later takes back (docs/rules.md, D18, D19)."""

import pytest
from django.core.exceptions import ValidationError
from django_q.models import OrmQ

from modules.invoicing.book_checks import states_tell_the_balance, totals_are_their_lines
from modules.invoicing.models import Credit, CreditNote, LateFee, Settlement
from modules.invoicing.services import (
    add_late_fee,
    apply_late_fees,
    cancel_invoices,
    give_more_time,
    reserve,
    reverse_late_fees_paid_in_time,
    settle,
    waive_late_fees,
)
from modules.invoicing.tasks import reverse_late_fees
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from rentbook.kernel.people import BooksLocked
from rentbook.kernel.scheduling import run_day
from rentbook.kernel.states import Refused
from tests.invoicing.lateness import FLAT, day, late_bill, make_rule, promised

pytestmark = pytest.mark.django_db
TEN_THOUSAND = Money(10_000, "TZS")


@pytest.fixture(autouse=True)
def _twentieth_of_january(travel):
    travel(day(20))


@pytest.fixture
def bill(landlord):
    """January's rent of 500,000, due on the 5th, three days of grace, 10 %."""
    return late_bill(landlord)


@pytest.fixture
def fee(bill, landlord) -> LateFee:
    """The fee of 50,000 that fell on the 9th."""
    apply_late_fees(landlord=landlord, on=day(9))
    return bill.late_fees.get()


def add(*bills, amount=TEN_THOUSAND, reason="came in cash, uncounted", by=None):
    return add_late_fee(invoices=bills, amount=amount, reason=reason, by=by)


def waive(*fees, reason="the bank was closed", by=None):
    return waive_late_fees(fees=fees, reason=reason, by=by)


def pay(bill, amount: int, number: int, *, found: int = 20):
    bill.refresh_from_db()
    return settle(
        invoice=bill, kind=Settlement.Kind.PAYMENT, amount=Money(amount, "TZS"), value_date=day(number),
        entry_date=day(found), source=f"test:{bill.pk}:{amount}:{number}", by=None,
    )  # fmt: skip


def left(bill) -> int:
    bill.refresh_from_db()
    return int(bill.balance.amount)


def books_hold(landlord) -> bool:
    return not [*totals_are_their_lines(landlord), *states_tell_the_balance(landlord)]


# --- Waived ---------------------------------------------------------------------------------------------------------


def test_d18_a_waived_fee_is_credited_and_says_who_and_why(fee, bill, landlord, alice):
    assert waive(fee, by=alice) == [fee.pk]
    fee.refresh_from_db()
    assert (fee.waived_on, fee.waived_by, fee.waived_reason) == (day(20), alice, "the bank was closed")
    assert left(bill) == 500_000
    note = CreditNote.objects.of(landlord).get()
    assert (note.total, note.reason, note.lines.get().line) == (Money(50_000, "TZS"), fee.waived_reason, fee.line)
    assert books_hold(landlord)


def test_d24_the_line_of_a_waived_fee_stays_on_the_bill(fee, bill):
    waive(fee)
    bill.refresh_from_db()
    assert bill.total == Money(550_000, "TZS")
    assert bill.lines.filter(kind="late_fee", cancelled=False).count() == 1


def test_d18_a_waived_fee_stays_waived(fee, bill, landlord):
    waive(fee)
    assert [apply_late_fees(landlord=landlord, on=day(number)) for number in (20, 25, 31)] == [0, 0, 0]
    assert left(bill) == 500_000


def test_a_fee_that_was_paid_becomes_credit_when_it_is_waived(fee, bill, landlord):
    pay(bill, 550_000, 20)
    waive(fee)
    bill.refresh_from_db()
    assert bill.state == "paid"
    assert Credit.objects.of(landlord).get().amount == Money(50_000, "TZS")
    assert books_hold(landlord)


def test_a_bill_of_which_only_the_fee_is_left_is_paid_when_that_is_waived(fee, bill):
    pay(bill, 500_000, 20)
    waive(fee)
    bill.refresh_from_db()
    assert bill.state == "paid"


def test_a_fee_is_waived_once_and_with_a_reason(fee):
    with pytest.raises(ValidationError, match="Say why"):
        waive(fee, reason="  ")
    waive(fee)
    with pytest.raises(Refused, match="waived on 20 January 2026"):
        waive(fee)


def test_the_fee_of_a_cancelled_bill_is_gone_with_it(fee, bill):
    cancel_invoices(invoices=[bill], by=None)
    with pytest.raises(Refused, match="is cancelled, and the fee with it"):
        waive(fee)


def test_in_closed_books_nothing_is_waived(fee, landlord):
    landlord.locked_through = day(31)
    landlord.save()
    with pytest.raises(BooksLocked):
        waive(fee)
    fee.refresh_from_db()
    assert fee.waived_on is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_waive_at_one_moment_one_is_told_of_the_other(fee, bill, together):
    found = together(*[lambda: waive(fee)] * 2)
    assert sorted(type(each).__name__ for each in found) == ["Refused", "list"]
    assert left(bill) == 500_000


# --- By hand --------------------------------------------------------------------------------------------------------


def test_a_fee_by_hand_is_a_line_of_today_with_its_reason(bill, landlord, alice):
    [key] = add(bill, by=alice)
    fee = LateFee.objects.of(landlord).get(pk=key)
    assert (fee.rule, fee.on, fee.reason, fee.amount) == (None, day(20), "came in cash, uncounted", TEN_THOUSAND)
    assert (fee.line.kind, fee.line.amount, fee.line.account) == ("late_fee", TEN_THOUSAND, "4200")
    assert left(bill) == 510_000
    [entry] = LogEntry.objects.for_instance(fee)
    assert (entry.user, entry.data["reason"]) == (alice, "came in cash, uncounted")
    assert books_hold(landlord)


def test_a_fee_by_hand_and_one_by_rule_stand_side_by_side(bill, landlord):
    add(bill)
    add(bill)
    assert apply_late_fees(landlord=landlord, on=day(20)) == 1
    assert left(bill) == 570_000


def paid(bill):
    pay(bill, 500_000, 20)


def being_paid(bill):
    reserve(invoice=bill, amount=TEN_THOUSAND)


def given_time(bill):
    give_more_time(invoices=[bill], promises=promised((day(25), 500_000)), reason="salary", by=None)


def cancelled(bill):
    cancel_invoices(invoices=[bill], by=None)


BLOCKED = {
    "is paid: nothing is owed": paid,
    "is being paid now": being_paid,
    "More time was agreed": given_time,
    "is cancelled: nothing is owed": cancelled,
}


@pytest.mark.parametrize("sentence", BLOCKED)
def test_d19_no_fee_is_charged_by_hand_where_none_would_fall(bill, sentence):
    BLOCKED[sentence](bill)
    with pytest.raises(Refused, match=sentence):
        add(bill)


@pytest.mark.parametrize(
    "amount", [Money(0, "TZS"), Money(-1, "TZS"), Money("0.001", "TZS"), Money("NaN", "TZS"), Money(5, "USD")], ids=str
)
def test_an_amount_that_cannot_be_paid_is_refused(bill, amount):
    with pytest.raises(ValidationError, match="an amount above zero in TZS is expected"):
        add(bill, amount=amount)


# --- Found later ----------------------------------------------------------------------------------------------------


def found_in_time(landlord) -> int:
    return reverse_late_fees_paid_in_time(landlord=landlord, on=day(20))


def test_d19_rent_that_was_paid_within_the_grace_and_found_later_takes_the_fee_back(fee, bill, landlord):
    pay(bill, 500_000, 8)
    assert (found_in_time(landlord), left(bill), bill.state) == (1, 0, "paid")
    note = CreditNote.objects.of(landlord).get()
    assert (note.total, note.reason) == (Money(50_000, "TZS"), "Paid within the days of grace")
    assert found_in_time(landlord) == 0
    assert books_hold(landlord)


def test_d19_rent_that_was_paid_on_the_day_of_the_fee_does_not(fee, bill, landlord):
    pay(bill, 500_000, 9)
    assert (found_in_time(landlord), left(bill)) == (0, 50_000)


def test_d19_of_a_percentage_the_part_is_taken_back_that_was_too_much(fee, bill, landlord):
    pay(bill, 300_000, 8)
    assert (found_in_time(landlord), left(bill)) == (1, 220_000)
    pay(bill, 100_000, 7)
    assert (found_in_time(landlord), left(bill)) == (1, 110_000)
    assert found_in_time(landlord) == 0


def test_d19_a_fixed_fee_stays_while_some_rent_was_late(landlord):
    bill = late_bill(landlord, rule=make_rule(landlord, **FLAT))
    apply_late_fees(landlord=landlord, on=day(9))
    pay(bill, 300_000, 8)
    assert found_in_time(landlord) == 0
    pay(bill, 200_000, 7)
    assert (found_in_time(landlord), left(bill)) == (1, 0)


def test_d19_only_the_fees_after_the_money_s_own_day_are_taken_back(landlord):
    bill = late_bill(landlord, rule=make_rule(landlord, **FLAT, every_days=5))
    apply_late_fees(landlord=landlord, on=day(20))
    assert left(bill) == 530_000
    pay(bill, 500_000, 12)
    assert (found_in_time(landlord), left(bill)) == (2, 10_000)


def test_d19_what_was_waived_or_charged_by_hand_is_left_alone(fee, bill, landlord):
    add(bill)
    waive(fee)
    pay(bill, 500_000, 8)
    assert (found_in_time(landlord), left(bill)) == (0, 10_000)


def test_a_fee_that_was_taken_back_in_part_is_waived_as_far_as_it_is_left(fee, bill, landlord):
    pay(bill, 300_000, 8)
    found_in_time(landlord)
    waive(fee)
    assert left(bill) == 200_000
    assert sum(note.total.amount for note in CreditNote.objects.of(landlord)) == 50_000


def test_another_landlord_s_fees_are_left_alone(fee, bill, neighbour):
    pay(bill, 500_000, 8)
    assert found_in_time(neighbour) == 0


def test_money_that_is_found_later_wakes_the_worker_that_takes_the_fee_back(
    fee, bill, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        pay(bill, 100_000, 20)
        assert not OrmQ.objects.exists()
        pay(bill, 400_000, 8)
    [task] = OrmQ.objects.all()
    assert (task.func(), task.args()) == ("modules.invoicing.tasks.reverse_late_fees", (bill.landlord_id,))
    assert reverse_late_fees(bill.landlord_id) == 1
    assert left(bill) == 10_000


def test_were_the_awakening_lost_the_daily_run_would_take_it_back(fee, bill, landlord):
    pay(bill, 500_000, 8)
    assert run_day(landlord, day(20))["invoicing.reverse_late_fees"] == 1
    assert left(bill) == 0
