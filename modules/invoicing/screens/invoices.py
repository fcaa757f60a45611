"""Invoices and their lines."""

from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets.button import HeaderButton

from modules.invoicing.filters import InvoiceFilterSet
from modules.invoicing.models import Invoice, InvoiceLine
from modules.invoicing.owed import OwedColumn, owed
from modules.invoicing.reminding import REMIND
from modules.invoicing.services import cancel_invoices, mark_invoices_overdue, overdue_blocked, send_invoices
from rentbook.backoffice.columns import ActsColumn, LinkColumn, PersonColumn
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet
from rentbook.kernel.registry import slots

from .settlements import ACTIONS


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
        Related(
            _("Settled by"), lambda row: row.settlements.all(), ("kind", "amount", "value_date", "reference", "reason")
        ),
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
        **ACTIONS,
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


slots.fill(
    "leasing.lease.tables",
    lambda: Related(_("Invoices"), lambda lease: lease.invoices.all(), ("number", "state", "total", "due_date")),
)
