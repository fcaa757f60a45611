"""The credit note as a PDF: what an invoice asked too much, and where it went (docs/rules.md, D8)."""

from modules.invoicing.models import CreditNote
from rentbook.exchange.pdf import render_pdf
from rentbook.exchange.pictures import logo
from rentbook.kernel.money import Money

from .lines import credited
from .settled import cause


def credit_note_pdf(note: CreditNote, language: str) -> bytes:
    """The credit note in the language: its lines, what of it settled its invoice, and what is kept as credit."""
    lines = note.lines.select_related("line").order_by("pk")
    taken_off = settled_by(note)
    context = {
        "note": note,
        "invoice": note.invoice,
        "landlord": note.landlord,
        "logo": logo(note.landlord),
        "tenant": note.invoice.lease.tenant.contact,
        "unit": note.invoice.lease.unit,
        "lines": [credited(line, language) for line in lines],
        "taken_off": taken_off,
        "credit": note.total - taken_off,
    }
    return render_pdf("invoicing/papers/credit_note.html", context, language)


def settled_by(note: CreditNote) -> Money:
    """What of it settled its own invoice; the rest is the tenant's credit."""
    rows = note.invoice.settlements.select_related("reverses")
    own = (row.amount for row in rows if cause(row) == f"credit_note:{note.pk}")
    return sum(own, Money(0, note.currency))
