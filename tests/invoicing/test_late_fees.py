"""Late fees: when they fall, what they come to, and what keeps them away (docs/rules.md, D17 to D20)."""

import pytest
from django.core.management import call_command

from modules.invoicing.models import BillingPolicy, Invoice, InvoiceLine, LateFee, Settlement
from modules.invoicing.services import (
    apply_late_fees,
    cancel_invoices,
    mark_overdue,
    release,
    reserve,
    reverse_settlements,
    settle,
)
from modules.leasing.models import Lease
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease
from tests.invoicing.lateness import FLAT, day, late_bill, make_rule

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _end_of_june(travel):
    travel(day(30, 6))


def run(landlord, number: int, month: int = 1) -> int:
    return apply_late_fees(landlord=landlord, on=day(number, month))


def pay(bill, amount: int, number: int, *, found: int | None = None):
    return settle(
        invoice=bill, kind=Settlement.Kind.PAYMENT, amount=Money(amount, bill.currency), value_date=day(number),
        entry_date=day(found or number), source=f"test:{bill.pk}:{amount}:{number}", by=None,
    )  # fmt: skip


def fees(bill) -> list[tuple[int, int]]:
    """The day of January and the amount of each fee of a bill."""
    rows = LateFee.objects.of(bill.landlord_id).filter(invoice=bill).order_by("on")
    return [(fee.on.day, int(fee.amount.amount)) for fee in rows]


# --- When and how much ----------------------------------------------------------------------------------------------


def test_d17_the_fee_falls_after_the_grace_and_overdue_does_not_wait_for_it(landlord):
    bill = late_bill(landlord)
    mark_overdue(landlord=landlord, on=day(6))
    assert (run(landlord, 8), fees(bill)) == (0, [])
    assert (run(landlord, 9), fees(bill)) == (1, [(9, 50_000)])
    bill.refresh_from_db()
    assert (bill.state, bill.total, bill.balance) == ("overdue", Money(550_000, "TZS"), Money(550_000, "TZS"))


def test_d17_due_on_the_1st_with_three_days_of_grace_it_is_the_5th(landlord):
    bill = late_bill(landlord, due_day=1)
    run(landlord, 20)
    assert fees(bill) == [(5, 50_000)]


def test_d13_january_billed_on_10_march_bears_its_fee_on_14_march(landlord):
    lease = make_lease(landlord, late_fee=make_rule(landlord), grace_days=3)
    bill = make_invoice(lease, on=day(10, 3))
    assert bill.due_date == day(5)
    assert run(landlord, 13, 3) == 0
    assert run(landlord, 14, 3) == 1
    assert bill.late_fees.get().on == day(14, 3)


def test_r7_a_fee_is_a_dated_line_of_its_own_and_the_others_stay(landlord):
    bill = late_bill(landlord)
    before = list(bill.lines.values())
    run(landlord, 9)
    rent, line = bill.lines.order_by("pk")
    assert list(bill.lines.filter(pk=rent.pk).values()) == before
    assert (line.kind, line.stream, line.account) == (InvoiceLine.Kind.LATE_FEE, "late-fee", "4200")
    assert (line.period_start, line.period_end, line.amount) == (day(9), day(9), Money(50_000, "TZS"))
    assert (line.price, line.arithmetic) == (Money(500_000, "TZS"), "10 % x 500,000 = 50,000")
    fee = line.late_fee
    assert (fee.invoice, fee.occurrence, fee.base) == (bill, 1, Money(500_000, "TZS"))
    assert str(line).startswith("Late fee")


def test_d18_a_fixed_fee_is_that_amount(landlord):
    bill = late_bill(landlord, rule=make_rule(landlord, **FLAT))
    run(landlord, 9)
    assert fees(bill) == [(9, 10_000)]


def test_d18_a_percentage_is_of_the_rent_alone_and_of_what_is_unpaid_of_it(landlord):
    bill = late_bill(landlord, charges={"water": "20000"})
    pay(bill, 300_000, 8)
    run(landlord, 9)
    assert fees(bill) == [(9, 20_000)]


def test_d18_where_the_rent_is_paid_what_else_is_late_bears_no_fee(landlord):
    bill = late_bill(landlord, rule=make_rule(landlord, **FLAT), charges={"water": "20000"})
    pay(bill, 500_000, 8)
    assert run(landlord, 20) == 0
    bill.refresh_from_db()
    assert bill.balance == Money(20_000, "TZS")


def test_d18_a_fee_falls_again_every_week_and_never_on_a_fee_up_to_the_maximum(landlord):
    rule = make_rule(landlord, kind="percent", rate=1000, every_days=7, maximum=120_000)
    bill = late_bill(landlord, rule=rule)
    for number in range(9, 32):
        run(landlord, number)
    assert fees(bill) == [(9, 50_000), (16, 50_000), (23, 20_000)]
    assert bill.late_fees.get(occurrence=3).line.arithmetic == "120,000 - 100,000 = 20,000"
    bill.refresh_from_db()
    assert bill.total == Money(620_000, "TZS")


def test_d18_each_fee_is_of_what_was_unpaid_as_its_day_began(landlord):
    bill = late_bill(landlord, rule=make_rule(landlord, kind="percent", rate=1000, every_days=7))
    pay(bill, 200_000, 9)
    pay(bill, 100_000, 15)
    run(landlord, 29)
    assert fees(bill) == [(9, 50_000), (16, 20_000), (23, 20_000)]


