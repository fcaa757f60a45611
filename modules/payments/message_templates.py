"""What tenants are told about their payments and links."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_noop, override

from modules.invoicing.links import pay_link
from rentbook.exchange.pdf import as_document
from rentbook.kernel import clock
from rentbook.kernel.contributions import MessageTemplate, message_templates
from rentbook.kernel.dates import show_day, show_period
from rentbook.kernel.money import show
from rentbook.kernel.people import Landlord

from .documents import receipt_pdf
from .events import PayLinkAsked, PaymentCompleted, PaymentReversed
from .models import PayLink, Receipt, Reversal
from .services import link_url, live_link

TOLD_WITHIN = timedelta(days=7)


def receipts(landlord: Landlord) -> QuerySet[Receipt]:
    return Receipt.objects.of(landlord).select_related(
        "landlord", "payment__reversal", "payment__invoice__lease__tenant__contact",
        "payment__invoice__lease__unit__property",
    )  # fmt: skip


def just_received(landlord: Landlord, on: date) -> QuerySet[Receipt]:
    """The receipts of a week that are not void."""
    fresh = receipts(landlord).filter(issued_on__gt=on - TOLD_WITHIN, issued_on__lte=on, payment__reversal=None)
    return fresh.order_by("pk")


def receipt_values(receipt: Receipt, language: str) -> dict[str, str]:
    payment, invoice = receipt.payment, receipt.payment.invoice
    with override(language):
        method = str(payment.get_method_display())
    return {
        "tenant_name": invoice.lease.tenant.contact.name,
        "landlord_name": receipt.landlord.name,
        "unit": invoice.lease.unit.name,
        "period": show_period(invoice.period_start, invoice.period_end, language),
        "amount": show(payment.amount, language, plain=True),
        "method": method,
        "receipt_no": receipt.number,
        "balance": show(receipt.balance_left, language, plain=True),
        "date": show_day(payment.value_date, language),
    }


def reversals(landlord: Landlord) -> QuerySet[Reversal]:
    return Reversal.objects.of(landlord).select_related(
        "landlord", "payment__receipt", "payment__invoice__lease__tenant__contact", "payment__invoice__lease__unit"
    )


def just_reversed(landlord: Landlord, on: date) -> QuerySet[Reversal]:
    return reversals(landlord).filter(entry_date__gt=on - TOLD_WITHIN, entry_date__lte=on).order_by("pk")


def reversal_values(reversal: Reversal, language: str) -> dict[str, str]:
    payment, invoice = reversal.payment, reversal.payment.invoice
    return {
        "tenant_name": invoice.lease.tenant.contact.name,
        "landlord_name": reversal.landlord.name,
        "unit": invoice.lease.unit.name,
        "period": show_period(invoice.period_start, invoice.period_end, language),
        "amount": show(payment.amount, language, plain=True),
        "date": show_day(payment.value_date, language),
        "receipt_no": payment.receipt.number,
        "reason": reversal.reason.rstrip("."),
        "balance": show(invoice.balance, language, plain=True),
    }


def link_values(link: PayLink, language: str) -> dict[str, str]:
    lease = link.lease
    return {"tenant_name": link.contact.name, "landlord_name": link.landlord.name, "unit": lease.unit.name}


def links(landlord: Landlord) -> QuerySet[PayLink]:
    return PayLink.objects.of(landlord).select_related("landlord", "contact", "lease__tenant__contact", "lease__unit")


message_templates.register(
    MessageTemplate(
        name="rb_receipt",
        title=gettext_noop("Receipt"),
        text=gettext_noop(
            "Thank you {{ tenant_name }}. We received {{ amount }} by {{ method }} for {{ period }}, home {{ unit }}. "
            "Receipt {{ receipt_no }} is attached. Left to pay on this bill: {{ balance }}. {{ landlord_name }}"
        ),
        due=just_received,
        subjects=receipts,
        wakes=(PaymentCompleted,),
        to=lambda receipt: receipt.payment.invoice.lease.tenant.contact,
        key=lambda receipt: f"receipt:{receipt.pk}",
        values=receipt_values,
        outdated=lambda receipt: gettext_noop("the receipt is void") if receipt.is_void else "",
        link=lambda receipt: link_url(live_link(receipt.payment.invoice.lease)) if receipt.balance_left else "",
        document=lambda receipt, language: as_document(f"{receipt.number}.pdf", receipt_pdf, receipt, language),
    )
)

message_templates.register(
    MessageTemplate(
        name="rb_payment_reversed",
        title=gettext_noop("Payment taken back"),
        text=gettext_noop(
            "Hello {{ tenant_name }}, the payment of {{ amount }} of {{ date }} (receipt {{ receipt_no }}) was taken "
            "back: {{ reason }}. That receipt is void. To pay for {{ period }}, home {{ unit }}: {{ balance }}. "
            "{{ link }} We never ask for your PIN. {{ landlord_name }}"
        ),
        due=just_reversed,
        subjects=reversals,
        wakes=(PaymentReversed,),
        to=lambda reversal: reversal.payment.invoice.lease.tenant.contact,
        key=lambda reversal: f"reversal:{reversal.pk}",
        values=reversal_values,
        link=lambda reversal: pay_link(reversal.payment.invoice),
    )
)

message_templates.register(
    MessageTemplate(
        name="rb_pay_link",
        title=gettext_noop("Pay link"),
        text=gettext_noop(
            "Hello {{ tenant_name }}, here is your payment link for home {{ unit }}: {{ link }} It replaces the one "
            "you had before. We never ask for your PIN. {{ landlord_name }}"
        ),
        due=lambda landlord, on: links(landlord).filter(asked_at__gt=clock.now() - timedelta(days=1), replaced_at=None),
        subjects=links,
        wakes=(PayLinkAsked,),
        to=lambda link: link.contact,
        key=lambda link: f"link:{link.pk}:{link.asked_at:%Y%m%d%H%M%S}",
        values=link_values,
        link=link_url,
    )
)
