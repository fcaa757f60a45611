"""Sending, overdue and cancelling: the moves of an invoice that are not about money."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from modules.invoicing.billing import series
from modules.invoicing.events import InvoicesIssued
from modules.invoicing.models import Invoice, InvoiceLine
from rentbook.kernel import clock
from rentbook.kernel.keys import among
from rentbook.kernel.numbering import lock_series, take_numbers
from rentbook.kernel.people import Landlord, User, check_open
from rentbook.kernel.states import Refused, keys_of, move, refuse_unless, why_not

from .settling import apply_credits

LATE = Q(state=Invoice.State.SENT, amount_paid__lt=F("total"))


def _locked(invoices: Iterable[Invoice]) -> list[Invoice]:
    rows = Invoice.unscoped.filter(pk__in=keys_of(invoices))
    return list(rows.order_by("pk").select_for_update(of=("self",)).select_related("landlord"))


@transaction.atomic
def send_invoices(*, invoices: Iterable[Invoice], by: User | None) -> list[int]:
    """Issue drafts: each gets its number and today's date; returns their keys. Raises Refused for one that is not."""
    invoices = list(invoices)
    wanted = {(invoice.landlord_id, series(invoice.period_start)): invoice.landlord for invoice in invoices}
    for (_key, name), landlord in sorted(wanted.items(), key=lambda item: item[0]):
        lock_series(landlord, name)
    rows = _locked(invoices)
    refuse_unless(rows, "send")
    moved = []
    for invoice in rows:
        today = clock.today(invoice.landlord)
        check_open(invoice.landlord, today)
        [number] = take_numbers(invoice.landlord, series(invoice.period_start), 1)
        moved += move(Invoice.unscoped.filter(pk=invoice.pk), "send", by=by, number=number, issue_date=today)
        apply_credits(landlord=invoice.landlord, leases=[invoice.lease_id], on=today)
        InvoicesIssued(invoice.landlord_id, None).emit()
    return moved


@transaction.atomic
def cancel_invoices(*, invoices: Iterable[Invoice], by: User | None) -> list[int]:
    """Withdraw unpaid invoices and free their lines (R10); returns their keys.

    Raises Refused for one that has money on it, or on its way.
    """
    rows = _locked(invoices)
    refuse_unless(rows, "cancel")
    for invoice in rows:
        check_open(invoice.landlord, clock.today(invoice.landlord))
    moved = move(Invoice.unscoped.filter(pk__in=[invoice.pk for invoice in rows]), "cancel", by=by)
    InvoiceLine.unscoped.filter(invoice__in=moved).update(cancelled=True)
    return moved


@transaction.atomic
def mark_invoices_overdue(*, invoices: Iterable[Invoice], by: User | None) -> list[int]:
    """Mark chosen invoices as overdue; returns their keys. Raises Refused for one that is not late (D16)."""
    rows: QuerySet[Invoice] = (
        invoices if isinstance(invoices, QuerySet) else Invoice.unscoped.filter(among(keys_of(invoices)))
    )
    moved = []
    for landlord in Landlord.objects.filter(pk__in=rows.values("landlord")):
        own = rows.filter(landlord=landlord)
        late = LATE & Q(due_date__lt=clock.today(landlord))
        if early := own.exclude(late).select_related("landlord").first():
            raise Refused(overdue_blocked(early) or why_not(early, "become_overdue"))
        moved += move(own, "become_overdue", by=by)
    return moved


def overdue_blocked(invoice: Invoice) -> str:
    """Why an invoice is not overdue, as a sentence; empty when it is (docs/rules.md, D16)."""
    if invoice.due_date >= clock.today(invoice.landlord):
        return _("%(invoice)s is due on %(day)s: it is not late.") % {"invoice": invoice, "day": invoice.due_date}
    return "" if invoice.balance else _("%(invoice)s is settled in full.") % {"invoice": invoice}


def mark_overdue(*, landlord: Landlord, on: date, by: User | None = None) -> int:
    """Mark what is issued, not settled and due before `on` as overdue (D16); returns how many."""
    late = Invoice.objects.of(landlord).filter(LATE, due_date__lt=on)
    return len(move(late, "become_overdue", by=by))
