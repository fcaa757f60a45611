"""The invoice as a PDF from which a tenant can pay."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from modules.invoicing.asked import Asked, common_rate
from modules.invoicing.links import pay_links
from modules.invoicing.models import Invoice, InvoiceLine, Settlement
from modules.invoicing.selectors import OWING
from rentbook.exchange.pdf import render_pdf
from rentbook.exchange.pictures import logo, qr
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from rentbook.kernel.percent import as_percent

from .lines import shown
from .settled import numbers_of, settled

TEMPLATE = "invoicing/papers/invoice.html"
OTHER_WAYS = 2000  # letters: more would push what matters off the page
READ = ("landlord", "lease__tenant__contact", "lease__unit__property", "lines__one_off", "settlements__reverses")


def invoice_pdf(invoice: Invoice, language: str, *, masked: bool = False) -> bytes:
    """The invoice in the language; masked, with no more of the tenant's name and phone than a pay page shows."""
    [context] = contexts([invoice], language)
    return render_pdf(TEMPLATE, context | {"masked": masked}, language)


def invoice_pdfs(invoices: Iterable[Invoice], language: str) -> Iterator[bytes]:
    """Each invoice in the language, in their order; what they need is read at once, in a fixed number of queries.

    Take fifty or a hundred at a time: they are held in memory.
    """
    return (render_pdf(TEMPLATE, context, language) for context in contexts(invoices, language))


def contexts(invoices: Iterable[Invoice], language: str) -> Iterator[dict[str, Any]]:
    """What each paper says, for its template; the database is asked before the first and not again."""
    bills = list(invoices)
    around = _around(bills)
    return (_context(bill, around, language) for bill in bills)


@dataclass(frozen=True)
class Around:
    """What is read for many invoices at once: open ones by lease, pay links by invoice, numbers by their cause."""

    open: Mapping[int, list[Invoice]]
    links: Mapping[int, str]
    numbers: Mapping[str, str]


def _around(invoices: list[Invoice]) -> Around:
    prefetch_related_objects(invoices, *READ)
    payable = [invoice for invoice in invoices if invoice.state in Invoice.OPEN]
    settlements = [row for invoice in invoices for row in invoice.settlements.all()]
    return Around(_open(invoices), pay_links(payable), numbers_of(settlements))


def _open(invoices: list[Invoice]) -> dict[int, list[Invoice]]:
    """What is left to pay on each of their leases, oldest due first."""
    found = defaultdict(list)
    for landlord_id in {invoice.landlord_id for invoice in invoices}:
        leases = {invoice.lease_id for invoice in invoices}
        rows = Invoice.objects.of(landlord_id).filter(OWING, lease__in=leases)
        for row in rows.order_by("due_date", "pk"):
            found[row.lease_id].append(row)
    return found


def _context(invoice: Invoice, around: Around, language: str) -> dict[str, Any]:
    payable = invoice.state in Invoice.OPEN
    link = around.links.get(invoice.pk, "")
    lines = list(invoice.lines.all())
    taxes = [line for line in lines if line.kind == InvoiceLine.Kind.TAX]
    others = [other for other in around.open.get(invoice.lease_id, ()) if other.pk != invoice.pk]
    owing = [invoice, *others] if payable else others
    return {
        "invoice": invoice,
        "state": standing(invoice),
        "payable": payable,
        "landlord": invoice.landlord,
        "logo": logo(invoice.landlord),
        "tenant": invoice.lease.tenant.contact,
        "unit": invoice.lease.unit,
        "dates": _dates(invoice),
        "lines": [shown(line, language) for line in lines if line not in taxes],
        "taxes": [shown(line, language) for line in taxes],
        "untaxed": invoice.total - sum((line.amount for line in taxes), Money(0, invoice.currency)),
        "settlements": settled(invoice.settlements.all(), around.numbers),
        **_asked(invoice, lines),
        "others": others,
        "owed": sum((row.balance for row in owing), Money(0, invoice.currency)),
        "link": link,
        "qr": qr(link) if link else "",
        "other_ways": invoice.landlord.other_ways_to_pay[:OTHER_WAYS].splitlines(),
    }


def _dates(invoice: Invoice) -> list[tuple[Any, date]]:
    """A draft is not issued yet."""
    dates = ((_("Issued"), invoice.issue_date), (_("Pay by"), invoice.due_date))
    return [(label, on) for label, on in dates if on]


def _asked(invoice: Invoice, lines: Iterable[InvoiceLine]) -> dict[str, Any]:
    """What is to be paid, and what is to be withheld instead, at which rate (docs/rules.md, D27)."""
    certified = (row for row in invoice.settlements.all() if _kind(row) == Settlement.Kind.WITHHOLDING)
    parts = [(line.withheld.amount, line.amount.amount) for line in lines if line.withheld]
    asked = Asked(
        total=invoice.total.amount,
        settled=invoice.amount_paid.amount,
        to_withhold=sum((part for part, _whole in parts), start=invoice.total.amount * 0),
        withheld=sum((row.amount.amount for row in certified), start=invoice.total.amount * 0),
    )
    rate = common_rate(parts)
    return {
        "to_withhold": Money(asked.still_to_withhold, invoice.currency),
        "rate": as_percent(rate) if rate else "",
        "to_pay": Money(asked.to_pay, invoice.currency),
    }


def _kind(settlement: Settlement) -> str:
    return (settlement.reverses or settlement).kind


def standing(invoice: Invoice) -> str:
    """The invoice's state by the calendar: overdue on the day after it was due, whenever the daily run comes by."""
    late = invoice.state == Invoice.State.SENT and invoice.due_date < clock.today(invoice.landlord)
    return Invoice.State.OVERDUE if late else invoice.state
