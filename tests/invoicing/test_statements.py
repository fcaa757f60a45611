"""A statement opens with all before its first day, and closes where the next one opens (docs/rules.md, D47)."""

from datetime import date

import pytest

from modules.invoicing.models import CreditNote, CreditNoteLine, InvoiceLine, LateFee
from modules.invoicing.services import (
    apply_credits,
    apply_deposit,
    cancel_invoices,
    give_credit,
    hold_deposits,
    open_balances,
    refund_deposit,
    reverse_settlements,
    settle,
)
from modules.invoicing.services.opening import OpeningBalance
from modules.invoicing.statements import Entry, statement, statements_of_tenant
from modules.leasing.models import Lease
from modules.leasing.services import sign_leases
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease

pytestmark = pytest.mark.django_db
JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def shillings(amount) -> Money:
    return Money(amount, "TZS")


def of(lease: Lease, month):
    first, last = month
    return statement(lease=lease, first=first, last=last)


def shown(entries: list[Entry]) -> list[tuple]:
    """Day, text, and what it did: asked above zero, taken off below; and the balance after it."""
    return [
        (entry.on.day, entry.text, int((entry.debit - entry.credit).amount), int(entry.balance.amount))
        for entry in entries
    ]


#: What a withholding and a write-off are not without.
PROVED = {"reference": "WHT-7", "reason": "Nobody will pay it."}


def take(invoice, amount, day: date, kind: str = "payment", source: str = "", **options):
    days = {"value_date": day, "entry_date": day}
    return settle(
        invoice=invoice, kind=kind, amount=shillings(amount), by=None, source=source or f"{kind}:{invoice.pk}:{day}",
        **PROVED | days | options,
    )  # fmt: skip


@pytest.fixture
def lease(landlord) -> Lease:
    """Bills of 500,000 for January and February; of January 300,000 was paid on the 9th."""
    lease = make_lease(landlord)
    january = make_invoice(lease)
    make_invoice(lease, month=date(2026, 2, 1))
    take(january, 300_000, date(2026, 1, 9))
    return lease


def bill(lease: Lease, month: int):
    return lease.invoices.get(period_start=date(2026, month, 1))


def test_d47_closing_of_a_month_is_opening_of_the_next(lease):
    january, february, march = (of(lease, month) for month in (JANUARY, FEBRUARY, MARCH))
    assert shown(january.entries) == [(1, "Bill, January 2026", 500_000, 500_000), (9, "Payment", -300_000, 200_000)]
    assert [january.opening, january.closing] == [shillings(0), shillings(200_000)]
    assert [february.opening, february.closing] == [shillings(200_000), shillings(700_000)]
    assert [march.opening, march.entries, march.closing] == [shillings(700_000), [], shillings(700_000)]


def test_d47_a_statement_counts_only_what_is_entered_by_its_last_day(lease):
    take(bill(lease, 1), 200_000, date(2026, 2, 3), value_date=date(2026, 1, 30), source="late")
    assert of(lease, JANUARY).closing == shillings(200_000)
    entries = shown(of(lease, FEBRUARY).entries)
    assert entries == [
        (1, "Bill, February 2026", 500_000, 700_000), (3, "Payment of 30 January 2026", -200_000, 500_000)
    ]  # fmt: skip


def test_d47_overpaid_a_tenant_is_in_credit_and_applying_it_is_no_line(landlord):
    lease = make_lease(landlord)
    january = make_invoice(lease)
    with clock.travel(date(2026, 1, 7)):
        take(january, 500_000, date(2026, 1, 7), source="payment:7")
        rest = {"source": "payment:7:rest", "note": "rest", "value_date": date(2026, 1, 7)}
        give_credit(lease=lease, amount=shillings(200_000), **rest)
    make_invoice(lease, month=date(2026, 2, 1))
    apply_credits(landlord=landlord, leases=[lease.pk], on=date(2026, 2, 1))
    told = of(lease, JANUARY)
    assert shown(told.entries)[1:] == [(7, "Payment", -700_000, -200_000)]
    assert told.closing == shillings(-200_000)
    assert of(lease, FEBRUARY).closing == bill(lease, 2).balance == shillings(300_000)


def test_d47_withheld_written_off_taken_back_and_withdrawn_each_stand_on_their_day(landlord, lease, travel):
    january, february = bill(lease, 1), bill(lease, 2)
    take(january, 50_000, date(2026, 2, 2), "withholding")
    written = take(january, 150_000, date(2026, 2, 3), "write_off")
    reverse_settlements(settlements=[written], on=date(2026, 2, 4), by=None)
    travel(date(2026, 2, 5))
    cancel_invoices(invoices=[february], by=None)
    told = of(lease, FEBRUARY)
    assert shown(told.entries)[1:] == [
        (2, "Withholding tax", -50_000, 650_000),
        (3, "Write-off", -150_000, 500_000),
        (4, "Write-off: taken back", 150_000, 650_000),
        (5, "Bill withdrawn", -500_000, 150_000),
    ]
    january.refresh_from_db()
    assert told.closing == january.balance


