"""What payments shows in rooms below: an invoice's pay link, who is paying it now, and the receipts of what did."""

from modules.invoicing.models import Invoice
from modules.invoicing.wording import plain
from rentbook.kernel import clock
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots

from .models import Payment, Receipt
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


def receipts(user: User, causes: set[str]) -> dict[str, Receipt]:
    """The receipt of each payment that settled something, by the settlement's cause: payment:12."""
    keys = [cause.partition(":")[2] for cause in causes if cause.startswith("payment:")]
    rows = Receipt.objects.visible_to(user).filter(payment__in=keys) if keys else ()
    return {f"payment:{receipt.payment_id}": receipt for receipt in rows}


slots.fill("invoice.links", pay_link)
slots.fill("invoice.reservations", reservations)
slots.fill("invoicing.settlement.documents", receipts)
