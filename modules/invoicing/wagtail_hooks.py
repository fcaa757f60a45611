"""Invoicing in the back office, and who has not paid as the first thing on its home."""

from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import HeaderButton

from rentbook.backoffice.columns import ActsColumn, LinkColumn, PersonColumn
from rentbook.backoffice.home import PANELS
from rentbook.backoffice.menus import Link, ModuleGroup
from rentbook.backoffice.views import visible
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet
from rentbook.kernel.registry import slots

from . import explaining_page, needs, tenant_panels  # noqa: F401  (what it shows elsewhere)
from .documents import invoice_pdf
from .filters import InvoiceFilterSet
from .models import BillingRun, Credit, Invoice, InvoiceLine, Reminder, Settlement
from .owed import OwedColumn, owed
from .panels import NotPaidPanel
from .reminding import REMIND
from .services import cancel_invoices, mark_invoices_overdue, overdue_blocked, send_invoices


class InvoiceViewSet(ScopedViewSet):
    model = Invoice
    icon = "doc-full-inverse"
    list_display = [
        LinkColumn("lease.tenant", label=_("Tenant"), url_name="invoice:inspect"),
        OwedColumn(), "state",
        ActsColumn(lambda user: slots.all("invoicing.invoice.row_acts", user)),
        "lease__unit__name", "number", "total", "due_date", "period_start", "period_end",
    ]  # fmt: skip
    filterset_class = InvoiceFilterSet
    list_filter = ["state", "lease__unit__property"]
    totals = {_("Billed"): "total", _("Left to pay"): F("total") - F("amount_paid")}
    month_field = "due_date"
    narrowed_by = {"tenant": "lease__tenant", "lease": "lease", "landlord": "landlord"}
    search_fields = ["number", "lease__unit__name", "lease__tenant__contact__name"]
    select_related = ("lease__unit", "lease__tenant__contact")
    inspect_view_fields = [
        "number", "lease", "state", "issue_date", "due_date", "period_start", "period_end", "total", "amount_paid",
        "amount_reserved", "run", "landlord",
    ]  # fmt: skip
    related = (
        Related(
            _("Lines"), lambda row: row.lines.all(), ("stream", "period_start", "period_end", "amount", "arithmetic")
        ),
        Related(_("Settled by"), lambda row: row.settlements.all(), ("kind", "amount", "value_date", "entry_date")),
    )
    actions = {
        "send": Action(
            _("Issue"),
            send_invoices,
            "invoices",
            _("The bill gets its number and is owed from today."),
            transition="send",
        ),
        "remind": REMIND,
        "mark-overdue": Action(
            _("Mark overdue"),
            mark_invoices_overdue,
            "invoices",
            _("Its due date is over, and something is left to pay."),
            transition="become_overdue",
            blocked=overdue_blocked,
            chunk=5000,
        ),
        "cancel": Action(
            _("Cancel"),
            cancel_invoices,
            "invoices",
            _("It keeps its number, and its lines may be billed again."),
            transition="cancel",
        ),
    }

    @staticmethod
    def facts(invoice: Invoice):
        yield _("Owes"), owed(invoice, [invoice.balance])

    @staticmethod
    def buttons(request: HttpRequest, invoice: Invoice):
        yield HeaderButton(_("PDF"), url=reverse("invoice_pdf", args=[invoice.pk]), icon_name="download")


class InvoiceLineViewSet(ScopedViewSet):
    model = InvoiceLine
    icon = "list-ul"
    list_display = [
        PersonColumn("invoice", lambda line: line.invoice, label=_("Invoice")),
        "stream", "period_start", "period_end", "amount", "arithmetic",
    ]  # fmt: skip
    search_fields = ["stream", "invoice__number"]
    select_related = ("invoice",)
    inspect_view_fields = [
        "invoice", "lease", "kind", "stream", "period_start", "period_end", "amount", "rule", "arithmetic", "landlord",
    ]  # fmt: skip


