"""Moving out in one step: last bill, deductions, deposit, and what goes back (docs/rules.md, D8, D11)."""

from datetime import date

import pytest
from django.urls import reverse

from modules.invoicing.models import DepositEntry, Invoice, InvoiceLine
from modules.invoicing.services import Deduction, foresee_move_out, issue_rent_invoices, move_out
from modules.leasing.models import Lease
from rentbook.kernel.choices import Role
from rentbook.kernel.contributions import message_templates
from rentbook.kernel.money import Money
from rentbook.kernel.people import BooksLocked
from rentbook.kernel.states import Refused
from tests.factories import make_lease, staff_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 30)
WINDOW = ("a broken window", "120000")
KEY = ("a lost key", "30000")


def shillings(amount: int) -> Money:
    return Money(amount, "TZS")


@pytest.fixture(autouse=True)
def _on_the_last_of_november(travel):
    travel(TODAY)


@pytest.fixture
def lease(landlord):
    """Let since October, with both months billed and nothing paid."""
    lease = make_lease(landlord, rent="500000", start=date(2026, 10, 1), tenant="Asha Mrema")
    issue_rent_invoices(landlord=landlord, first=date(2026, 10, 1), last=date(2026, 11, 30))
    return lease


def hold(lease: Lease, amount: int) -> None:
    """A deposit that was there before."""
    own = {"landlord": lease.landlord, "lease": lease, "currency": lease.currency, "source": f"held:{lease.pk}"}
    DepositEntry.objects.of(lease.landlord).create(**own, kind="held", amount=shillings(amount), on=lease.start)


def deductions(*rows: tuple[str, str]) -> list[Deduction]:
    return [Deduction(what, Money(amount, "TZS")) for what, amount in rows]


def figures(outcome) -> tuple[int, ...]:
    return tuple(int(getattr(outcome, name).amount) for name in ("held", "applied", "refund", "owed"))


def entries(lease: Lease) -> list[tuple[str, int]]:
    rows = DepositEntry.objects.of(lease.landlord).filter(lease=lease).order_by("pk")
    return [(row.kind, int(row.amount.amount)) for row in rows]


def test_d11_the_deposit_less_arrears_and_damage_goes_back(lease, alice):
    """1,500,000 less 1,000,000 of rent and 150,000 of damage is 350,000."""
    hold(lease, 1_500_000)
    outcome = move_out(lease=lease, on=TODAY, deductions=deductions(WINDOW, KEY), by=alice)
    assert figures(outcome) == (1_500_000, 1_150_000, 350_000, 0)
    assert entries(lease) == [("held", 1_500_000), ("applied", 500_000), ("applied", 500_000), ("applied", 150_000)]
    assert {bill.state for bill in Invoice.objects.of(lease.landlord)} == {"paid"}
    lease.refresh_from_db()
    assert (lease.state, lease.end, lease.moved_out_on) == ("terminated", TODAY, TODAY)


def test_d11_nothing_below_zero_goes_back_and_the_rest_stays_owed_on_the_latest_bills(lease):
    hold(lease, 600_000)
    outcome = move_out(lease=lease, on=TODAY, deductions=deductions(WINDOW), by=None)
    assert figures(outcome) == (600_000, 600_000, 0, 520_000)
    assert [int(bill.balance.amount) for bill in outcome.unpaid] == [400_000, 120_000]


def test_without_a_deposit_everything_stays_owed(lease):
    assert figures(move_out(lease=lease, on=TODAY, by=None)) == (0, 0, 0, 1_000_000)


def test_deductions_are_one_bill_of_single_charges_that_say_what_they_are_for(lease):
    [bill] = move_out(lease=lease, on=TODAY, deductions=deductions(WINDOW, KEY), by=None).bills
    assert (bill.total, bill.due_date, bill.issue_date) == (shillings(150_000), TODAY, TODAY)
    assert bill.number.startswith("INV-202611-DAR")
    assert [line.one_off.reason for line in bill.lines.all()] == ["a broken window", "a lost key"]


def test_what_goes_back_is_booked_once_it_is_paid(lease):
    hold(lease, 1_200_000)
    move_out(lease=lease, on=TODAY, paid_from="1010", reference="QK12", by=None)
    assert entries(lease)[-1] == ("refunded", 200_000)
    assert DepositEntry.objects.of(lease.landlord).get(kind="refunded").reference == "QK12"


def test_a_deposit_that_nobody_paid_is_not_asked_for_any_more(lease):
    common = {"landlord": lease.landlord, "lease": lease, "currency": "TZS"}
    own = Invoice.objects.of(lease.landlord)
    days = {"period_start": lease.start, "period_end": lease.start}
    issued = {"number": "INV-202610-DAR900", "issue_date": lease.start, "due_date": lease.start, "state": "sent"}
    bill = own.create(**common, **days, **issued, total=shillings(1_000_000))
    InvoiceLine.objects.of(lease.landlord).create(
        **common, **days, invoice=bill, kind="deposit", stream="deposit", amount=shillings(1_000_000)
    )
    assert figures(move_out(lease=lease, on=TODAY, by=None))[3] == 1_000_000
    assert own.get(pk=bill.pk).state == "cancelled"


