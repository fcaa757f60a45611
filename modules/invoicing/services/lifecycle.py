"""Sending, overdue and cancelling: the moves of an invoice that are not about money."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from modules.invoicing.billing import series
from modules.invoicing.events import InvoicesIssued
from modules.invoicing.models import BillingPolicy, Invoice, InvoiceLine
from modules.invoicing.selectors import credited
from rentbook.kernel import clock
from rentbook.kernel.inserting import update_each
from rentbook.kernel.keys import among
from rentbook.kernel.numbering import take_numbers
from rentbook.kernel.people import Landlord, User, check_open
from rentbook.kernel.states import Refused, keys_of, move, refuse_unless, why_not

from .settling import apply_credits

LATE = Q(state=Invoice.State.SENT, amount_paid__lt=F("total"))


BATCH = 10_000


def _locked(invoices: Iterable[Invoice]) -> list[Invoice]:
    rows = Invoice.unscoped.filter(pk__in=keys_of(invoices))
    return list(rows.order_by("pk").select_for_update(of=("self",)).select_related("landlord"))


def _by_landlord(rows: Iterable[Invoice]) -> dict[Landlord, list[int]]:
    found: dict[Landlord, list[int]] = {}
    for invoice in rows:
        found.setdefault(invoice.landlord, []).append(invoice.pk)
    return found


@transaction.atomic
def send_invoices(*, invoices: Iterable[Invoice], by: User | None) -> list[int]:
    """Issue drafts: each gets its number and today's date; returns their keys. Raises Refused for one that is not."""
    keys = keys_of(invoices)
    owners = Invoice.unscoped.filter(among(keys)).order_by().values("landlord")
    landlords = Landlord.objects.select_for_update(no_key=True).filter(pk__in=owners).order_by("pk")
    return [key for own in landlords for key in _send(own, keys, by=by, on=clock.today(own))]


def send_reviewed(*, landlord: Landlord, on: date) -> int:
    """Issue the drafts of the daily run that were there to be looked at for the landlord's days of review.

    Returns how many. Nothing is issued into a closed month.
    """
    if landlord.locked_through and on <= landlord.locked_through:
        return 0
    days = BillingPolicy.objects.of(landlord).values_list("review_days", flat=True).first() or 0
    drafts = Invoice.objects.of(landlord).filter(state=Invoice.State.DRAFT, run__last__lte=on - timedelta(days=days))
    sent = 0
    while keys := list(drafts.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            Landlord.objects.select_for_update(no_key=True).get(pk=landlord.pk)
            sent += len(_send(landlord, keys, by=None, on=on))
    return sent


def _send(landlord: Landlord, keys: Sequence[int], *, by: User | None, on: date) -> list[int]:
    """Issue the landlord's drafts among these keys, with a block of numbers for each series (R6)."""
    check_open(landlord, on)
    own = Invoice.objects.of(landlord).filter(among(keys))
    names = {key: series(start) for key, start in own.order_by("pk").values_list("pk", "period_start")}
    blocks = {
        name: iter(take_numbers(landlord, name, count)) for name, count in sorted(Counter(names.values()).items())
    }
    leases = list(own.order_by("pk").select_for_update(of=("self",)).values_list("lease", flat=True))
    refuse_unless(own.exclude(state=Invoice.State.DRAFT)[:1], "send")
    update_each(Invoice, "number", {key: next(blocks[name]) for key, name in names.items()})
    moved = move(own, "send", by=by, issue_date=on)
    # What discounts leave nothing of is paid (R11).
    move(own.filter(total=0), "pay", by=by)
    apply_credits(landlord=landlord, leases=credited(landlord, leases), on=on)
    InvoicesIssued(landlord.pk, None).emit()
    return moved


@transaction.atomic
def cancel_invoices(*, invoices: Iterable[Invoice], by: User | None) -> list[int]:
    """Withdraw unpaid invoices and free their lines (R10); returns their keys.

    Raises Refused for one that has money on it, or on its way.
    """
    rows = _locked(invoices)
    refuse_unless(rows, "cancel")
    moved = []
    for landlord, own in _by_landlord(rows).items():
        today = clock.today(landlord)
        check_open(landlord, today)
        moved += move(Invoice.objects.of(landlord).filter(pk__in=own), "cancel", by=by, cancelled_on=today)
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
