"""A landlord who looks at bills first: the daily run makes drafts, and issues them by itself some days later (R6)."""

from datetime import date, timedelta

import pytest

from modules.invoicing.models import BillingPolicy, Invoice
from modules.invoicing.services import cancel_invoices, give_credit, issue_rent_invoices, send_invoices
from rentbook.kernel.contributions import book_checks
from rentbook.kernel.money import Money
from rentbook.kernel.scheduling import run_day
from tests.factories import make_lease

pytestmark = pytest.mark.django_db
JANUARY = date(2026, 1, 1)


@pytest.fixture
def reviewing(landlord, travel):
    """Two days of review, and three leases."""
    travel(JANUARY)
    BillingPolicy.unscoped.create(landlord=landlord, review_days=2)
    for _ in range(3):
        make_lease(landlord)
    return landlord


def found(landlord) -> list[tuple]:
    return list(Invoice.objects.of(landlord).order_by("pk").values_list("state", "number", "issue_date"))


def days(landlord, travel, last: int) -> None:
    for day in range(1, last + 1):
        travel(date(2026, 1, day))
        run_day(landlord, date(2026, 1, day))


def test_the_daily_run_makes_drafts_without_number_on_the_planned_day(reviewing, travel):
    days(reviewing, travel, 2)
    assert found(reviewing) == [("draft", None, None)] * 3


def test_they_issue_themselves_when_the_days_of_review_are_over_each_with_its_number(reviewing, travel):
    days(reviewing, travel, 4)
    third = JANUARY + timedelta(days=2)
    assert found(reviewing) == [("sent", f"INV-202601-DAR00{number}", third) for number in (1, 2, 3)]
    assert not [problem for check in book_checks for problem in check.breaks(reviewing)]


def test_what_was_sent_or_withdrawn_by_hand_stays_so(reviewing, travel, alice):
    days(reviewing, travel, 1)
    early, withdrawn, _waiting = Invoice.objects.of(reviewing).order_by("pk")
    send_invoices(invoices=[early], by=alice)
    cancel_invoices(invoices=[withdrawn], by=alice)
    days(reviewing, travel, 3)
    assert [(state, number) for state, number, _day in found(reviewing)] == [
        ("sent", "INV-202601-DAR001"), ("cancelled", None), ("sent", "INV-202601-DAR002"),
    ]  # fmt: skip


def test_d26_credit_meets_a_draft_when_it_is_issued_and_not_before(reviewing, travel):
    days(reviewing, travel, 1)
    lease = Invoice.objects.of(reviewing).first().lease
    give_credit(lease=lease, amount=Money(500_000, "TZS"), value_date=JANUARY, source="ahead", note="")
    days(reviewing, travel, 2)
    assert {state for state, _number, _day in found(reviewing)} == {"draft"}
    days(reviewing, travel, 3)
    assert sorted(state for state, _number, _day in found(reviewing)) == ["paid", "sent", "sent"]


def test_a_month_that_is_asked_for_is_issued_at_once(reviewing):
    issue_rent_invoices(landlord=reviewing, first=JANUARY, last=JANUARY)
    assert {state for state, _number, _day in found(reviewing)} == {"sent"}


def test_d48_nothing_issues_itself_into_a_closed_month(reviewing, travel):
    days(reviewing, travel, 1)
    reviewing.locked_through = date(2026, 1, 31)
    reviewing.save()
    days(reviewing, travel, 5)
    assert {state for state, _number, _day in found(reviewing)} == {"draft"}