def test_d8_days_that_were_billed_and_are_not_used_are_credited(lease):
    """Out on 15 November: 15/30 of 500,000 is credited, and 750,000 is left of the two months."""
    pytest.importorskip("modules.invoicing.services.ending")
    hold(lease, 1_000_000)
    outcome = move_out(lease=lease, on=date(2026, 11, 15), by=None)
    assert [note.total for note in outcome.notes] == [shillings(250_000)]
    assert figures(outcome) == (1_000_000, 750_000, 250_000, 0)


def test_what_is_foreseen_is_what_happens_and_changes_nothing(lease):
    hold(lease, 1_500_000)
    asked = {"lease": lease, "on": TODAY, "deductions": deductions(WINDOW), "by": None}
    foreseen = foresee_move_out(**asked)
    lease.refresh_from_db()
    assert (lease.state, entries(lease), Invoice.objects.of(lease.landlord).count()) == (
        "active",
        [("held", 1_500_000)],
        2,
    )
    assert figures(foreseen) == figures(move_out(**asked))


def test_nothing_happens_where_a_part_of_it_is_refused(lease, landlord):
    with pytest.raises(Refused, match="on a day from 2026-10-01 to 2026-11-30"):
        move_out(lease=lease, on=date(2026, 12, 1), by=None)
    landlord.locked_through = TODAY
    landlord.save()
    lease.refresh_from_db()
    with pytest.raises(BooksLocked):
        move_out(lease=lease, on=TODAY, by=None)
    assert Lease.objects.of(landlord).get().state == "active"


def outcome_told(lease: Lease) -> str:
    template = message_templates["rb_move_out"]
    [row] = template.due(lease.landlord, TODAY)
    return template.values(row, "en")["outcome"]


def test_the_tenant_is_told_what_is_left(lease, landlord):
    hold(lease, 1_500_000)
    move_out(lease=lease, on=TODAY, deductions=deductions(WINDOW), by=None)
    assert outcome_told(lease) == "Of your deposit we give back: TSh 380,000."
    assert not message_templates["rb_move_out"].due(landlord, date(2026, 12, 7)).exists()


def test_a_tenant_who_owes_is_told_how_much(lease):
    move_out(lease=lease, on=TODAY, by=None)
    assert outcome_told(lease) == "Still to pay: TSh 1,000,000."


# --- The page -------------------------------------------------------------------------------------------------------


TYPED = {
    "on": "2026-11-30", "form-TOTAL_FORMS": "5", "form-INITIAL_FORMS": "0",
    "form-0-what": "a broken window", "form-0-amount": "120,000",
}  # fmt: skip


@pytest.fixture
def door(client, alice, lease):
    client.force_login(alice)
    return reverse("move_out", args=[lease.pk])


def test_the_page_shows_what_follows_before_it_is_done(client, door, lease):
    hold(lease, 1_500_000)
    first = client.get(door).content.decode()
    assert 'value="2026-11-30"' in first
    assert "500,000" in first
    shown = client.post(door, TYPED | {"show": "1"}).content.decode()
    assert "380,000" in shown
    assert entries(lease) == [("held", 1_500_000)]
    done = client.post(door, TYPED | {"do": "1"}, follow=True).content.decode()
    assert "Asha Mrema has moved out." in done
    assert entries(lease)[-1] == ("applied", 120_000)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"form-0-amount": ""}, "Say both what it is and how much."),
        ({"form-0-amount": "much"}, "much"),
        ({"on": "2026-12-01"}, "on a day from 2026-10-01 to 2026-11-30"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(client, door, lease, typed, sentence):
    answer = client.post(door, TYPED | typed | {"do": "1"}).content.decode()
    assert sentence in answer
    assert Lease.objects.of(lease.landlord).get().state == "active"


def test_who_has_moved_out_does_so_once(client, door, lease):
    client.post(door, TYPED | {"do": "1"})
    answer = client.get(door, follow=True).content.decode()
    assert "they moved out on 2026-11-30 already" in answer


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.CARETAKER, Role.OWNER])
def test_who_only_reads_moves_nobody_out(client, lease, landlord, role):
    client.force_login(staff_of(landlord, role=role))
    assert client.post(reverse("move_out", args=[lease.pk]), TYPED | {"do": "1"}).status_code in (302, 403)
    assert Lease.objects.of(landlord).get().state == "active"


def test_a_neighbours_lease_is_not_there(client, bob, lease):
    client.force_login(bob)
    assert client.get(reverse("move_out", args=[lease.pk])).status_code == 404