class SettlementViewSet(ScopedViewSet):
    model = Settlement
    icon = "tick-inverse"
    list_display = [
        PersonColumn("invoice", lambda row: row.invoice, label=_("Invoice")),
        "kind", "amount", "value_date", "entry_date",
    ]  # fmt: skip
    list_filter = ["kind"]
    search_fields = ["invoice__number"]
    select_related = ("invoice",)
    inspect_view_fields = ["invoice", "kind", "amount", "value_date", "entry_date", "landlord"]


class CreditViewSet(ScopedViewSet):
    model = Credit
    icon = "plus-inverse"
    list_display = [
        PersonColumn("lease", lambda row: row.lease, label=_("Lease")), "amount", "applied", "value_date", "note",
    ]  # fmt: skip
    search_fields = ["lease__unit__name", "lease__tenant__contact__name", "note"]
    select_related = ("lease__unit", "lease__tenant__contact")
    inspect_view_fields = ["lease", "amount", "applied", "value_date", "note", "landlord"]


class ReminderViewSet(ScopedViewSet):
    model = Reminder
    icon = "mail"
    list_display = [PersonColumn("tenant", lambda row: row.tenant, label=_("Tenant")), "on", "by"]
    narrowed_by = {"tenant": "tenant"}
    search_fields = ["tenant__contact__name"]
    select_related = ("tenant__contact", "by")
    inspect_view_fields = ["tenant", "on", "step", "by", "landlord"]


class BillingRunViewSet(ScopedViewSet):
    model = BillingRun
    icon = "history"
    list_display = ["__str__", "created", "by", "created_at"]
    select_related = ("by",)
    inspect_view_fields = ["first", "last", "created", "by", "created_at", "landlord"]
    related = (Related(_("Invoices"), lambda row: row.invoices.all(), ("number", "state", "total", "due_date")),)


class InvoicingGroup(ModuleGroup):
    menu_label = _("Bills")
    menu_icon = "doc-full-inverse"
    menu_order = 200
    items = (
        InvoiceViewSet(), InvoiceLineViewSet(), SettlementViewSet(), CreditViewSet(), ReminderViewSet(),
        BillingRunViewSet(),
    )  # fmt: skip
    menu = (
        Link(_("Not paid this month"), "not_paid", Invoice, icon="warning"),
        "invoice",
        Link(_("Drafts"), "invoice:index", Invoice, "?state=draft", "draft"),
        Link(_("Overdue"), "invoice:index", Invoice, "?state=overdue", "time"),
        "credit", "reminder", "billingrun",
    )  # fmt: skip


@hooks.register("register_log_actions")
def settled(actions):
    actions.register_action("invoicing.invoice_settled", _("Settled"), _("Settled"))


@hooks.register("register_admin_viewset")
def invoicing_viewsets():
    return InvoicingGroup()


def pdf(request: HttpRequest, pk: int) -> FileResponse:
    """The invoice's PDF, in the tenant's language."""
    invoice = get_object_or_404(visible(request.user, Invoice).select_related("lease__tenant__contact"), pk=pk)
    content = invoice_pdf(invoice, invoice.lease.tenant.contact.language)
    return FileResponse(iter([content]), content_type="application/pdf", filename=f"{invoice}.pdf")


def not_paid(request: HttpRequest) -> HttpResponse:
    """Everybody who has not paid this month; the home shows the first of them."""
    return render(request, "invoicing/not_paid.html", {"panel": NotPaidPanel(request.user, most=None)})


@hooks.register("register_admin_urls")
def invoicing_urls():
    return [
        path("invoicing/invoice/<int:pk>/pdf/", pdf, name="invoice_pdf"),
        path("not-paid/", not_paid, name="not_paid"),
        *explaining_page.urls,
    ]


slots.fill(
    "leasing.lease.tables",
    lambda: Related(_("Invoices"), lambda lease: lease.invoices.all(), ("number", "state", "total", "due_date")),
)


@hooks.register("construct_homepage_panels", order=PANELS)
def not_paid_panel(request, panels):
    panels.append(NotPaidPanel(request.user))