def test_d47_a_late_fee_stands_on_its_own_day_and_a_credit_note_on_its_issue(landlord, lease):
    january = bill(lease, 1)
    days = {"period_start": JANUARY[0], "period_end": JANUARY[1], "currency": "TZS", "landlord": landlord}
    fee = InvoiceLine.unscoped.create(
        invoice=january, lease=lease, kind="late_fee", stream="late-fee", amount=25_000, **days
    )
    LateFee.unscoped.create(
        landlord=landlord, invoice=january, on=date(2026, 1, 9), currency="TZS", amount=25_000, line=fee
    )
    type(january).objects.of(landlord).filter(pk=january.pk).update(total=525_000)
    january.refresh_from_db()
    note = CreditNote.unscoped.create(
        landlord=landlord, invoice=january, number="CRN-DAR001", issue_date=date(2026, 1, 12), currency="TZS",
        total=100_000, reason="Water was out",
    )  # fmt: skip
    CreditNoteLine.unscoped.create(credit_note=note, line=january.lines.first(), amount=100_000, account="4000", **days)
    take(january, 100_000, date(2026, 1, 12), "credit_note")
    told = of(lease, JANUARY)
    assert shown(told.entries) == [
        (1, "Bill, January 2026", 500_000, 500_000),
        (9, "Late fee", 25_000, 525_000),
        (9, "Payment", -300_000, 225_000),
        (12, "Water was out", -100_000, 125_000),
    ]
    january.refresh_from_db()
    assert told.closing == january.balance


def test_d47_an_opening_balance_is_called_so_and_below_zero_is_credit(landlord):
    owing, ahead = make_lease(landlord), make_lease(landlord, tenant="Baraka Lema")
    opened = [OpeningBalance(owing, shillings(80_000)), OpeningBalance(ahead, shillings(-30_000))]
    open_balances(landlord=landlord, balances=opened, on=JANUARY[0])
    assert shown(of(owing, JANUARY).entries) == [(1, "Opening balance", 80_000, 80_000)]
    assert shown(of(ahead, JANUARY).entries) == [(1, "Opening balance", -30_000, -30_000)]


def test_d47_the_deposit_that_is_held_stands_in_a_block_of_its_own(landlord, travel):
    travel(JANUARY[0])
    lease = make_lease(landlord, signed=False, deposit="1000000")
    sign_leases(leases=[lease], by=None)
    charged, rent = lease.invoices.get(lines__kind="deposit"), lease.invoices.get(lines__kind="rent")
    take(charged, 1_000_000, date(2026, 1, 2))
    travel(date(2026, 2, 20))
    kept = {"lease": lease, "by": None}
    apply_deposit(invoices=[rent], amount=shillings(500_000), reason="Rent", on=date(2026, 2, 10), **kept)
    refund_deposit(amount=shillings(400_000), reason="Moved out", on=date(2026, 2, 20), **kept)
    january, february = of(lease, JANUARY), of(lease, FEBRUARY)
    assert shown(january.entries) == [
        (1, "Bill, January 2026", 500_000, 500_000),
        (1, "Deposit", 1_000_000, 1_500_000),
        (2, "Payment", -1_000_000, 500_000),
    ]
    assert shown(january.deposit) == [(2, "Received", -1_000_000, 1_000_000)]
    assert january.deposit_held == shillings(1_000_000)
    assert shown(february.entries) == [(10, "Deposit", -500_000, 0)]
    assert shown(february.deposit) == [
        (10, "Applied. Rent", 500_000, 500_000),
        (20, "Refunded. Moved out", 400_000, 100_000),
    ]
    assert (february.closing, february.deposit_held) == (shillings(0), shillings(100_000))


def test_d47_a_deposit_that_was_held_before_is_no_debt(landlord):
    lease = make_lease(landlord, deposit="750000")
    hold_deposits(landlord=landlord, leases=Lease.objects.of(landlord), on=JANUARY[0])
    told = of(lease, JANUARY)
    assert (told.entries, told.closing, told.deposit_held) == ([], shillings(0), shillings(750_000))


def test_d22_a_tenant_has_a_statement_for_each_lease_in_its_currency(landlord, lease):
    other = make_lease(landlord, currency="USD", rent="300")
    Lease.objects.of(landlord).filter(pk=other.pk).update(tenant=lease.tenant)
    make_invoice(other)
    told = statements_of_tenant(lease.tenant, *FEBRUARY)
    assert sorted(each.closing for each in told if each.lease == lease) == [shillings(700_000)]
    assert [each.closing for each in told if each.lease == other] == [Money(300, "USD")]


@pytest.mark.needs("payments")
def test_d47_a_payment_is_named_by_its_receipt(landlord, travel):
    from modules.payments.services import record_payment, reverse_payments

    travel(date(2026, 1, 7))
    lease = make_lease(landlord)
    january = make_invoice(lease)
    payment = record_payment(invoice=january, amount=shillings(500_000), method="cheque", by=None)
    travel(date(2026, 1, 8))
    reverse_payments(payments=[payment], reason="It bounced", by=None)
    told = of(lease, JANUARY)
    assert shown(told.entries)[1:] == [(7, "Payment", -500_000, 0), (8, "Payment: taken back", 500_000, 500_000)]
    assert [entry.number for entry in told.entries][1:] == ["RCT-DAR001"] * 2
    assert told.entries[1].document == payment.receipt


def test_a_statement_of_ten_years_takes_as_many_queries_as_one_of_a_month(lease, django_assert_max_num_queries):
    for month in range(3, 13):
        make_invoice(lease, month=date(2026, month, 1))
    with django_assert_max_num_queries(12):
        assert len(statement(lease=lease, first=JANUARY[0], last=date(2035, 12, 31)).entries) == 13
