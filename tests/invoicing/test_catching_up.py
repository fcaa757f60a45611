"""What was missed, changed or withdrawn is billed once, with its own dates and for the right days."""

from datetime import date

import pytest
from django.core.management import call_command

from modules.invoicing.models import Credit, Invoice, InvoiceLine
from modules.invoicing.selectors import paid_through
from modules.invoicing.services import (
    ManualLine,
    OpeningBalance,
    apply_credits,
    cancel_invoices,
    draft_invoice,
    give_credit,
    issue_due,
    issue_rent_invoices,
    open_balances,
    send_invoices,
)
from modules.leasing import terms
from modules.leasing.models import Lease
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord
from rentbook.kernel.scheduling import tick
from tests.factories import make_invoice, make_lease


def billed(landlord) -> list[tuple]:
    rows = InvoiceLine.objects.of(landlord).filter(cancelled=False).order_by("period_start")
    return [(row.period_start, row.period_end, row.amount.amount) for row in rows]


def bill_month(landlord, month: int):
    first = date(2026, month, 1)
    last = date(2026, month, 28)
    return issue_rent_invoices(landlord=landlord, first=first, last=last, on=first)


def test_d4_the_rest_of_a_period_that_was_billed_in_part_costs_what_is_left_of_it(landlord):
    lease = make_lease(landlord, start=date(2026, 3, 1), end=date(2026, 3, 15))
    bill_month(landlord, 3)
    Lease.objects.of(landlord).filter(pk=lease.pk).update(end=date(2026, 12, 31))
    bill_month(landlord, 3)
    assert billed(landlord) == [
        (date(2026, 3, 1), date(2026, 3, 15), 241_935),
        (date(2026, 3, 16), date(2026, 3, 31), 258_065),
    ]
    assert bill_month(landlord, 3).created == 0


def test_d13_where_no_day_was_ever_done_downtime_loses_no_month(landlord, travel):
    with clock.travel(date(2026, 1, 1)):
        make_lease(landlord)
    travel(date(2026, 4, 2))
    tick()
    assert [line[0].month for line in billed(landlord)] == [1, 2, 3, 4]


def test_d13_january_billed_on_10_march_is_issued_on_10_march_and_due_on_5_january(landlord, travel):
    with clock.travel(date(2026, 1, 1)):
        make_lease(landlord)
        Landlord.objects.update(day_done=date(2025, 12, 31))
    travel(date(2026, 3, 10))
    tick()
    january = Invoice.objects.of(landlord).get(period_start=date(2026, 1, 1))
    assert (january.issue_date, january.due_date, january.state) == (date(2026, 3, 10), date(2026, 1, 5), "overdue")


def test_a_run_for_a_day_to_come_takes_no_month_away_from_the_days_before_it(landlord, travel):
    travel(date(2026, 1, 20))
    make_lease(landlord)
    call_command("run_daily", "--on", "2026-06-01")
    assert [line[0].month for line in billed(landlord)] == [1, 2, 3, 4, 5, 6]
    travel(date(2026, 2, 1))
    tick()
    assert len(billed(landlord)) == 6


def test_terms_that_contradict_each_other_stop_their_own_lease_alone(landlord, monkeypatch):
    right = make_lease(landlord)
    make_lease(landlord, frequency="fortnightly", alignment="anniversary")
    # The database holds no such lease: the rule is turned round.
    refused = {"frequency": "Fortnights have no place here."}
    monkeypatch.setattr(terms, "problems", lambda these: refused if these.frequency == "fortnightly" else {})
    result = bill_month(landlord, 1)
    assert result.created == 1
    assert "Fortnights have no" in result.problems[0]
    assert list(Invoice.objects.of(landlord).values_list("lease", flat=True)) == [right.pk]


def test_d49_an_opening_balance_that_was_withdrawn_does_not_come_back(landlord, alice):
    lease = make_lease(landlord)
    balances = [OpeningBalance(lease, Money(90_000, "TZS"))]
    open_balances(landlord=landlord, balances=balances, on=date(2026, 1, 1))
    cancel_invoices(invoices=Invoice.objects.of(landlord), by=alice)
    assert open_balances(landlord=landlord, balances=balances, on=date(2026, 2, 1)) == 0


@pytest.fixture
def credited(landlord):
    """A lease with 40,000 of credit that came after its last bill."""
    lease = make_lease(landlord)
    invoice = make_invoice(lease)
    amount = Money(40_000, "TZS")
    give_credit(lease=lease, amount=amount, value_date=date(2026, 1, 3), source="late", note="")
    return invoice


def test_d26_credit_meets_what_is_open_on_the_next_day_without_a_new_bill(credited, landlord):
    lease_ids = [credited.lease_id]
    assert apply_credits(landlord=landlord, leases=lease_ids, on=date(2026, 1, 4)) == 1
    credited.refresh_from_db()
    assert credited.amount_paid == Money(40_000, "TZS")
    assert Credit.objects.of(landlord).get().applied == Money(40_000, "TZS")
    assert apply_credits(landlord=landlord, leases=lease_ids, on=date(2026, 1, 5)) == 0


def test_d26_the_daily_run_applies_credit_by_itself(credited, landlord, travel):
    travel(date(2026, 1, 4))
    tick()
    credited.refresh_from_db()
    assert credited.amount_paid == Money(40_000, "TZS")


def test_a_draft_that_is_issued_takes_credit_and_is_told_to_its_tenant(landlord, alice, travel):
    from modules.invoicing.message_templates import just_issued

    travel(date(2026, 1, 10))
    lease = make_lease(landlord)
    give_credit(lease=lease, amount=Money(40_000, "TZS"), value_date=date(2026, 1, 3), source="late", note="")
    draft = draft_invoice(lease=lease, lines=[ManualLine("repair", Money(50_000, "TZS"))], due_date=date(2026, 1, 20))
    send_invoices(invoices=[draft], by=alice)
    draft.refresh_from_db()
    assert (draft.state, draft.balance) == ("sent", Money(10_000, "TZS"))
    assert list(just_issued(landlord, date(2026, 1, 10))) == [draft]


def test_r9_an_open_charge_beside_the_rent_does_not_move_paid_through(landlord):
    lease = make_lease(landlord, charges={"wifi": "15000"}, charge_due_days={"wifi": 20})
    bill_month(landlord, 1)
    rent = Invoice.objects.of(landlord).get(lines__kind="rent")
    give_credit(lease=lease, amount=rent.balance, value_date=date(2026, 1, 2), source="rent", note="")
    apply_credits(landlord=landlord, leases=[lease.pk], on=date(2026, 1, 2))
    assert paid_through(lease) == date(2026, 1, 31)


def test_the_daily_run_leaves_credit_alone_in_a_closed_month(credited, landlord):
    landlord.locked_through = date(2026, 1, 31)
    landlord.save()
    assert issue_due(landlord=landlord, on=date(2026, 1, 4)) == 0
    call_command("run_daily", "--on", "2026-01-04")
    credited.refresh_from_db()
    assert not credited.amount_paid
