"""What payments shows in rooms below: an invoice's pay link, who is paying it now, and the receipts of what did."""

from collections.abc import Sequence

from django.db.models import QuerySet

from modules.invoicing.models import Invoice
from modules.invoicing.wording import plain
from rentbook.kernel import clock
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots

from .models import Payment, Receipt
from .services import link_url, live_links


def pay_links(invoices: Sequence[Invoice]) -> dict[int, str]:
    """The address of each open invoice, by its key (docs/rules.md, R8)."""
    payable = [invoice for invoice in invoices if invoice.state in Invoice.OPEN]
    links = live_links([invoice.lease for invoice in payable])
    return {bill.pk: link_url(links[bill.lease_id], bill=bill.number or "") for bill in payable}


def reservations(invoice: Invoice) -> str:
    """Each live payment with its amount and the time it began (docs/rules.md, R5)."""
    live = Payment.objects.of(invoice.landlord_id).filter(invoice=invoice, state=Payment.State.PENDING).order_by("pk")
    since = (
        f"{plain(payment.amount)} since {clock.local(payment.created_at, invoice.landlord):%H:%M}" for payment in live
    )
    return "; ".join(since)


def receipts(user: User, causes: set[str]) -> dict[str, Receipt]:
    """The receipt of each payment that settled something, by the settlement's cause: payment:12."""
    return _by_cause(Receipt.objects.visible_to(user), causes)


def receipts_of(landlord: int, causes: set[str]) -> dict[str, Receipt]:
    """The same for a paper that the landlord writes."""
    return _by_cause(Receipt.objects.of(landlord), causes)


def _by_cause(rows: QuerySet[Receipt], causes: set[str]) -> dict[str, Receipt]:
    keys = [rest for word, _colon, rest in (cause.partition(":") for cause in causes) if word == "payment"]
    known = [int(key) for key in keys if key.isdecimal()]
    return {f"payment:{receipt.payment_id}": receipt for receipt in rows.filter(payment__in=known)} if known else {}


slots.fill("invoice.links", pay_links)
slots.fill("invoice.reservations", reservations)
slots.fill("invoicing.settlement.documents", receipts)
slots.fill("invoicing.settlement.proofs", receipts_of)
