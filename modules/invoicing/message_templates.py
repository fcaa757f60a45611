"""What tenants are told about their invoices."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from rentbook.exchange.pdf import as_document
from rentbook.kernel.contributions import Document, MessageTemplate, message_templates
from rentbook.kernel.dates import show_day, show_period
from rentbook.kernel.money import show
from rentbook.kernel.people import Landlord
from rentbook.kernel.registry import slots

from .documents import invoice_pdf
from .events import InvoicesIssued
from .models import Invoice, InvoiceLine

TOLD_WITHIN = timedelta(days=7)


def subjects(landlord: Landlord) -> QuerySet[Invoice]:
    return Invoice.objects.of(landlord).select_related("landlord", "lease__tenant__contact", "lease__unit__property")


def just_issued(landlord: Landlord, on: date) -> QuerySet[Invoice]:
    """Open invoices that were issued within a week; an opening balance messages nobody (D49)."""
    fresh = subjects(landlord).filter(state__in=Invoice.OPEN).exclude(lines__kind=InvoiceLine.Kind.OPENING)
    return fresh.filter(issue_date__gt=on - TOLD_WITHIN, issue_date__lte=on).order_by("pk")


def values(invoice: Invoice, language: str) -> dict[str, str]:
    return {
        "tenant_name": invoice.lease.tenant.contact.name,
        "landlord_name": invoice.landlord.name,
        "unit": invoice.lease.unit.name,
        "property_name": invoice.lease.unit.property.name,
        "period": show_period(invoice.period_start, invoice.period_end, language),
        "total": show(invoice.balance, language, plain=True),
        "due_date": show_day(invoice.due_date, language),
        "invoice_no": invoice.number or "",
    }


def document(invoice: Invoice, language: str) -> Document | None:
    return as_document(f"{invoice.number}.pdf", invoice_pdf, invoice, language)


message_templates.register(
    MessageTemplate(
        name="rb_rent_bill",
        title="Rent bill",
        text=gettext_noop(
            "Hello {{ tenant_name }}, your bill for {{ period }}, home {{ unit }}, is ready. To pay: {{ total }}. "
            "Please pay by {{ due_date }}. Bill number {{ invoice_no }}. You can pay all or part of it here: "
            "{{ link }} We never ask for your PIN. {{ landlord_name }}"
        ),
        due=just_issued,
        subjects=subjects,
        wakes=(InvoicesIssued,),
        to=lambda invoice: invoice.lease.tenant.contact,
        key=lambda invoice: f"invoice:{invoice.pk}",
        values=values,
        outdated=lambda invoice: "" if invoice.state in Invoice.OPEN else f"the bill is {invoice.state}",
        link=lambda invoice: slots.first("invoice.links", invoice),
        document=document,
    )
)
