"""How far each line of an invoice is settled, as the database has it (docs/rules.md, D30)."""

from collections import defaultdict
from decimal import Decimal

from modules.leasing.streams import TAX
from rentbook.kernel.money import Money

from .allocation import Asked, Settled, allocate
from .models import CreditNoteLine, Invoice, InvoiceLine, Settlement

Kind = InvoiceLine.Kind


def allocated(invoice: Invoice) -> dict[InvoiceLine, Money]:
    """What of each line is settled, in the invoice's currency; together as much as is paid on it. Three queries."""
    lines = list(invoice.lines.all())
    kinds = {line.stream: line.kind for line in lines if line.kind != Kind.TAX}
    asked = [Asked(line.pk, _kind(line, kinds), line.amount.amount) for line in lines]
    settled = allocate(asked, _settled(invoice))
    return {line: Money(settled[line.pk], invoice.currency) for line in lines}


def _kind(line: InvoiceLine, kinds: dict[str, str]) -> str:
    """The line's kind; of a tax that of the stream that it is on."""
    return kinds.get(line.stream.removeprefix(TAX), line.kind) if line.kind == Kind.TAX else line.kind


def _settled(invoice: Invoice) -> list[Settled]:
    own: dict[str, dict[int, Decimal]] = defaultdict(dict)
    rows = CreditNoteLine.objects.of(invoice.landlord_id).filter(credit_note__invoice=invoice)
    for note, line, amount in rows.values_list("credit_note", "line", "amount"):
        parts = own[f"{Settlement.Kind.CREDIT_NOTE}:{note}"]
        parts[line] = parts.get(line, Decimal(0)) + amount
    return [Settled(row.amount.amount, own.get(row.source, {})) for row in invoice.settlements.all()]
