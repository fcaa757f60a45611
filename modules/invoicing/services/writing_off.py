"""What is given up, and what comes back after all: write-offs, recovery, and entries by hand taken back (R11)."""

from collections.abc import Iterable
from operator import attrgetter

from django.db import transaction

from modules.invoicing.corrections import recover_blocked, take_back_blocked, write_off_blocked, written_off
from modules.invoicing.models import Invoice, Settlement
from rentbook.kernel import clock
from rentbook.kernel.people import User
from rentbook.kernel.states import Refused

from .crediting import checked_reason
from .reversing import reverse_settlements
from .settling import apply_credits, lock_invoice, lock_ledgers, next_source, settle

KIND = Settlement.Kind.WRITE_OFF


@transaction.atomic
def write_off(*, invoices: Iterable[Invoice], reason: str, by: User | None) -> list[int]:
    """Give up what is left to pay on open invoices, dated today; returns their keys.

    Raises ValidationError without a reason, Refused for an invoice that is not open or is being paid, and BooksLocked
    where today lies in a closed month.
    """
    reason, locked = checked_reason(reason), [lock_invoice(each) for each in _in_order(invoices)]
    for invoice in locked:
        if blocked := write_off_blocked(invoice):
            raise Refused(blocked, code="state")
    for invoice in locked:
        today = clock.today(invoice.landlord)
        settle(
            invoice=invoice,
            kind=KIND,
            amount=invoice.balance,
            value_date=today,
            entry_date=today,
            source=next_source(invoice, KIND),
            reason=reason,
            by=by,
        )
    return [invoice.pk for invoice in locked]


@transaction.atomic
def recover(*, invoices: Iterable[Invoice], reason: str, by: User | None) -> list[int]:
    """Owe again what was written off of invoices, since it may be paid after all; returns their keys.

    Raises ValidationError without a reason, Refused for an invoice of which nothing is written off, and BooksLocked.
    """
    rows = _in_order(invoices)
    lock_ledgers([invoice.lease_id for invoice in rows])
    for invoice in rows:
        if blocked := recover_blocked(invoice):
            raise Refused(blocked, code="state")
    take_back(settlements=[row for invoice in rows for row in written_off(invoice)], reason=reason, by=by)
    return [invoice.pk for invoice in rows]


@transaction.atomic
def take_back(*, settlements: Iterable[Settlement], reason: str, by: User | None) -> list[Settlement]:
    """Take withheld tax or a write-off back by a reversal dated today: the invoice is open again (D36).

    Other credit of the tenant settles it at once (D26). Returns the reversals. Raises ValidationError without a
    reason, Refused for any other settlement and for one that was taken back before, and BooksLocked.
    """
    reason, rows = checked_reason(reason), sorted(settlements, key=attrgetter("invoice_id", "pk"))
    lock_ledgers([row.invoice.lease_id for row in rows])
    made = []
    for row in rows:
        if blocked := take_back_blocked(row):
            raise Refused(blocked, code="state")
        today = clock.today(row.landlord)
        made += reverse_settlements(settlements=[row], on=today, by=by, reason=reason)
        apply_credits(landlord=row.landlord, leases=[row.invoice.lease_id], on=today)
    return made


def _in_order(invoices: Iterable[Invoice]) -> list[Invoice]:
    """By key, so that two who lock some of the same wait for each other and never both."""
    return sorted(invoices, key=attrgetter("pk"))
