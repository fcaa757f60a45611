"""Rent invoices: each charge of each period once, whatever runs when (docs/rules.md, R2, R6, R10, D1 to D16)."""

import json
from contextlib import suppress
from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from modules.invoicing.models import BillingRun, Credit, Invoice, InvoiceLine
from modules.invoicing.selectors import month_of, not_paid, paid_through
from modules.invoicing.services import (
    ManualLine,
    OpeningBalance,
    cancel_invoices,
    draft_invoice,
    issue_due,
    issue_rent_invoices,
    mark_overdue,
    open_balances,
    preview_rent_invoices,
    send_invoices,
    settle,
)
from modules.leasing.services import cancel_leases, terminate_leases
from rentbook.kernel.contributions import message_templates
from rentbook.kernel.money import Money
from rentbook.kernel.people import BooksLocked, Landlord
from rentbook.kernel.scheduling import do_day, run_day
from rentbook.kernel.states import Refused
from tests.factories import make_invoice, make_lease

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))


@pytest.fixture(autouse=True)
def _new_year(travel):
    travel(JANUARY)


def bill(landlord: Landlord, month: date, **options):
    first, last = month_of(month)
    return issue_rent_invoices(landlord=landlord, first=first, last=last, **options)


def lines(landlord: Landlord) -> list[tuple]:
    rows = InvoiceLine.objects.of(landlord).filter(cancelled=False).order_by("period_start", "pk")
    return [(row.stream, row.period_start, row.period_end, int(row.amount.amount)) for row in rows]


def numbers(landlord: Landlord) -> list[str | None]:
    return list(Invoice.objects.of(landlord).order_by("pk").values_list("number", flat=True))


# --- Amounts --------------------------------------------------------------------------------------------------------


def test_a_whole_month_costs_the_rent_and_is_due_on_the_5th(landlord):
    lease = make_lease(landlord)
    result = bill(landlord, JANUARY)
    invoice = Invoice.objects.of(landlord).get()
    assert (result.created, result.existing, result.total) == (1, 0, [Money(500000, "TZS")])
    assert (invoice.lease, invoice.state, invoice.number) == (lease, "sent", "INV-202601-DAR001")
    assert (invoice.issue_date, invoice.due_date) == (JANUARY, date(2026, 1, 5))
    assert (invoice.period_start, invoice.period_end) == month_of(JANUARY)
    assert invoice.total == invoice.balance == Money(500000, "TZS")


@pytest.mark.parametrize(
    ("proration", "amount", "arithmetic"),
    [
        ("actual", 354_839, "22/31 x 500,000 = 354,839"),
        ("30-day", 366_667, "22/30 x 500,000 = 366,667"),
        ("365-day", 361_644, "22/365 x 12 x 500,000 = 361,644"),
    ],
)
def test_d3_a_first_month_from_the_10th_costs_its_22_days_and_shows_how(landlord, proration, amount, arithmetic):
    make_lease(landlord, start=date(2026, 1, 10), proration=proration)
    bill(landlord, JANUARY)
    line = InvoiceLine.objects.of(landlord).get()
    assert (line.period_start, line.period_end) == (date(2026, 1, 10), date(2026, 1, 31))
    assert (line.amount, line.rule) == (Money(amount, "TZS"), proration)
    assert line.arithmetic == arithmetic
    assert line.invoice.due_date == date(2026, 1, 10)


def test_d1_a_last_month_costs_its_days_both_ends_counted(landlord):
    make_lease(landlord, end=date(2026, 3, 15))
    for month in (JANUARY, FEBRUARY, MARCH, APRIL):
        bill(landlord, month)
    assert [line[2:] for line in lines(landlord)] == [
        (date(2026, 1, 31), 500_000), (date(2026, 2, 28), 500_000), (date(2026, 3, 15), 241_935),
    ]  # fmt: skip
    assert InvoiceLine.objects.of(landlord).latest("pk").arithmetic == "15/31 x 500,000 = 241,935"


def test_d9_a_rent_that_changes_in_mid_month_makes_two_lines_of_one_invoice(landlord):
    lease = make_lease(landlord)
    rent = lease.charges.get()
    rent.end = date(2026, 1, 15)
    rent.save()
    rent.pk, rent.start, rent.end, rent.amount = None, date(2026, 1, 16), None, Money(600000, "TZS")
    rent.save()
    bill(landlord, JANUARY)
    assert lines(landlord) == [
        ("rent", JANUARY, date(2026, 1, 15), 241_935),
        ("rent", date(2026, 1, 16), date(2026, 1, 31), 309_677),
    ]
    assert Invoice.objects.of(landlord).get().total == Money(551_612, "TZS")


