"""Payments in the back office: what came, what was tried, receipts, and the page that records money in hand."""

from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import HeaderButton

from modules.invoicing.models import Invoice
from rentbook.backoffice.columns import PersonColumn
from rentbook.backoffice.views import visible
from rentbook.backoffice.viewsets import Action, ModelViewSetGroup, Related, ScopedViewSet
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may

from .documents import receipt_pdf
from .models import Attempt, PayLink, Payment, Receipt
from .recording_page import record
from .services import cancel_payments


class PaymentViewSet(ScopedViewSet):
    model = Payment
    icon = "circle-check"
    list_display = [
        PersonColumn("invoice", lambda payment: payment.invoice, label=_("Invoice")),
        PersonColumn("tenant", lambda payment: payment.invoice.lease.tenant, label=_("Tenant")),
        "state", "amount", "method", "value_date", "created_at",
    ]  # fmt: skip
    list_filter = ["state", "method"]
    search_fields = ["invoice__number", "reference", "invoice__lease__tenant__contact__name"]
    select_related = ("invoice__lease__tenant__contact",)
    inspect_view_fields = [
        "invoice", "state", "amount", "method", "reference", "reason", "value_date", "entry_date", "expires_at", "by",
        "created_at", "landlord",
    ]  # fmt: skip
    related = (
        Related(
            _("Receipt"),
            lambda row: Receipt.objects.of(row.landlord_id).filter(payment=row),
            ("number", "issued_on", "balance_left"),
        ),
        Related(
            _("Attempts"), lambda row: row.attempts.all(), ("reference", "provider", "state", "created_at", "reason")
        ),
    )
    actions = {
        "cancel": Action(
            _("Cancel"),
            cancel_payments,
            "payments",
            _("The amount is free again; money that comes after all is kept as credit."),
        )
    }


class AttemptViewSet(ScopedViewSet):
    model = Attempt
    icon = "resubmit"
    list_display = ["reference", "provider", "state", "created_at", "ended_at", "reason"]
    list_filter = ["state", "provider"]
    search_fields = ["reference", "provider_reference"]
    inspect_view_fields = [
        "payment", "provider", "reference", "provider_reference", "state", "reason", "created_at", "ended_at",
        "landlord",
    ]  # fmt: skip


class ReceiptViewSet(ScopedViewSet):
    model = Receipt
    icon = "doc-empty"
    list_display = [
        "number",
        PersonColumn("tenant", lambda receipt: receipt.payment.invoice.lease.tenant, label=_("Tenant")),
        "payment__amount", "balance_left", "issued_on",
    ]  # fmt: skip
    search_fields = ["number", "payment__invoice__number", "payment__invoice__lease__tenant__contact__name"]
    select_related = ("payment__invoice__lease__tenant__contact",)
    inspect_view_fields = ["number", "payment", "issued_on", "balance_left", "landlord"]

    @staticmethod
    def buttons(request: HttpRequest, receipt: Receipt):
        yield HeaderButton(_("PDF"), url=reverse("receipt_pdf", args=[receipt.pk]), icon_name="download")


class PayLinkViewSet(ScopedViewSet):
    model = PayLink
    icon = "link"
    list_display = [PersonColumn("lease", lambda link: link.lease, label=_("Lease")), "created_at", "replaced_at"]
    select_related = ("lease__unit", "lease__tenant__contact")
    inspect_view_fields = ["lease", "contact", "created_at", "replaced_at", "asked_at", "landlord"]


class PaymentsGroup(ModelViewSetGroup):
    menu_label = _("Payments")
    menu_icon = "circle-check"
    menu_order = 300
    items = (PaymentViewSet(), ReceiptViewSet(), AttemptViewSet(), PayLinkViewSet())


@hooks.register("register_admin_viewset")
def payments_viewsets():
    return PaymentsGroup()


def pdf(request: HttpRequest, pk: int) -> FileResponse:
    """The receipt's PDF, in the tenant's language."""
    receipt = get_object_or_404(visible(request.user, Receipt), pk=pk)
    content = receipt_pdf(receipt, receipt.payment.invoice.lease.tenant.contact.language)
    return FileResponse(iter([content]), content_type="application/pdf", filename=f"{receipt}.pdf")


@hooks.register("register_admin_urls")
def payments_urls():
    return [
        path("payments/record/<int:pk>/", record, name="record_payment"),
        path("payments/receipt/<int:pk>/pdf/", pdf, name="receipt_pdf"),
    ]


def may_record(user: User, landlord: Landlord) -> str:
    """The name of the address that records money, for whoever may in this book."""
    return "record_payment" if may(user, "add", landlord) else ""


def record_button(request: HttpRequest, invoice: Invoice) -> list[HeaderButton]:
    door = may_record(request.user, invoice.landlord)
    if not door or invoice.state not in Invoice.OPEN:
        return []
    return [HeaderButton(_("Record payment"), url=reverse(door, args=[invoice.pk]), icon_name="plus")]


slots.fill("invoicing.record_door", may_record)
slots.fill("invoicing.invoice.buttons", record_button)
slots.fill(
    "invoicing.invoice.tables",
    lambda: Related(_("Payments"), lambda invoice: invoice.payments.all(), ("method", "amount", "state", "value_date")),
)
