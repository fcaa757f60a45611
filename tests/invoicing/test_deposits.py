"""A deposit is the tenant's money: billed, received, held, applied to charges, refunded; never income (D25)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from modules.invoicing.deposits import deposit_held, with_deposit_held
from modules.invoicing.holding import Change, movements, received
from modules.invoicing.models import DepositEntry, Invoice, InvoiceLine, Settlement
from modules.invoicing.services import (
    ManualLine,
    apply_deposit,
    draft_invoice,
    give_credit,
    hold_deposits,
    refund_deposit,
    reverse_deposit_entries,
    reverse_settlements,
    send_invoices,
    settle,
)
from modules.leasing.models import Lease
from modules.leasing.services import sign_leases
from rentbook.kernel.books import balances
from rentbook.kernel.contributions import book_checks
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from rentbook.kernel.people import BooksLocked
from rentbook.kernel.states import Refused
from tests.factories import make_invoice, make_lease

pytestmark = pytest.mark.django_db
FIRST, DAY = date(2026, 1, 1), date(2026, 1, 5)
DEPOSITS = "2100"


@pytest.fixture(autouse=True)
def _fifth_of_january(travel):
    travel(DAY)


def shillings(amount) -> Money:
    return Money(amount, "TZS")


def sign(landlord, **terms) -> Lease:
    """A lease with 1,000,000 of deposit, signed today."""
    lease = make_lease(landlord, signed=False, **{"deposit": "1000000"} | terms)
    sign_leases(leases=[lease], by=None)
    lease.refresh_from_db()
    return lease


def deposit_bill(lease: Lease) -> Invoice:
    return lease.invoices.get(lines__kind="deposit")


def pay(invoice: Invoice, amount, source: str = "test") -> Settlement:
    return settle(
        invoice=invoice, kind="payment", amount=shillings(amount), value_date=DAY, entry_date=DAY,
        source=f"{source}:{invoice.pk}", by=None,
    )  # fmt: skip


@pytest.fixture
def lease(landlord) -> Lease:
    """1,000,000 of deposit is received; rent of 500,000 for January is open."""
    lease = sign(landlord)
    pay(deposit_bill(lease), 1_000_000)
    return lease


def rent(lease: Lease) -> Invoice:
    return lease.invoices.filter(lines__kind="rent").earliest("due_date")


def on_account(landlord) -> int:
    """What the books owe the tenants as deposits."""
    debit, credit = balances(landlord).get((DEPOSITS, "TZS"), (0, 0))
    return int(credit - debit)


def use(lease: Lease, amount, *invoices: Invoice, **options):
    said = {"reason": "The rent of January", "on": DAY, "by": None}
    return apply_deposit(lease=lease, invoices=invoices or [rent(lease)], amount=shillings(amount), **said | options)


def give_back(lease: Lease, amount, **options) -> DepositEntry:
    return refund_deposit(
        lease=lease, amount=shillings(amount), **{"reason": "Moved out", "on": DAY, "by": None} | options
    )


def breaks(landlord) -> list[str]:
    return [text for check in book_checks for text in check.breaks(landlord)]


# --- Charged --------------------------------------------------------------------------------------------------------


def test_d25_a_lease_that_is_signed_bills_its_deposit_once_on_a_bill_of_its_own(landlord):
    lease = sign(landlord)
    bill = deposit_bill(lease)
    assert (bill.state, bill.total, bill.issue_date, bill.due_date) == ("sent", shillings(1_000_000), DAY, DAY)
    assert bill.number.startswith("INV-202601-DAR")
    [line] = bill.lines.all()
    assert (line.kind, line.stream, line.account) == ("deposit", "deposit", DEPOSITS)
    assert lease.invoices.count() == 2
    assert deposit_held(lease) == shillings(0)
    assert breaks(landlord) == []


@pytest.mark.parametrize(
    ("terms", "due"),
    [
        ({"start": date(2026, 1, 10)}, date(2026, 1, 10)),
        ({"start": date(2026, 1, 10), "alignment": "anniversary"}, date(2026, 2, 5)),
        ({"start": date(2026, 2, 1), "in_arrears": True}, date(2026, 2, 5)),
        ({"start": date(2026, 2, 1), "due_days_after": 14}, date(2026, 2, 15)),
    ],
    ids=["by the calendar", "anniversary", "in arrears", "days after"],
)
def test_d25_a_deposit_is_due_with_the_first_rent_in_advance(landlord, terms, due):
    assert deposit_bill(sign(landlord, **terms)).due_date == due


def test_d25_without_a_deposit_and_before_it_is_signed_nothing_is_billed(landlord):
    sign(landlord, deposit="0")
    make_lease(landlord, deposit="1000000", signed=False)
    assert not InvoiceLine.objects.of(landlord).filter(kind="deposit").exists()


def test_d48_a_lease_is_not_signed_into_closed_books(landlord):
    landlord.locked_through = DAY
    landlord.save()
    with pytest.raises(BooksLocked):
        sign(landlord)


# --- Received and held ----------------------------------------------------------------------------------------------


def test_d25_what_is_received_is_held_and_no_income(landlord):
    lease = sign(landlord)
    pay(deposit_bill(lease), 400_000)
    assert deposit_held(lease) == shillings(400_000)
    assert on_account(landlord) == 1_000_000
    pay(deposit_bill(lease), 600_000, "again")
    [row] = with_deposit_held(Lease.objects.of(landlord).filter(pk=lease.pk))
    assert (row.deposit_charged, row.deposit_held) == (Decimal(1_000_000), Decimal(1_000_000))
    assert not {code for code, _currency in balances(landlord)} & {"4100", "4200", "4300"} - {
        rent(lease).lines.get().account
    }
    assert breaks(landlord) == []


def test_d25_credit_may_pay_a_deposit_and_a_bounced_cheque_is_held_no_more(landlord):
    lease = sign(landlord)
    paid = pay(deposit_bill(lease), 1_000_000)
    reverse_settlements(settlements=[paid], on=DAY, by=None)
    assert deposit_held(lease) == shillings(0)
    assert breaks(landlord) == []


def test_d25_on_a_mixed_bill_all_else_is_paid_first(landlord):
    lease = make_lease(landlord)
    draft = draft_invoice(lease=lease, lines=[ManualLine("key", shillings(30_000))], due_date=DAY)
    common = {"landlord": landlord, "lease": lease, "currency": "TZS", "period_start": DAY, "period_end": DAY}
    InvoiceLine.unscoped.create(
        invoice=draft, kind="deposit", stream="more-deposit", amount=100_000, account=DEPOSITS, **common
    )
    Invoice.objects.of(landlord).filter(pk=draft.pk).update(total=130_000)
    draft.refresh_from_db()
    send_invoices(invoices=[draft], by=None)
    pay(draft, 50_000)
    assert deposit_held(lease) == shillings(20_000)
    pay(draft, 80_000, "again")
    assert deposit_held(lease) == shillings(100_000)
    assert breaks(landlord) == []


def test_d25_the_deposit_s_part_of_what_was_paid_by_plain_figures():
    assert received(asked=Decimal(100), others=Decimal(30), paid=Decimal(50)) == 20
    assert received(asked=Decimal(100), others=Decimal(30), paid=Decimal(20)) == 0
    assert received(asked=Decimal(0), others=Decimal(30), paid=Decimal(500)) == 0
    steps = [
        Change(date(2026, 1, 1), asked=Decimal(100), others=Decimal(30)),
        Change(date(2026, 1, 3), paid=Decimal(50)),
        Change(date(2026, 1, 2), paid=Decimal(20)),
        Change(date(2026, 1, 4), paid=Decimal(-50)),
    ]
    assert [(change.on.day, part) for change, part in movements(steps)] == [(3, 40), (4, -40)]


# --- Held before ----------------------------------------------------------------------------------------------------


def test_d25_the_deposit_of_a_lease_that_was_taken_over_counts_as_held(landlord):
    lease = make_lease(landlord, deposit="750000")
    assert hold_deposits(landlord=landlord, leases=Lease.objects.of(landlord), on=DAY) == 1
    assert hold_deposits(landlord=landlord, leases=Lease.objects.of(landlord), on=DAY) == 0
    entry = DepositEntry.objects.of(landlord).get()
    assert (entry.kind, entry.amount, entry.on, entry.source) == ("held", shillings(750_000), DAY, f"held:{lease.pk}")
    assert deposit_held(lease) == shillings(750_000)
    assert balances(landlord)["3000", "TZS"] == (Decimal(750_000), 0)
    assert breaks(landlord) == []


def test_d48_what_was_held_before_is_not_dated_into_a_closed_month(landlord):
    make_lease(landlord, deposit="750000")
    landlord.locked_through = DAY
    landlord.save()
    with pytest.raises(BooksLocked):
        hold_deposits(landlord=landlord, leases=Lease.objects.of(landlord), on=DAY)


# --- Applied --------------------------------------------------------------------------------------------------------


def test_d25_a_deposit_is_applied_by_an_entry_that_names_the_charge(landlord, lease, alice):
    [entry] = use(lease, 300_000, by=alice)
    assert (entry.kind, entry.amount, entry.by) == ("applied", shillings(300_000), alice)
    assert (entry.settlement.invoice, entry.settlement.kind, entry.settlement.account) == (
        rent(lease),
        "deposit",
        DEPOSITS,
    )
    assert rent(lease).balance == shillings(200_000)
    assert deposit_held(lease) == shillings(700_000)
    with pytest.raises(ValidationError, match="TSh 700,001 is more than is held of the deposit: at most TSh 700,000"):
        give_back(lease, 700_001)
    assert on_account(landlord) == 700_000
    [told] = LogEntry.objects.for_instance(lease).filter(action="invoicing.deposit_moved")
    assert (told.user, told.data["amount"], told.data["reason"]) == (alice, "300000.00", "The rent of January")
    assert breaks(landlord) == []


def test_d25_one_amount_settles_the_oldest_bill_first(landlord, lease):
    february = make_invoice(lease, month=date(2026, 2, 1), on=DAY)
    entries = use(lease, 700_000, february, rent(lease))
    assert [(entry.settlement.invoice_id, int(entry.amount.amount)) for entry in entries] == [
        (rent(lease).pk, 500_000), (february.pk, 200_000)
    ]  # fmt: skip
    assert rent_states(lease) == ["paid", "sent"]
    assert breaks(landlord) == []


def rent_states(lease: Lease) -> list[str]:
    return list(lease.invoices.filter(lines__kind="rent").order_by("due_date").values_list("state", flat=True))


def test_d25_never_more_than_is_held_and_the_refusal_names_the_most(landlord, lease):
    give_back(lease, 800_000)
    with pytest.raises(ValidationError, match="TSh 200,001 is more than is held of the deposit: at most TSh 200,000"):
        use(lease, 200_001)
    with pytest.raises(ValidationError, match="at most TSh 200,000"):
        give_back(lease, "200000.01")
    assert use(lease, 200_000)
    with pytest.raises(ValidationError, match="at most TSh 0"):
        give_back(lease, 1)
    assert breaks(landlord) == []


@pytest.mark.parametrize("amount", [0, -1, "0.001", "NaN"])
def test_d31_what_is_no_amount_is_neither_applied_nor_refunded(lease, amount):
    for door in (use, give_back):
        with pytest.raises(ValidationError):
            door(lease, Decimal(amount))
    assert deposit_held(lease) == shillings(1_000_000)


def test_d25_a_deposit_pays_neither_for_itself_nor_for_a_neighbour_s_bill_nor_more_than_is_owed(landlord):
    lease = sign(landlord)
    pay(deposit_bill(lease), 900_000)
    other = rent(sign(landlord, tenant="Baraka Lema"))
    for bill in (deposit_bill(lease), other):
        with pytest.raises(ValidationError, match="Choose open bills of this lease"):
            use(lease, 1, bill)
    with pytest.raises(ValidationError, match="TSh 500,000 is left to pay on these bills: apply at most that"):
        use(lease, 500_001)
    with pytest.raises(ValidationError, match="Say what it is for"):
        use(lease, 1, reason=" ")


def test_d48_no_entry_of_a_deposit_is_dated_into_a_closed_month_or_a_day_to_come(landlord, lease):
    for door in (use, give_back):
        with pytest.raises(ValidationError, match="in the future"):
            door(lease, 1, on=date(2026, 1, 6))
    landlord.locked_through = FIRST
    landlord.save()
    for door in (use, give_back):
        with pytest.raises(BooksLocked):
            door(lease, 1, on=FIRST)
    [entry] = use(lease, 1)
    landlord.locked_through = DAY
    landlord.save()
    with pytest.raises(BooksLocked):
        undo(entry)


# --- Refunded, and taken back ---------------------------------------------------------------------------------------


def undo(*entries: DepositEntry, reason: str = "It was wrong") -> list[int]:
    return reverse_deposit_entries(entries=entries, reason=reason, by=None)


def test_d25_a_refund_comes_out_of_the_account_that_it_was_paid_from(landlord, lease):
    entry = give_back(lease, 1_000_000, account="1020", reference="TRX 7")
    assert (entry.account, entry.reference) == ("1020", "TRX 7")
    assert balances(landlord)["1020", "TZS"] == (0, Decimal(1_000_000))
    assert (deposit_held(lease), on_account(landlord)) == (shillings(0), 0)
    with pytest.raises(ValidationError, match="Choose where the money came from"):
        give_back(lease, 1, account="4000")
    assert breaks(landlord) == []


def test_d25_what_was_applied_and_refunded_is_taken_back_by_opposite_entries(landlord, lease):
    [applied], refunded = use(lease, 500_000), give_back(lease, 500_000)
    assert rent(lease).state == "paid"
    undo(applied, refunded)
    assert rent(lease).state == "sent"
    assert (rent(lease).balance, deposit_held(lease)) == (shillings(500_000), shillings(1_000_000))
    opposite = DepositEntry.objects.of(landlord).get(reverses=applied)
    assert (opposite.amount, opposite.settlement.kind) == (shillings(-500_000), "reversal")
    assert breaks(landlord) == []
    with pytest.raises(Refused, match="was taken back before"):
        undo(applied)
    with pytest.raises(Refused, match="takes another one back"):
        undo(opposite)


def test_d25_what_was_held_before_is_not_taken_back_under_what_was_spent(landlord):
    lease = make_lease(landlord, deposit="750000")
    hold_deposits(landlord=landlord, leases=Lease.objects.of(landlord), on=DAY)
    held = DepositEntry.objects.of(landlord).get()
    refunded = give_back(lease, 250_000)
    with pytest.raises(Refused, match="Only TSh 500,000 of the deposit is held"):
        undo(held)
    undo(refunded)
    undo(held)
    assert (deposit_held(lease), on_account(landlord)) == (shillings(0), 0)
    assert breaks(landlord) == []


def test_d26_credit_settles_at_once_what_a_deposit_does_not_settle_any_more(landlord, lease):
    [applied] = use(lease, 500_000)
    give_credit(lease=lease, amount=shillings(200_000), value_date=DAY, source="test:9", note="")
    undo(applied)
    assert rent(lease).balance == shillings(300_000)
    assert breaks(landlord) == []


# --- At the same moment ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_d25_of_two_who_give_the_whole_deposit_back_at_once_one_does(landlord, lease, together):
    answers = together(*[lambda: give_back(lease, 1_000_000)] * 2)
    [refusal] = [answer for answer in answers if isinstance(answer, Exception)]
    assert isinstance(refusal, ValidationError)
    assert "at most TSh 0" in refusal.messages[0]
    assert deposit_held(lease) == shillings(0)
    assert breaks(landlord) == []


@pytest.mark.django_db(transaction=True)
def test_d25_of_an_application_and_a_refund_of_all_at_once_one_is_made(landlord, lease, together):
    answers = together(lambda: use(lease, 500_000), lambda: give_back(lease, 600_000))
    assert sum(isinstance(answer, ValidationError) for answer in answers) == 1
    assert deposit_held(lease) in (shillings(500_000), shillings(400_000))
    assert breaks(landlord) == []