def test_r2_in_arrears_a_month_is_billed_on_the_day_after_it(landlord):
    make_lease(landlord, in_arrears=True, end=date(2026, 3, 15))
    assert bill(landlord, JANUARY).created == 0
    bill(landlord, FEBRUARY)
    invoice = Invoice.objects.of(landlord).get()
    assert (invoice.period_start, invoice.due_date) == (JANUARY, date(2026, 2, 5))
    bill(landlord, MARCH)
    assert lines(landlord)[2][1:] == (MARCH, date(2026, 3, 15), 241_935)


def test_d22_two_currencies_are_told_apart(landlord):
    make_lease(landlord)
    make_lease(landlord, rent="1800", currency="USD")
    assert preview_rent_invoices(landlord=landlord, first=JANUARY, last=JANUARY).created == 2
    assert bill(landlord, JANUARY).total == [Money(500000, "TZS"), Money(1800, "USD")]


# --- Streams --------------------------------------------------------------------------------------------------------


def test_r10_charges_that_fall_due_together_stand_on_one_invoice_rent_first(landlord):
    make_lease(landlord, charges={"electricity": "40000", "wifi": "15000"})
    bill(landlord, JANUARY)
    invoice = Invoice.objects.of(landlord).get()
    assert [line.stream for line in invoice.lines.all()] == ["rent", "electricity", "wifi"]
    assert [line.kind for line in invoice.lines.all()] == ["rent", "charge", "charge"]
    assert invoice.total == Money(555_000, "TZS")


def test_r10_wifi_that_is_due_on_the_20th_is_a_second_invoice(landlord):
    make_lease(landlord, charges={"wifi": "15000"}, charge_due_days={"wifi": 20})
    assert bill(landlord, JANUARY).created == 2
    found = Invoice.objects.of(landlord).order_by("due_date").values_list("due_date", "total", "number")
    assert list(found) == [
        (date(2026, 1, 5), 500000, "INV-202601-DAR001"),
        (date(2026, 1, 20), 15000, "INV-202601-DAR002"),
    ]


def test_r10_a_charge_that_begins_later_is_billed_by_itself_and_rent_is_not_billed_again(landlord):
    lease = make_lease(landlord)
    bill(landlord, JANUARY)
    rent = lease.charges.get()
    rent.pk, rent.stream, rent.amount = None, "wifi", Money(15000, "TZS")
    rent.save()
    result = bill(landlord, JANUARY)
    assert (result.created, result.total) == (1, [Money(15000, "TZS")])
    assert [line[0] for line in lines(landlord)] == ["rent", "wifi"]


# --- Once -----------------------------------------------------------------------------------------------------------


def test_d12_a_second_run_creates_nothing_and_says_so(landlord):
    make_lease(landlord, charges={"wifi": "15000"}, charge_due_days={"wifi": 20})
    make_lease(landlord)
    bill(landlord, JANUARY)
    before = list(Invoice.objects.of(landlord).values()), lines(landlord)
    again = bill(landlord, JANUARY)
    assert (again.run, again.created, again.existing, again.total) == (None, 0, 3, [])
    assert (list(Invoice.objects.of(landlord).values()), lines(landlord)) == before
    assert BillingRun.objects.of(landlord).get().created == 3


def test_d12_the_database_refuses_a_charge_that_is_billed_twice(landlord):
    line = make_invoice(make_lease(landlord)).lines.get()
    line.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()


@pytest.mark.django_db(transaction=True)
def test_d12_runs_at_the_same_moment_bill_each_charge_once(landlord, together):
    for _ in range(5):
        make_lease(landlord, charges={"wifi": "15000"})
    results = together(*[lambda: bill(landlord, JANUARY)] * 4)
    assert sorted(result.created for result in results) == [0, 0, 0, 5]
    assert len(lines(landlord)) == 10
    assert numbers(landlord) == [f"INV-202601-DAR{number:03}" for number in range(1, 6)]


def test_r10_a_cancelled_invoice_keeps_its_number_and_frees_its_lines(landlord, alice):
    invoice = make_invoice(make_lease(landlord))
    cancel_invoices(invoices=[invoice], by=alice)
    assert bill(landlord, JANUARY).created == 1
    assert numbers(landlord) == ["INV-202601-DAR001", "INV-202601-DAR002"]
    assert list(Invoice.objects.of(landlord).order_by("pk").values_list("state", flat=True)) == ["cancelled", "sent"]
    assert len(lines(landlord)) == 1


def test_r10_the_daily_run_does_not_bring_back_what_a_person_withdrew(landlord, alice):
    cancel_invoices(invoices=[make_invoice(make_lease(landlord))], by=alice)
    assert issue_due(landlord=landlord, on=date(2026, 1, 2)) == 0
    assert bill(landlord, JANUARY).created == 1


