"""What is held of deposits begins with a bill, or with what the landlord held before (docs/rules.md, D25)."""

from dataclasses import replace
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from modules.invoicing.billing import series
from modules.invoicing.deposits import DEPOSIT
from modules.invoicing.due_dates import due_date
from modules.invoicing.events import InvoicesIssued
from modules.invoicing.models import DepositEntry, Invoice, InvoiceLine
from modules.invoicing.periods import periods
from modules.leasing.models import Lease
from modules.leasing.terms import BillingTerms
from rentbook.kernel import clock, log
from rentbook.kernel.accounts import Account
from rentbook.kernel.numbering import take_numbers
from rentbook.kernel.people import Landlord, User, check_open

from .settling import apply_credits

STREAM = "deposit"


@transaction.atomic
def bill_deposits(*, landlord: Landlord, leases: QuerySet[Lease], by: User | None) -> int:
    """Bill the deposits agreed in leases that were signed today, each on a bill of its own; returns how many.

    It is due with the first rent in advance, by the lease's due rule. A lease whose deposit stands on a bill is passed
    over. Raises BooksLocked when today is in a closed month.
    """
    on = clock.today(landlord)
    charged = InvoiceLine.objects.of(landlord).filter(kind=DEPOSIT, cancelled=False).values("lease")
    rows = list(leases.filter(deposit__gt=0).exclude(pk__in=charged).order_by("pk"))
    if rows:
        check_open(landlord, on)
        invoices = [_bill(landlord, lease, on) for lease in rows]
        log.record(invoices, InvoicesIssued.name, by=by)
        apply_credits(landlord=landlord, leases=[lease.pk for lease in rows], on=on)
        InvoicesIssued(landlord.pk, None).emit()
    return len(rows)


def deposit_due(terms: BillingTerms) -> date:
    """The last day to pay a deposit: that of the first rent, were it billed in advance (docs/rules.md, R2)."""
    ahead = replace(terms, in_arrears=False)
    return due_date(next(periods(ahead, until=terms.start)), ahead)


def _bill(landlord: Landlord, lease: Lease, on: date) -> Invoice:
    [number] = take_numbers(landlord, series(lease.start), 1)
    common = {"landlord": landlord, "lease": lease, "currency": lease.currency}
    common |= {"period_start": lease.start, "period_end": lease.start}
    invoice = Invoice.objects.of(landlord).create(
        **common,
        number=number,
        state=Invoice.State.SENT,
        issue_date=on,
        due_date=deposit_due(lease.terms),
        total=lease.deposit,
    )
    InvoiceLine.objects.of(landlord).create(
        **common, invoice=invoice, kind=DEPOSIT, stream=STREAM, amount=lease.deposit, account=Account.DEPOSITS
    )
    return invoice


@transaction.atomic
def hold_deposits(*, landlord: Landlord, leases: QuerySet[Lease], on: date, by: User | None = None) -> int:
    """Enter the agreed deposits of leases that were taken over as held, once each, dated `on`; returns how many.

    Raises BooksLocked for a day in a closed month.
    """
    known = DepositEntry.objects.of(landlord).filter(kind=DepositEntry.Kind.HELD).values("lease")
    new = list(leases.filter(deposit__gt=0).exclude(pk__in=known).order_by("pk"))
    if new:
        check_open(landlord, on)
    common = {"landlord": landlord, "kind": DepositEntry.Kind.HELD, "account": Account.OPENING, "on": on, "by": by}
    DepositEntry.objects.of(landlord).bulk_create(
        DepositEntry(lease=lease, currency=lease.currency, amount=lease.deposit, source=f"held:{lease.pk}", **common)
        for lease in new
    )
    return len(new)