def test_a_fee_of_dollars_and_of_dinars_is_rounded_once_to_their_coins(landlord):
    rule = make_rule(landlord, name="USD", kind="percent", rate=333, currency="USD")
    bill = late_bill(landlord, rule=rule, rent="987.10", currency="USD")
    run(landlord, 9)
    fee = bill.late_fees.get()
    assert (fee.amount, fee.line.arithmetic) == (Money("32.87", "USD"), "3.33 % x 987.10 = 32.87")


def test_d2_a_landlord_s_own_billing_unit_rounds_fees_too(landlord):
    BillingPolicy.unscoped.create(landlord=landlord, billing_units={"TZS": "500"})
    bill = late_bill(landlord, rent="123456")
    run(landlord, 9)
    assert bill.late_fees.get().amount == Money(12_500, "TZS")


# --- Once -----------------------------------------------------------------------------------------------------------


def test_48_runs_in_a_day_charge_each_fee_once(landlord):
    bill = late_bill(landlord)
    assert [run(landlord, 9) for _hour in range(48)] == [1] + [0] * 47
    assert fees(bill) == [(9, 50_000)]


def test_days_that_the_worker_missed_are_made_up_for_each_with_its_own_day(landlord):
    bill = late_bill(landlord, rule=make_rule(landlord, **FLAT, every_days=7))
    assert run(landlord, 25) == 3
    assert fees(bill) == [(9, 10_000), (16, 10_000), (23, 10_000)]
    assert [fee.occurrence for fee in bill.late_fees.order_by("on")] == [1, 2, 3]


def test_a_bill_goes_on_with_its_count_under_another_rule(landlord):
    bill = late_bill(landlord)
    run(landlord, 9)
    Lease.objects.of(landlord).update(late_fee=make_rule(landlord, name="Another", **FLAT))
    assert run(landlord, 20) == 0
    assert fees(bill) == [(9, 50_000)]


def test_the_log_says_of_each_fee_that_it_was_charged(landlord):
    bill = late_bill(landlord)
    run(landlord, 9)
    [entry] = LogEntry.objects.for_instance(bill.late_fees.get())
    assert (entry.action, entry.label, entry.user) == ("invoicing.late_fees_charged", bill.number, None)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_one_moment_charge_each_fee_once(landlord, together):
    bills = [late_bill(landlord, tenant=f"Tenant {n}", rule=make_rule(landlord, name=f"Rule {n}")) for n in range(3)]
    counts = together(*[lambda: run(landlord, 9)] * 2)
    assert sorted(counts) == [0, 3]
    assert [fees(bill) for bill in bills] == [[(9, 50_000)]] * 3


def test_the_command_charges_them_and_again_charges_nothing(landlord, capsys):
    late_bill(landlord)
    for created in (1, 0):
        call_command("apply_late_fees", "--on", "2026-01-09", "--landlord", landlord.code, "--json")
        assert capsys.readouterr().out.strip() == f'{{"created": {created}}}'


# --- What keeps a fee away ------------------------------------------------------------------------------------------


def no_rule(bill):
    Lease.objects.of(bill.landlord_id).update(late_fee=None)


def rule_of_another_currency(bill):
    Lease.objects.of(bill.landlord_id).update(late_fee=make_rule(bill.landlord, name="Dollars", currency="USD", **FLAT))


def paid_in_full(bill):
    pay(bill, 500_000, 8)


def cancelled(bill):
    cancel_invoices(invoices=[bill], by=None)


def being_paid(bill):
    reserve(invoice=bill, amount=Money(100_000, "TZS"))


KEEPS_AWAY = (no_rule, rule_of_another_currency, paid_in_full, cancelled, being_paid)


@pytest.mark.parametrize("happens", KEEPS_AWAY, ids=lambda each: each.__name__)
def test_d19_no_fee_falls(landlord, happens):
    bill = late_bill(landlord)
    happens(bill)
    assert (run(landlord, 20), fees(bill)) == (0, [])


def test_d19_when_the_attempt_came_to_nothing_the_fee_falls_with_its_own_day(landlord):
    bill = late_bill(landlord)
    reserve(invoice=bill, amount=Money(500_000, "TZS"))
    assert run(landlord, 9) == 0
    release(invoice=bill, amount=Money(500_000, "TZS"))
    run(landlord, 10)
    assert fees(bill) == [(9, 50_000)]


def test_d36_a_cheque_that_bounced_never_paid_the_rent(landlord):
    bill = late_bill(landlord)
    cheque = pay(bill, 500_000, 4)
    assert run(landlord, 9) == 0
    reverse_settlements(settlements=[cheque], on=day(20), by=None)
    run(landlord, 20)
    assert fees(bill) == [(9, 50_000)]


def test_another_landlord_s_bills_are_left_alone(landlord, neighbour):
    theirs = late_bill(neighbour, rule=make_rule(neighbour, name="Theirs", kind="percent", rate=1000))
    late_bill(landlord)
    assert run(landlord, 9) == 1
    assert fees(theirs) == []


def test_d48_in_closed_books_a_fee_waits_for_the_first_open_day(landlord):
    bill = late_bill(landlord)
    landlord.locked_through = day(31)
    landlord.save()
    assert run(landlord, 31) == 0
    assert run(landlord, 1, 2) == 1
    assert bill.late_fees.get().on == day(1, 2)


def test_a_draft_bears_no_fee(landlord):
    bill = late_bill(landlord)
    Invoice.objects.of(landlord).filter(pk=bill.pk).update(state="draft", number=None)  # as a review would keep it
    assert run(landlord, 20) == 0
