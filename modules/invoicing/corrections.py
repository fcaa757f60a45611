"""Reads of what corrects a bill: credit notes, withheld tax and write-offs (docs/rules.md, D8, D24, D27)."""

from datetime import date

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rentbook.kernel.money import Money, as_money, show
from rentbook.kernel.people import Landlord

from .models import CreditNote, Invoice, InvoiceLine, Settlement

ISSUED = (*Invoice.OPEN, Invoice.State.PAID)
#: What staff enter by hand and may take back by hand: a payment is undone as such, a credit note stands for ever.
BY_HAND = (Settlement.Kind.WITHHOLDING, Settlement.Kind.WRITE_OFF)
STANDING = Q(reversal=None)


def credit_blocked(invoice: Invoice) -> str:
    """Why nothing of an invoice can be credited, as a sentence; empty when it can."""
    if invoice.state in ISSUED:
        return ""
    text = _("%(invoice)s is %(state)s: only what is issued can be credited.")
    return text % {"invoice": invoice, "state": invoice.get_state_display()}


def creditable(invoice: Invoice) -> dict[InvoiceLine, Money]:
    """What may still be credited of each line of an invoice; lines of which nothing is left are not there."""
    lines = InvoiceLine.objects.of(invoice.landlord_id).filter(invoice=invoice, cancelled=False, amount__gt=0)
    lines = lines.annotate(taken=Sum("credited__amount", default=0)).exclude(taken=F("amount"))
    return {line: line.amount - as_money(line.taken, line.currency) for line in lines.order_by("pk")}


def uncredited(invoice: Invoice) -> Money:
    """The invoice's total less its credit notes: with a discount on it, less than its lines have left."""
    notes = CreditNote.objects.of(invoice.landlord_id).filter(invoice=invoice)
    return invoice.total - as_money(notes.aggregate(sum=Sum("total", default=0))["sum"], invoice.currency)


def to_withhold(invoice: Invoice) -> Money:
    """What the tenant is expected to withhold on an invoice and has sent no certificate for; at most what is open."""
    expected = invoice.lines.filter(cancelled=False).aggregate(sum=Sum("withheld", default=0))["sum"]
    certified = Settlement.objects.of(invoice.landlord_id).filter(STANDING, invoice=invoice, kind="withholding")
    left = as_money(expected - certified.aggregate(sum=Sum("amount", default=0))["sum"], invoice.currency)
    return max(min(left, invoice.available), Money(0, invoice.currency))


def withhold_blocked(invoice: Invoice) -> str:
    """Why nothing can be withheld on an invoice, as a sentence; empty when something can."""
    if invoice.state in Invoice.OPEN:
        return ""
    text = _("%(invoice)s is %(state)s: nothing is left to withhold.")
    return text % {"invoice": invoice, "state": invoice.get_state_display()}


def withholdings(landlord: Landlord, first: date, last: date) -> QuerySet[Settlement]:
    """The register: what tenants withheld and have certificates for, by the days of these (docs/rules.md, D27)."""
    rows = Settlement.objects.of(landlord).filter(STANDING, kind=Settlement.Kind.WITHHOLDING)
    rows = rows.filter(value_date__range=(first, last)).select_related("invoice__lease__tenant__contact")
    return rows.select_related("invoice__lease__unit").order_by("value_date", "pk")


def written_off(invoice: Invoice) -> QuerySet[Settlement]:
    """The write-offs of an invoice that stand."""
    return invoice.settlements.filter(STANDING, kind=Settlement.Kind.WRITE_OFF)


def write_off_blocked(invoice: Invoice) -> str:
    """Why an invoice cannot be written off, as a sentence; empty when it can."""
    if invoice.state not in Invoice.OPEN:
        text = _("%(invoice)s is %(state)s: only what is open can be written off.")
        return text % {"invoice": invoice, "state": invoice.get_state_display()}
    if invoice.amount_reserved:
        text = _("%(amount)s of %(invoice)s is being paid: wait for it, or cancel that payment.")
        return text % {"invoice": invoice, "amount": show(invoice.amount_reserved, get_language(), plain=True)}
    return ""


def recover_blocked(invoice: Invoice) -> str:
    """Why there is nothing to recover on an invoice, as a sentence; empty when there is."""
    if written_off(invoice).exists():
        return ""
    return _("Nothing of %(invoice)s is written off.") % {"invoice": invoice}


def take_back_blocked(settlement: Settlement) -> str:
    """Why a settlement cannot be taken back by hand, as a sentence; empty when it can."""
    if settlement.kind not in BY_HAND:
        text = _("This is a %(kind)s: only withheld tax and write-offs are taken back here.")
        return text % {"kind": settlement.get_kind_display()}
    if Settlement.objects.of(settlement.landlord_id).filter(reverses=settlement).exists():
        return _("It was taken back before.")
    return ""
