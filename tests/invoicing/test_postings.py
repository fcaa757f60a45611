"""Every document has a balanced entry, read from its own rows (docs/rules.md, D46)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from modules.invoicing.models import Credit, CreditNote, CreditNoteLine, DepositEntry, Invoice, InvoiceLine, Settlement
from modules.invoicing.services import (
    ManualLine,
    apply_credits,
    cancel_invoices,
    draft_invoice,
    give_credit,
    open_balances,
    reverse_credits,
    reverse_settlements,
    settle,
)
from modules.invoicing.services.opening import OpeningBalance
from rentbook.kernel.accounts import Account
from rentbook.kernel.books import balances, differences, unbalanced
from rentbook.kernel.contributions import Posting, book_checks, postings
from rentbook.kernel.money import Money
from rentbook.kernel.people import BooksLocked
from tests.factories import make_invoice, make_landlord, make_lease

pytestmark = pytest.mark.django_db
FIRST, DAY = date(2026, 1, 1), date(2026, 1, 5)


@pytest.fixture(autouse=True)
def _fifth_of_january(travel):
    travel(DAY)


@pytest.fixture
def invoice(landlord) -> Invoice:
    """500,000 for January, issued on the 1st."""
    invoice = make_invoice(make_lease(landlord))
    invoice.lines.update(account=Account.RENT)
    return invoice


def shillings(amount) -> Money:
    return Money(amount, "TZS")


#: What a withholding and a write-off are not without.
PROVED = {"reference": "WHT-7", "reason": "Nobody will pay it."}


def take(invoice, amount, kind: str = "payment", source: str = "", **options) -> Settlement:
    days = {"value_date": DAY, "entry_date": DAY}
    source = source or f"test:{kind}:{invoice.pk}"
    return settle(
        invoice=invoice, kind=kind, amount=shillings(amount), source=source, by=None, **PROVED | days | options
    )


def trial(landlord, on: date = date.max) -> dict[str, int]:
    """Each account that is not even: debits less credits."""
    found = {Account(code).name: int(debit - credit) for (code, _), (debit, credit) in balances(landlord, on).items()}
    return {name: amount for name, amount in found.items() if amount}


def breaks(landlord) -> list[str]:
    return [text for check in book_checks for text in check.breaks(landlord)]


# --- Bills ----------------------------------------------------------------------------------------------------------


def test_d46_a_bill_is_owed_and_earned_on_the_day_of_its_issue(landlord, invoice):
    assert trial(landlord) == {"RECEIVABLE": 500_000, "RENT": -500_000}
    assert trial(landlord, date(2025, 12, 31)) == {}
    assert trial(landlord, FIRST) == {"RECEIVABLE": 500_000, "RENT": -500_000}


def test_d46_a_draft_posts_nothing(landlord, invoice):
    draft_invoice(lease=invoice.lease, lines=[ManualLine("key", shillings(5000))], due_date=DAY)
    assert trial(landlord) == {"RECEIVABLE": 500_000, "RENT": -500_000}
    assert breaks(landlord) == []


def test_d46_a_bill_that_is_withdrawn_posts_its_opposite_on_that_day(landlord, invoice):
    cancel_invoices(invoices=[invoice], by=None)
    invoice.refresh_from_db()
    assert invoice.cancelled_on == DAY
    assert trial(landlord, date(2026, 1, 4)) == {"RECEIVABLE": 500_000, "RENT": -500_000}
    assert trial(landlord) == {}
    assert breaks(landlord) == []


def test_d46_an_issued_bill_is_not_withdrawn_without_its_day(invoice):
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.of(invoice.landlord_id).update(state="cancelled")


def test_d46_a_discount_stands_on_the_other_side(landlord, invoice):
    line = invoice.lines.get()
    common = {"invoice": invoice, "lease": invoice.lease, "landlord": landlord, "currency": "TZS"}
    days = {"period_start": line.period_start, "period_end": line.period_end}
    InvoiceLine.unscoped.create(kind="discount", stream="discount", amount=-50_000, account="4000", **common, **days)
    Invoice.objects.of(landlord).update(total=450_000)
    assert balances(landlord)["4000", "TZS"] == (Decimal(50_000), Decimal(500_000))
    assert trial(landlord) == {"RECEIVABLE": 450_000, "RENT": -450_000}
    assert breaks(landlord) == []


def test_d46_opening_balances_are_no_income(landlord):
    owing, ahead = make_lease(landlord), make_lease(landlord, tenant="Baraka Lema")
    opened = [OpeningBalance(owing, shillings(80_000)), OpeningBalance(ahead, shillings(-30_000))]
    open_balances(landlord=landlord, balances=opened, on=DAY)
    assert trial(landlord) == {"RECEIVABLE": 80_000, "PREPAID": -30_000, "OPENING": -50_000}
    assert breaks(landlord) == []


# --- What settles them ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "account"),
    [("payment", "CASH"), ("withholding", "WITHHELD"), ("write_off", "BAD_DEBTS")],
)
def test_d46_what_settles_a_bill_stands_on_the_account_of_its_kind(landlord, invoice, kind, account):
    take(invoice, 100_000, kind)
    assert trial(landlord) == {"RECEIVABLE": 400_000, account: 100_000, "RENT": -500_000}
    assert breaks(landlord) == []


def test_d46_the_books_count_by_the_day_of_the_entry(landlord, invoice):
    take(invoice, 100_000, value_date=FIRST)
    assert trial(landlord, date(2026, 1, 4)) == {"RECEIVABLE": 500_000, "RENT": -500_000}


def test_d36_a_reversal_stands_on_the_other_side_of_the_same_account(landlord, invoice):
    settlement = take(invoice, 100_000, account=Account.BANK)
    reverse_settlements(settlements=[settlement], on=DAY, by=None)
    assert balances(landlord)["1020", "TZS"] == (Decimal(100_000), Decimal(100_000))
    assert trial(landlord) == {"RECEIVABLE": 500_000, "RENT": -500_000}
    assert breaks(landlord) == []


def test_d26_credit_is_owed_to_the_tenant_until_it_is_applied(landlord, invoice):
    credit = give_credit(
        lease=invoice.lease, amount=shillings(200_000), value_date=DAY, source="payment:7:rest", note=""
    )
    assert trial(landlord) == {"CASH": 200_000, "PREPAID": -200_000, "RECEIVABLE": 500_000, "RENT": -500_000}
    apply_credits(landlord=landlord, leases=[invoice.lease_id], on=DAY)
    assert trial(landlord) == {"CASH": 200_000, "RECEIVABLE": 300_000, "RENT": -500_000}
    reverse_credits(credits=[credit], on=DAY, by=None)
    assert trial(landlord) == {"RECEIVABLE": 500_000, "RENT": -500_000}


def test_d46_a_credit_note_takes_income_back_once_and_its_rest_becomes_credit(landlord, invoice):
    take(invoice, 400_000)
    note = CreditNote.unscoped.create(
        landlord=landlord,
        invoice=invoice,
        number="CRN-DAR001",
        issue_date=DAY,
        currency="TZS",
        total=150_000,
        reason="x",
    )
    line = invoice.lines.get()
    CreditNoteLine.unscoped.create(
        landlord=landlord, credit_note=note, line=line, period_start=line.period_start, period_end=line.period_end,
        currency="TZS", amount=150_000, account=line.account,
    )  # fmt: skip
    take(invoice, 100_000, "credit_note")
    source = f"credit_note:{note.pk}"
    credit = give_credit(lease=invoice.lease, amount=shillings(50_000), value_date=DAY, source=source, note="")
    assert credit.account == Account.RECEIVABLE
    assert trial(landlord) == {"CASH": 400_000, "RENT": -350_000, "PREPAID": -50_000}
    assert breaks(landlord) == []


@pytest.mark.needs("payments")
@pytest.mark.parametrize(
    ("method", "account"),
    [
        ("cash", "CASH"),
        ("mobile_money", "MOBILE_MONEY"),
        ("online", "ONLINE"),
        ("bank_transfer", "BANK"),
        ("cheque", "BANK"),
    ],
)
def test_d46_money_stands_on_the_account_of_its_method_whether_it_settles_or_is_credit(
    landlord, invoice, method, account
):
    from modules.payments.models import Payment
    from modules.payments.services import complete_payment, record_payment, reverse_payments

    record_payment(invoice=invoice, amount=shillings(300_000), method=method, by=None)
    more = Payment.unscoped.create(
        landlord=landlord, invoice=invoice, method=method, currency="TZS", amount=250_000, state="pending"
    )
    complete_payment(payment=more)
    assert trial(landlord) == {account: 550_000, "PREPAID": -50_000, "RENT": -500_000}
    assert breaks(landlord) == []
    reverse_payments(payments=[more], reason="It came twice", by=None)
    assert trial(landlord) == {account: 300_000, "RECEIVABLE": 200_000, "RENT": -500_000}
    assert breaks(landlord) == []


def test_d48_credit_is_not_entered_in_a_closed_month(landlord, invoice):
    landlord.locked_through = DAY
    landlord.save()
    lease = Invoice.objects.of(landlord).get().lease
    given = {"lease": lease, "amount": shillings(1), "value_date": DAY, "note": ""}
    with pytest.raises(BooksLocked):
        give_credit(**given, source="one")
    assert not Credit.objects.of(landlord).exists()
    assert give_credit(**given, source="one", entry_date=date(2026, 1, 6)).value_date == DAY


# --- The ledger -----------------------------------------------------------------------------------------------------


def test_d22_two_currencies_are_never_added(landlord, invoice):
    make_invoice(make_lease(landlord, currency="USD", rent="300"))
    found = balances(landlord)
    assert (found["1100", "TZS"][0], found["1100", "USD"][0]) == (Decimal(500_000), Decimal(300))


def test_a_ledger_holds_nothing_of_a_neighbour(landlord, invoice):
    other = make_landlord(code="DLA")
    make_invoice(make_lease(other, rent="120000"))
    assert trial(landlord) == {"RECEIVABLE": 500_000, "RENT": -500_000}
    assert {currency for _account, currency in balances(other)} == {"XAF"}
    assert balances(make_landlord(code="KWT")) == {}


def test_d46_an_entry_that_does_not_balance_is_named(landlord, invoice):
    [debit, _credit] = postings["invoicing.credits"].rows(landlord)
    give_credit(lease=invoice.lease, amount=shillings(1), value_date=DAY, source="one", note="")
    half = Posting("test.half", lambda landlord: [debit])
    with postings.temporarily(half):
        assert unbalanced(landlord) == [f"credit:{Credit.objects.of(landlord).get().pk}"]
    assert unbalanced(landlord) == []


@pytest.mark.parametrize(
    ("model", "changes", "account"),
    [
        (Settlement, {"amount": 99_999}, "1100"),
        (Settlement, {"account": "2000"}, "2000"),
        (InvoiceLine, {"account": "1100"}, "1100"),
        (Credit, {"applied": 1}, "2000"),
        (DepositEntry, {"amount": 2, "account": "2100"}, "2100"),
        (Invoice, {"total": 500_001}, "1100"),
    ],
    ids=["amount", "account", "line", "credit", "deposit", "bill"],
)
def test_d46_a_figure_that_was_tampered_with_is_found(landlord, invoice, model, changes, account):
    take(invoice, 100_000)
    give_credit(lease=invoice.lease, amount=shillings(1), value_date=DAY, source="one", note="")
    DepositEntry.unscoped.create(
        landlord=landlord,
        lease=invoice.lease,
        kind="held",
        currency="TZS",
        amount=1,
        on=DAY,
        account="3000",
        source="held:1",
    )
    assert breaks(landlord) == []
    model.objects.of(landlord).update(**changes)
    assert any(f"account {account}" in text or account in text for text in breaks(landlord)), breaks(landlord)


def test_d46_a_difference_is_told_by_lease_and_amount(landlord, invoice):
    rows = Invoice.objects.of(landlord).order_by().values_list("lease", "currency", "amount_paid")
    assert differences(landlord, [Account.RECEIVABLE], [rows]) == [(invoice.lease_id, shillings(500_000))]
