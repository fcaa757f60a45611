"""Payments in the back office: what came, what was tried, receipts, and the page that records money in hand."""

from collections.abc import Callable, Iterator

from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import HeaderButton

from modules.invoicing.models import Invoice
from rentbook.backoffice.columns import ActsColumn, DataColumn, LinkColumn, PersonColumn, RowAct
from rentbook.backoffice.forms import ReasonForm
from rentbook.backoffice.menus import ModuleGroup
from rentbook.backoffice.views import visible
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet
from rentbook.exchange.pdf import pdf_response
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import books

from .documents import receipt_pdf
from .models import Attempt, PayLink, Payment, Receipt, Reversal
from .recording_page import record
from .selectors import reversal_blocked, with_reversals
from .services import cancel_payments, reverse_payments
from .tenant_panels import undo_acts


class PaymentViewSet(ScopedViewSet):
    model = Payment
    icon = "circle-check"
    list_display = [
        LinkColumn("invoice.lease.tenant", label=_("Tenant"), url_name="payment:inspect"),
        "amount", "state",
        ActsColumn(lambda user: [undo_acts(user)]),
        PersonColumn("invoice", lambda payment: payment.invoice, label=_("Invoice")),
        "method", "reference", "value_date", DataColumn("reversed_on", label=_("Undone on")),
    ]  # fmt: skip
    totals = {_("Amount"): "amount"}
    month_field = "value_date"
    narrowed_by = {"tenant": "invoice__lease__tenant", "lease": "invoice__lease"}
    prepare = staticmethod(with_reversals)
    list_filter = ["state", "method"]
    search_fields = ["invoice__number", "receipt__number", "reference", "invoice__lease__tenant__contact__name"]
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
            transition="cancel",
        ),
        "undo": Action(
            _("Undo"),
            reverse_payments,
            "payments",
            _("The payment is taken back: the bill is open again, the receipt void, and the tenant is told why."),
            blocked=reversal_blocked,
            asks=ReasonForm,
            bulk=False,
        ),
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
        "payment__amount", "balance_left", "issued_on", DataColumn("is_void", label=_("Void")),
    ]  # fmt: skip
    search_fields = ["number", "payment__invoice__number", "payment__invoice__lease__tenant__contact__name"]
    select_related = ("payment__invoice__lease__tenant__contact", "payment__reversal")
    inspect_view_fields = ["number", "payment", "issued_on", "balance_left", "landlord"]

    @staticmethod
    def facts(receipt: Receipt):
        yield _("Void"), receipt.is_void

    @staticmethod
    def buttons(request: HttpRequest, receipt: Receipt):
        yield HeaderButton(_("PDF"), url=reverse("receipt_pdf", args=[receipt.pk]), icon_name="download")


class PayLinkViewSet(ScopedViewSet):
    model = PayLink
    icon = "link"
    list_display = [PersonColumn("lease", lambda link: link.lease, label=_("Lease")), "created_at", "replaced_at"]
    select_related = ("lease__unit", "lease__tenant__contact")
    inspect_view_fields = ["lease", "contact", "created_at", "replaced_at", "asked_at", "landlord"]


class ReversalViewSet(ScopedViewSet):
    model = Reversal
    icon = "undo"
    list_display = [
        LinkColumn("payment.invoice.lease.tenant", label=_("Tenant"), url_name="reversal:inspect"),
        "payment__amount", "reason", "entry_date", "by",
    ]  # fmt: skip
    search_fields = ["reason", "payment__invoice__number", "payment__invoice__lease__tenant__contact__name"]
    select_related = ("payment__invoice__lease__tenant__contact", "by")
    inspect_view_fields = ["payment", "reason", "entry_date", "by", "created_at", "landlord"]


class PaymentsGroup(ModuleGroup):
    menu_label = _("Payments")
    menu_icon = "circle-check"
    menu_order = 300
    items = (PaymentViewSet(), ReceiptViewSet(), AttemptViewSet(), PayLinkViewSet(), ReversalViewSet())
    menu = ("payment", "receipt", "attempt", "reversal")


@hooks.register("register_log_actions")
def started(actions):
    actions.register_action("payments.payment_started", _("Payment started"), _("Payment started"))


@hooks.register("register_admin_viewset")
def payments_viewsets():
    return PaymentsGroup()


def pdf(request: HttpRequest, pk: int) -> FileResponse:
    """The receipt's PDF, in the tenant's language."""
    receipt = get_object_or_404(visible(request.user, Receipt), pk=pk)
    content = receipt_pdf(receipt, receipt.payment.invoice.lease.tenant.contact.language)
    return pdf_response(content, f"{receipt}.pdf")


@hooks.register("register_admin_urls")
def payments_urls():
    return [
        path("payments/record/<int:pk>/", record, name="record_payment"),
        path("payments/receipt/<int:pk>/pdf/", pdf, name="receipt_pdf"),
    ]


def record_acts(user: User) -> Callable[[Invoice], Iterator[RowAct]]:
    """The button that records money for an open invoice, in the books where the user may."""
    own = books(user, Payment, "add")

    def acts(invoice: Invoice) -> Iterator[RowAct]:
        if invoice.state in Invoice.OPEN and invoice.landlord_id in own:
            yield RowAct(_("Record"), reverse("record_payment", args=[invoice.pk]), mark="record")

    return acts


def record_button(request: HttpRequest, invoice: Invoice) -> list[HeaderButton]:
    return [HeaderButton(act.label, url=act.url, icon_name="plus") for act in record_acts(request.user)(invoice)]


slots.fill("invoicing.invoice.row_acts", record_acts)
slots.fill("invoicing.invoice.buttons", record_button)
slots.fill(
    "invoicing.invoice.tables",
    lambda: Related(_("Payments"), lambda invoice: invoice.payments.all(), ("method", "amount", "state", "value_date")),
)
