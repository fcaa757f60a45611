"""What tenants are told about their invoices, and of what is left when they have moved out."""

from datetime import date, timedelta

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, override

from modules.leasing.events import LeasesEnded
from modules.leasing.models import Lease
from rentbook.exchange.pdf import as_document
from rentbook.kernel import clock
from rentbook.kernel.contributions import Document, MessageTemplate, message_templates
from rentbook.kernel.dates import show_day, show_period
from rentbook.kernel.money import show
from rentbook.kernel.people import Landlord

from .deposits import deposit_held
from .documents import invoice_pdf
from .events import InvoicesIssued, RemindersAsked
from .links import pay_link
from .models import Invoice, InvoiceLine, Reminder
from .owed import amounts, owing
from .selectors import OWING, given_time

TOLD_WITHIN = timedelta(days=7)
REMINDED_WITHIN = timedelta(days=2)
OUTDATED = {
    Invoice.State.PAID: gettext_noop("the bill is paid"),
    Invoice.State.CANCELLED: gettext_noop("the bill is cancelled"),
    Invoice.State.DRAFT: gettext_noop("the bill is a draft"),
}


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


def reminders(landlord: Landlord) -> QuerySet[Reminder]:
    """Reminders with what their tenants owe at this moment and were given no more time for, for `owing`."""
    bills = Invoice.objects.of(landlord).filter(OWING, ~given_time(clock.today(landlord))).order_by("due_date", "pk")
    rows = Reminder.objects.of(landlord).select_related("landlord", "tenant__contact")
    return rows.prefetch_related(Prefetch("tenant__leases__invoices", bills, to_attr="owing"))


def just_asked(landlord: Landlord, on: date) -> QuerySet[Reminder]:
    return reminders(landlord).filter(on__gt=on - REMINDED_WITHIN, on__lte=on).order_by("pk")


def pointless(reminder: Reminder) -> str:
    """Why the tenant is not reminded after all (docs/rules.md, D41)."""
    bills = owing(reminder.tenant)
    if any(bill.amount_reserved for bill in bills):
        return gettext_noop("a payment is on its way")
    return "" if bills else gettext_noop("nothing is owed")


def reminder_values(reminder: Reminder, language: str) -> dict[str, str]:
    bills = owing(reminder.tenant)
    with override(language):
        number = ngettext("%(count)s bill", "%(count)s bills", len(bills)) % {"count": len(bills)}
    return {
        "tenant_name": reminder.tenant.contact.name,
        "landlord_name": reminder.landlord.name,
        "total": ", ".join(show(money, language, plain=True) for money in amounts(bills)),
        "bills": number,
        "since": show_day(bills[0].due_date, language) if bills else "",
    }


def document(invoice: Invoice, language: str) -> Document | None:
    return as_document(f"{invoice.number}.pdf", invoice_pdf, invoice, language)


def leases(landlord: Landlord) -> QuerySet[Lease]:
    """Leases with what is owed on them at this moment, for `owing`."""
    bills = Invoice.objects.of(landlord).filter(OWING).order_by("due_date", "pk")
    rows = Lease.objects.of(landlord).select_related("landlord", "tenant__contact", "unit__property")
    return rows.prefetch_related(Prefetch("invoices", bills, to_attr="owing"))


def just_left(landlord: Landlord, on: date) -> QuerySet[Lease]:
    """The leases of those who moved out within a week."""
    return leases(landlord).filter(moved_out_on__gt=on - TOLD_WITHIN, moved_out_on__lte=on).order_by("pk")


def left_values(lease: Lease, language: str) -> dict[str, str]:
    back, owed = deposit_held(lease), amounts(owing(lease))
    with override(language):
        texts = [_("Still to pay: %s.") % show(money, language, plain=True) for money in owed]
        if back:
            texts.append(_("Of your deposit we give back: %s.") % show(back, language, plain=True))
        outcome = " ".join(texts) or _("Nothing is left to pay.")
    return {
        "tenant_name": lease.tenant.contact.name,
        "landlord_name": lease.landlord.name,
        "unit": lease.unit.name,
        "property_name": lease.unit.property.name,
        "day": show_day(lease.moved_out_on or lease.start, language),
        "outcome": outcome,
    }


message_templates.register(
    MessageTemplate(
        name="rb_rent_bill",
        title=gettext_noop("Rent bill"),
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
        outdated=lambda invoice: OUTDATED.get(invoice.state, ""),
        link=pay_link,
        document=document,
    )
)

message_templates.register(
    MessageTemplate(
        name="rb_reminder",
        title=gettext_noop("Reminder"),
        text=gettext_noop(
            "Hello {{ tenant_name }}, a friendly reminder: {{ total }} is left to pay ({{ bills }}, the first due on "
            "{{ since }}). You can pay all or part of it here: {{ link }} If you have just paid, thank you. "
            "We never ask for your PIN. {{ landlord_name }}"
        ),
        due=just_asked,
        subjects=reminders,
        wakes=(RemindersAsked,),
        to=lambda reminder: reminder.tenant.contact,
        key=lambda reminder: f"reminder:{reminder.pk}",
        values=reminder_values,
        outdated=pointless,
        link=lambda reminder: pay_link(owing(reminder.tenant)[0]),
    )
)

message_templates.register(
    MessageTemplate(
        name="rb_move_out",
        title=gettext_noop("Moved out"),
        text=gettext_noop(
            "Hello {{ tenant_name }}, you moved out of {{ unit }}, {{ property_name }}, on {{ day }}. {{ outcome }} "
            "Thank you. {{ landlord_name }}"
        ),
        due=just_left,
        subjects=leases,
        wakes=(LeasesEnded,),
        to=lambda lease: lease.tenant.contact,
        key=lambda lease: f"move-out:{lease.pk}",
        values=left_values,
    )
)
