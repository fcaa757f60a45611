"""Taking back what settled an invoice: never an edit, but a row with the opposite amount (docs/rules.md, R11, D36)."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet, Value

from modules.invoicing.events import SettlementReversed
from modules.invoicing.models import Credit, Invoice, Settlement
from modules.invoicing.wording import plain
from rentbook.kernel import log
from rentbook.kernel.money import AmountField
from rentbook.kernel.people import User, check_open
from rentbook.kernel.states import move

from .settling import change_sums, lock_invoice


@transaction.atomic
def reverse_settlements(
    *, settlements: Iterable[Settlement], on: date, by: User | None, reason: str = ""
) -> list[Settlement]:
    """Take each settlement back by a reversal dated `on`, and open its invoice again; returns the reversals.

    An invoice that was paid is sent again, or overdue where its due date is before `on`. What was reversed before is
    left alone. Raises BooksLocked for a day in a closed month.
    """
    return [reversal for settlement in settlements if (reversal := _reverse(settlement, on, reason, by))]


def _reverse(settlement: Settlement, on: date, reason: str, by: User | None) -> Settlement | None:
    invoice, source = lock_invoice(settlement.invoice), _source(settlement)
    own = Settlement.objects.of(settlement.landlord_id)
    if own.filter(source=source).exists():
        return None
    check_open(invoice.landlord, on)
    change_sums(invoice, amount_paid=-settlement.amount.amount)
    reversal = own.create(
        landlord_id=settlement.landlord_id,
        invoice=invoice,
        kind=Settlement.Kind.REVERSAL,
        currency=settlement.currency,
        amount=-settlement.amount,
        value_date=on,
        entry_date=on,
        reference=settlement.reference,
        reason=reason,
        account=settlement.account,
        source=source,
        reverses=settlement,
    )
    told = {"kind": settlement.kind, "amount": plain(reversal.amount), "source": source, "reason": reason}
    log.record([invoice], SettlementReversed.name, by=by, **told)
    back = "reopen_late" if invoice.due_date < on else "reopen"
    move(Invoice.objects.of(invoice.landlord_id).filter(pk=invoice.pk), back, by=by)
    SettlementReversed(invoice.landlord_id, invoice.pk).emit()
    return reversal


def _source(row: Settlement | Credit) -> str:
    """One cause is reversed once and for ever."""
    return f"{row.source}:reversed"


@transaction.atomic
def reverse_credits(*, credits: Iterable[Credit], on: date, by: User | None) -> list[Credit]:
    """Take credit back whole: what it settled is reversed, what is left of it can settle nothing any more.

    Returns the reversals, dated `on`. The caller holds the lock of the leases' invoices (`lock_ledgers`). What was
    reversed before is left alone. Raises BooksLocked for a day in a closed month.
    """
    return [reversal for credit in credits if (reversal := _reverse_credit(credit, on, by))]


def _reverse_credit(credit: Credit, on: date, by: User | None) -> Credit | None:
    own = Credit.objects.of(credit.landlord_id)
    credit = own.select_for_update(of=("self",)).select_related("landlord").get(pk=credit.pk)
    if own.filter(reverses=credit).exists():
        return None
    check_open(credit.landlord, on)
    used = Settlement.objects.of(credit.landlord_id).filter(
        kind=Settlement.Kind.CREDIT, source__startswith=f"credit:{credit.pk}:"
    )
    reverse_settlements(settlements=used.select_related("invoice"), on=on, by=by)
    credit.applied = credit.amount
    credit.save(update_fields=["applied"])
    return own.create(
        landlord_id=credit.landlord_id,
        lease_id=credit.lease_id,
        currency=credit.currency,
        amount=-credit.amount,
        applied=-credit.amount,
        value_date=on,
        entry_date=on,
        account=credit.account,
        note=credit.note,
        source=_source(credit),
        reverses=credit,
    )


@transaction.atomic
def unapply_credits(*, invoices: QuerySet[Invoice], on: date, by: User | None) -> list[Settlement]:
    """Give tenants back the credit that settled these bills, of one landlord, to be applied to others.

    Returns the reversals, dated `on`. Raises BooksLocked for a day in a closed month.
    """
    rows = Settlement.unscoped.filter(invoice__in=invoices, kind=Settlement.Kind.CREDIT, reversal=None)
    used = list(rows.select_related("invoice"))
    taken_back = reverse_settlements(settlements=used, on=on, by=by)
    for settlement in used:
        own = Credit.objects.of(settlement.landlord_id).filter(pk=credit_of(settlement))
        own.update(applied=F("applied") - Value(settlement.amount.amount, AmountField()))
    return taken_back


def credit_of(settlement: Settlement) -> int:
    """The key of the credit that settled it."""
    return int(settlement.source.split(":")[1])
