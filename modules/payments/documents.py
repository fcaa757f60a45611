"""The receipt as a PDF: the tenant's proof (docs/rules.md, D28)."""

from django.utils.translation import gettext_lazy as _

from modules.invoicing.models import Settlement
from rentbook.exchange.pdf import render_pdf
from rentbook.exchange.pictures import logo
from rentbook.kernel.money import Money

from .models import Payment, Receipt
from .providers.sandbox import Sandbox


def receipt_pdf(receipt: Receipt, language: str, *, masked: bool = False) -> bytes:
    """The receipt in the language: paid in full where the payment closed its invoice, else what is left.

    One whose payment was taken back is marked void, with the day (docs/rules.md, D36).

    Masked, it names the tenant no further than a pay page does.
    """
    payment, lease = receipt.payment, receipt.payment.invoice.lease
    settled = settled_by(payment)
    context = {
        "receipt": receipt,
        "masked": masked,
        "title": title(receipt, settled),
        "voided_on": payment.reversal.entry_date if receipt.is_void else None,
        "test": payment.attempts.filter(provider=Sandbox.code, state=Payment.State.COMPLETED).exists(),
        "payment": payment,
        "invoice": payment.invoice,
        "settled": settled,
        "credit": payment.amount - settled,
        "landlord": receipt.landlord,
        "logo": logo(receipt.landlord),
        "tenant": lease.tenant.contact,
        "unit": lease.unit,
    }
    return render_pdf("payments/papers/receipt.html", context, language)


def settled_by(payment: Payment) -> Money:
    """What the invoice could take of the payment; the rest is the tenant's credit (R4)."""
    rows = Settlement.objects.of(payment.landlord_id).filter(source=f"payment:{payment.pk}")
    return sum((row.amount for row in rows), Money(0, payment.currency))


def title(receipt: Receipt, settled: Money) -> str:
    """A payment of which nothing went to its invoice has closed none, and left none open; nor has a void one."""
    if receipt.is_void:
        return _("Receipt")
    if receipt.balance_left:
        return _("Receipt, part payment")
    return _("Receipt, paid in full") if settled else _("Receipt")