def test_an_invoice_with_money_on_it_is_not_cancelled(landlord):
    invoice = make_invoice(make_lease(landlord))
    dates = {"value_date": JANUARY, "entry_date": JANUARY}
    settle(invoice=invoice, kind="payment", amount=Money(1, "TZS"), source="test", by=None, **dates)
    with pytest.raises(Refused, match="Money was paid on it or is on its way"):
        cancel_invoices(invoices=[invoice], by=None)
    assert len(lines(landlord)) == 1


def test_d48_nothing_is_issued_into_a_closed_month(landlord):
    make_lease(landlord)
    landlord.locked_through = date(2026, 1, 31)
    landlord.save()
    with pytest.raises(BooksLocked):
        bill(landlord, JANUARY, on=date(2026, 1, 31))
    assert issue_due(landlord=landlord, on=date(2026, 1, 31)) == 0
    assert bill(landlord, JANUARY, on=FEBRUARY).created == 1


# --- Numbers --------------------------------------------------------------------------------------------------------


def test_r6_numbers_are_gapless_for_each_landlord_and_month(landlord, neighbour):
    for own in (landlord, neighbour):
        for _ in range(3):
            make_lease(own)
    for month in (JANUARY, FEBRUARY):
        bill(landlord, month)
        bill(neighbour, month)
    for own in (landlord, neighbour):
        wanted = [f"INV-{month}-{own.code}{number:03}" for month in ("202601", "202602") for number in (1, 2, 3)]
        assert numbers(own) == wanted


def test_r6_a_run_that_is_rolled_back_leaves_no_gap(landlord):
    make_lease(landlord)
    with suppress(ZeroDivisionError), transaction.atomic():
        bill(landlord, JANUARY)
        raise ZeroDivisionError
    bill(landlord, JANUARY)
    assert numbers(landlord) == ["INV-202601-DAR001"]


def test_r6_a_draft_has_no_number_until_it_is_sent(landlord, alice):
    bill(landlord, JANUARY)
    draft = draft_invoice(lease=make_lease(landlord), lines=[ManualLine("key", Money(5000, "TZS"))], due_date=FEBRUARY)
    assert (draft.state, draft.number, draft.issue_date) == ("draft", None, None)
    send_invoices(invoices=[draft], by=alice)
    draft.refresh_from_db()
    assert (draft.state, draft.number, draft.issue_date) == ("sent", "INV-202602-DAR001", JANUARY)
    with pytest.raises(Refused):
        send_invoices(invoices=[draft], by=alice)


# --- Time -----------------------------------------------------------------------------------------------------------


def test_d13_months_of_downtime_are_billed_once_each_with_their_own_dates(landlord):
    make_lease(landlord)
    do_day(landlord, date(2026, 1, 5))
    landlord.refresh_from_db()
    do_day(landlord, date(2026, 5, 20))
    found = Invoice.objects.of(landlord).order_by("period_start")
    assert [(row.period_start, row.due_date, row.number) for row in found] == [
        (date(2026, month, 1), date(2026, month, 5), f"INV-20260{month}-DAR001") for month in range(1, 6)
    ]
    landlord.refresh_from_db()
    assert sum(do_day(landlord, date(2026, 5, 20)).values()) == 0


def test_d13_a_day_may_be_run_any_number_of_times_and_in_any_order(landlord, neighbour):
    for own in (landlord, neighbour):
        make_lease(own)
        for day in ((1, 5), (1, 5), (2, 1), (2, 1), (1, 20), (3, 2)):
            run_day(own, date(2026, *day))
        assert [line[1] for line in lines(own)] == [JANUARY, FEBRUARY, MARCH]


def test_d13_the_daily_command_catches_up_and_again_does_nothing(landlord, capsys):
    make_lease(landlord)
    call_command("run_daily", "--on", "2026-01-05")
    call_command("run_daily", "--on", "2026-03-02")
    capsys.readouterr()
    call_command("run_daily", "--on", "2026-03-02", "--json")
    assert {key for key, count in json.loads(capsys.readouterr().out).items() if count} == set()
    assert [line[1] for line in lines(landlord)] == [JANUARY, FEBRUARY, MARCH]


def test_d13_a_lease_that_has_ended_still_owes_its_last_month(landlord):
    lease = make_lease(landlord)
    run_day(landlord, date(2026, 1, 5))
    terminate_leases(leases=[lease], on=date(2026, 2, 10), by=None)
    run_day(landlord, date(2026, 3, 2))
    assert lines(landlord) == [
        ("rent", JANUARY, date(2026, 1, 31), 500_000),
        ("rent", FEBRUARY, date(2026, 2, 10), 178_571),
    ]


