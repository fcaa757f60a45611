"""What payments shows in rooms below: the pay link on an invoice, and who is paying it now."""

from modules.invoicing.models import Invoice
from modules.invoicing.wording import plain
from rentbook.kernel import clock
from rentbook.kernel.registry import slots

from .models import Payment
from .services import link_url, live_link


def pay_link(invoice: Invoice) -> str:
    return link_url(live_link(invoice.lease), bill=invoice.number or "") if invoice.state in Invoice.OPEN else ""


def reservations(invoice: Invoice) -> str:
    """Each live payment with its amount and the time it began (docs/rules.md, R5)."""
    live = Payment.objects.of(invoice.landlord_id).filter(invoice=invoice, state=Payment.State.PENDING).order_by("pk")
    since = (
        f"{plain(payment.amount)} since {clock.local(payment.created_at, invoice.landlord):%H:%M}" for payment in live
    )
    return "; ".join(since)


slots.fill("invoice.links", pay_link)
slots.fill("invoice.reservations", reservations)
