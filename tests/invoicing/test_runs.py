"""The billing run as a document: approved, issued, and undone as one while nothing was paid on it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from modules.invoicing.models import BillingRun, Credit, Invoice, InvoiceLine
from modules.invoicing.services import (
    approve_runs,
    drop_runs,
    give_credit,
    issue_rent_invoices,
    prepare_run,
    settle,
    undo_runs,
)
from rentbook.kernel import clock
from rentbook.kernel.contributions import book_checks
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from tests.factories import make_lease

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def _december():
    with clock.travel(date(2026, 12, 1)):
        yield


def billed(landlord, count: int = 3) -> BillingRun:
    for _ in range(count):
        make_lease(landlord, start=FIRST)
    return issue_rent_invoices(landlord=landlord, first=FIRST, last=LAST).run


def states(landlord) -> set[str]:
    return {*Invoice.objects.of(landlord).values_list("state", flat=True)}


def whole(landlord) -> bool:
    return not [text for check in book_checks for text in check.breaks(landlord)]


def test_a_month_has_one_run_that_waits(landlord):
    run = prepare_run(landlord=landlord, month=FIRST, by=None)
    assert (run.first, run.last, run.state) == (FIRST, LAST, "prepared")
    assert prepare_run(landlord=landlord, month=date(2026, 12, 20), by=None) == run
    assert prepare_run(landlord=landlord, month=date(2027, 1, 1), by=None) != run


def test_who_has_looked_at_a_run_stands_on_it(landlord, alice):
    run = prepare_run(landlord=landlord, month=FIRST, by=None)
    approve_runs(runs=[run], by=alice)
    run.refresh_from_db()
    assert (run.state, run.approved_by) == ("approved", alice)
    drop_runs(runs=[run], by=alice)
    with pytest.raises(ValidationError, match="dropped"):
        approve_runs(runs=[run], by=alice)


def test_an_undone_run_withdraws_its_bills_which_keep_their_numbers_and_frees_their_lines(landlord, alice):
    run = billed(landlord)
    undo_runs(runs=[run], reason="The rents were not raised yet.", by=alice)
    assert states(landlord) == {"cancelled"}
    numbers = Invoice.objects.of(landlord).order_by("number").values_list("number", flat=True)
    assert list(numbers) == ["INV-202612-DAR001", "INV-202612-DAR002", "INV-202612-DAR003"]
    assert not InvoiceLine.objects.of(landlord).filter(cancelled=False).exists()
    assert issue_rent_invoices(landlord=landlord, first=FIRST, last=LAST).created == 3
    assert Invoice.objects.of(landlord).filter(state="sent").order_by("number").first().number == "INV-202612-DAR004"
    assert LogEntry.objects.for_instance(run).get(data__name="undo").user == alice
    assert whole(landlord)


def test_a_run_is_undone_once(landlord):
    run = billed(landlord, 1)
    undo_runs(runs=[run], reason="wrong", by=None)
    with pytest.raises(ValidationError, match="undone"):
        undo_runs(runs=[run], reason="wrong", by=None)


def test_a_run_on_which_somebody_paid_stays_whole_and_names_the_bill(landlord):
    run = billed(landlord)
    paid = Invoice.objects.of(landlord).order_by("number").first()
    money = {"amount": Money(1000, "TZS"), "value_date": FIRST, "entry_date": FIRST}
    settle(invoice=paid, kind="payment", source="payment:1", by=None, **money)
    with pytest.raises(ValidationError, match="paid on 1 of its bills or is on its way, such as INV-202612-DAR001"):
        undo_runs(runs=[run], reason="wrong", by=None)
    assert states(landlord) == {"sent"}


def test_the_credit_that_settled_a_bill_of_an_undone_run_is_the_tenants_again(landlord):
    lease = make_lease(landlord, start=FIRST)
    credit = Money(700_000, "TZS")
    give_credit(lease=lease, amount=credit, value_date=FIRST, source="advance", note="")
    run = issue_rent_invoices(landlord=landlord, first=FIRST, last=LAST).run
    assert Invoice.objects.of(landlord).get().state == "paid"
    undo_runs(runs=[run], reason="wrong", by=None)
    assert Invoice.objects.of(landlord).get().state == "cancelled"
    assert Credit.objects.of(landlord).get().applied == Money(0, "TZS")
    assert whole(landlord)


def test_a_run_in_a_closed_month_is_not_undone(landlord):
    run = billed(landlord, 1)
    landlord.locked_through = LAST
    landlord.save()
    run.refresh_from_db()
    with pytest.raises(ValidationError, match="locked through 2026-12-31"):
        undo_runs(runs=[run], reason="wrong", by=None)
    assert states(landlord) == {"sent"}