def test_d13_what_never_began_owes_nothing(landlord):
    make_lease(landlord, signed=False)
    cancel_leases(leases=[make_lease(landlord, signed=False)], by=None)
    assert bill(landlord, JANUARY).created == 0


def test_d13_a_lease_that_is_signed_months_after_its_first_day_owes_each_of_them(landlord, travel):
    travel(date(2026, 4, 19))
    do_day(landlord, date(2026, 4, 19))
    make_lease(landlord)
    do_day(landlord, date(2026, 4, 20))
    assert [line[1] for line in lines(landlord)] == [JANUARY, FEBRUARY, MARCH, APRIL]


def test_a_lease_that_was_billed_elsewhere_is_billed_by_the_day_from_then_on_and_before_only_on_request(landlord):
    lease = make_lease(landlord, start=date(2025, 1, 1), billed_from=date(2026, 1, 10))
    issue_due(landlord=landlord, on=date(2026, 2, 1))
    assert [line[1] for line in lines(landlord)] == [FEBRUARY]
    assert bill(landlord, JANUARY).created == 1
    assert lease.invoices.count() == 2


def test_d16_overdue_begins_on_the_day_after_the_due_day(landlord, alice):
    invoice = make_invoice(make_lease(landlord))
    draft = draft_invoice(lease=invoice.lease, lines=[ManualLine("key", Money(5000, "TZS"))], due_date=JANUARY)
    assert mark_overdue(landlord=landlord, on=date(2026, 1, 5)) == 0
    assert mark_overdue(landlord=landlord, on=date(2026, 1, 6), by=alice) == 1
    assert mark_overdue(landlord=landlord, on=date(2026, 1, 6)) == 0
    invoice.refresh_from_db()
    draft.refresh_from_db()
    assert (invoice.state, draft.state) == ("overdue", "draft")


def test_d38_who_has_not_paid_this_month_is_asked_of_dates_and_balances(landlord):
    invoice = make_invoice(make_lease(landlord))
    assert not not_paid(landlord, date(2026, 1, 3)).exists()
    assert list(not_paid(landlord, date(2026, 1, 5))) == [invoice]
    assert not not_paid(landlord, date(2026, 2, 5)).exists()
    dates = {"value_date": JANUARY, "entry_date": JANUARY}
    settle(invoice=invoice, kind="payment", amount=invoice.balance, source="test", by=None, **dates)
    assert not not_paid(landlord, date(2026, 1, 5)).exists()


def test_r9_paid_through_is_read_from_what_is_settled(landlord):
    lease = make_lease(landlord)
    january, february = make_invoice(lease), make_invoice(lease, month=FEBRUARY)
    assert paid_through(lease) is None
    dates = {"value_date": JANUARY, "entry_date": JANUARY}
    settle(invoice=january, kind="payment", amount=january.balance, source="1", by=None, **dates)
    assert paid_through(lease) == date(2026, 1, 31)
    settle(invoice=february, kind="payment", amount=february.balance, source="2", by=None, **dates)
    assert paid_through(lease) == date(2026, 2, 28)


# --- Opening balances -----------------------------------------------------------------------------------------------


def test_d49_an_opening_balance_is_entered_once_and_messages_nobody(landlord):
    lease = make_lease(landlord)
    owed = OpeningBalance(lease, Money(120_000, "TZS"))
    assert open_balances(landlord=landlord, balances=[owed], on=JANUARY) == 1
    assert open_balances(landlord=landlord, balances=[owed], on=FEBRUARY) == 0
    assert open_balances(landlord=landlord, balances=[OpeningBalance(lease, Money(5, "TZS"))], on=JANUARY) == 0
    invoice = Invoice.objects.of(landlord).get()
    assert (invoice.total, invoice.issue_date, invoice.due_date) == (Money(120_000, "TZS"), JANUARY, JANUARY)
    assert invoice.run is None
    assert not any(template.due(landlord, JANUARY) for template in message_templates)


def test_d26_an_opening_balance_that_was_paid_ahead_is_credit(landlord):
    lease = make_lease(landlord)
    ahead = OpeningBalance(lease, Money(-500_000, "TZS"))
    assert open_balances(landlord=landlord, balances=[ahead], on=JANUARY) == 1
    assert open_balances(landlord=landlord, balances=[ahead], on=JANUARY) == 0
    assert Credit.objects.of(landlord).get().amount == Money(500_000, "TZS")
    bill(landlord, JANUARY)
    assert Invoice.objects.of(landlord).get().state == "paid"


def test_d48_an_opening_balance_is_not_dated_into_a_closed_month(landlord):
    lease = make_lease(landlord)
    landlord.locked_through = JANUARY
    with pytest.raises(BooksLocked):
        open_balances(landlord=landlord, balances=[OpeningBalance(lease, Money(1, "TZS"))], on=JANUARY)
