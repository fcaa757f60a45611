"""The invoice as a PDF from which a tenant can pay."""

import re
from typing import Any

from babel.numbers import get_decimal_symbol, get_group_symbol

from rentbook.exchange.pdf import qr_svg, render_pdf
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from rentbook.kernel.registry import slots

from .models import Invoice, InvoiceLine
from .selectors import open_invoices
from .wording import stream_name

WHOLE = re.compile(r"1 x |(\d+)/\1 ")
OTHER_WAYS = 2000  # letters: more would push what matters off the page


def invoice_pdf(invoice: Invoice, language: str, *, masked: bool = False) -> bytes:
    """The invoice in the language; masked, with no more of the tenant's name and phone than a pay page shows."""
    others = [other for other in open_invoices(invoice.lease) if other.pk != invoice.pk]
    payable = invoice.state in Invoice.OPEN
    owing = [invoice, *others] if payable else others
    link = slots.first("invoice.links", invoice) if payable else ""
    context = {
        "invoice": invoice,
        "state": standing(invoice),
        "payable": payable,
        "masked": masked,
        "landlord": invoice.landlord,
        "tenant": invoice.lease.tenant.contact,
        "unit": invoice.lease.unit,
        "lines": [shown(line, language) for line in invoice.lines.all()],
        "settlements": invoice.settlements.all(),
        "others": others,
        "owed": sum((row.balance for row in owing), Money(0, invoice.currency)),
        "link": link,
        "qr": qr_svg(link) if link else "",
        "other_ways": invoice.landlord.other_ways_to_pay[:OTHER_WAYS].splitlines(),
    }
    return render_pdf("invoicing/invoice_pdf.html", context, language)


def standing(invoice: Invoice) -> str:
    """The invoice's state by the calendar: overdue on the day after it was due, whenever the daily run comes by."""
    late = invoice.state == Invoice.State.SENT and invoice.due_date < clock.today(invoice.landlord)
    return Invoice.State.OVERDUE if late else invoice.state


def shown(line: InvoiceLine, language: str) -> dict[str, Any]:
    """A line as it is printed."""
    return {
        "name": stream_name(line.stream, language),
        "start": line.period_start,
        "end": line.period_end,
        "amount": line.amount,
        "arithmetic": show_arithmetic(line.arithmetic, language),
    }


def show_arithmetic(text: str, language: str) -> str:
    """How the price of a part came about, with the language's separators; nothing for a whole period (D3)."""
    if WHOLE.match(text):
        return ""
    return text.translate(str.maketrans({",": get_group_symbol(language), ".": get_decimal_symbol(language)}))
