"""Opening balances: what a tenant owed, or had paid ahead, on the day Rentbook took the lease over (D49)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from modules.invoicing.billing import series
from modules.invoicing.models import Credit, Invoice, InvoiceLine
from modules.leasing.models import Lease
from rentbook.kernel import clock
from rentbook.kernel.accounts import Account
from rentbook.kernel.money import Money
from rentbook.kernel.numbering import take_numbers
from rentbook.kernel.people import Landlord, check_open

from .settling import give_credit

STREAM = "opening-balance"


@dataclass(frozen=True)
class OpeningBalance:
    """Positive: the tenant owes it. Negative: it was paid ahead. In the lease's currency."""

    lease: Lease
    amount: Money


@transaction.atomic
def open_balances(*, landlord: Landlord, balances: Iterable[OpeningBalance], on: date | None = None) -> int:
    """Enter each balance once, dated `on` (today by default), and message nobody; returns how many were new.

    A lease that has an opening entry already keeps it: a changed figure is a correction, not a second opening.
    """
    on = on or clock.today(landlord)
    balances = [balance for balance in balances if balance.amount]
    known = opening_amounts(landlord, [balance.lease.pk for balance in balances])
    new = [balance for balance in balances if balance.lease.pk not in known]
    if new:
        check_open(landlord, on)
    owed = [balance for balance in new if balance.amount.amount > 0]
    numbers = take_numbers(landlord, series(on), len(owed)) if owed else []
    for balance, number in zip(owed, numbers, strict=True):
        _enter(landlord, balance, number, on)
    for balance in new:
        if balance.amount.amount < 0:
            source = f"opening:{balance.lease.pk}"
            give_credit(
                lease=balance.lease, amount=-balance.amount, value_date=on, source=source, note="Opening balance"
            )
    return len(new)


def opening_amounts(landlord: Landlord, leases: Iterable[int]) -> dict[int, Money]:
    """The opening balance of each lease that ever had one, withdrawn or not."""
    leases = list(leases)
    rows = InvoiceLine.objects.of(landlord).filter(lease__in=leases, stream=STREAM)
    found = {row.lease_id: row.amount for row in rows}
    credits = Credit.objects.of(landlord).filter(source__in=[f"opening:{key}" for key in leases])
    return found | {row.lease_id: -row.amount for row in credits}


def _enter(landlord: Landlord, balance: OpeningBalance, number: str, on: date) -> None:
    common = {"landlord": landlord, "lease": balance.lease, "currency": balance.lease.currency}
    invoice = Invoice.unscoped.create(
        **common,
        number=number,
        state=Invoice.State.SENT,
        issue_date=on,
        due_date=on,
        period_start=on,
        period_end=on,
        total=balance.amount,
    )
    InvoiceLine.unscoped.create(
        **common,
        invoice=invoice,
        kind=InvoiceLine.Kind.OPENING,
        stream=STREAM,
        period_start=on,
        period_end=on,
        amount=balance.amount,
        account=Account.OPENING,
    )
