"""Billing runs: what each issued, and its way from prepared to issued, or undone."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets.button import HeaderButton

from modules.invoicing.models import BillingRun
from modules.invoicing.services import approve_runs, drop_runs, issue_runs, undo_runs
from rentbook.backoffice.columns import LinkColumn
from rentbook.backoffice.forms import ReasonForm
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet
from rentbook.kernel.money import total_by_currency

from .billing_page import address


class BillingRunViewSet(ScopedViewSet):
    model = BillingRun
    icon = "history"
    list_display = [
        LinkColumn("first", label=_("issue days from"), url_name="billingrun:inspect"),
        "last", "state", "created", "by", "created_at",
    ]  # fmt: skip
    list_filter = ["state"]
    select_related = ("by",)
    inspect_view_fields = ["first", "last", "created", "by", "approved_by", "created_at", "undone_at", "landlord"]
    related = (Related(_("Invoices"), lambda row: row.invoices.all(), ("number", "state", "total", "due_date")),)
    actions = {
        "approve": Action(
            _("Approve"),
            approve_runs,
            "runs",
            _("You have looked at what it would bill."),
            transition="approve",
        ),
        "issue": Action(
            _("Issue"),
            issue_runs,
            "runs",
            _("The bills get their numbers, and the tenants are told."),
            transition="issue",
            bulk=False,
        ),
        "undo": Action(
            _("Undo"),
            undo_runs,
            "runs",
            _("All its bills are withdrawn together, as long as nothing was paid on them. They keep their numbers."),
            transition="undo",
            asks=ReasonForm,
            bulk=False,
        ),
        "drop": Action(_("Drop"), drop_runs, "runs", _("Nothing is billed by it."), transition="drop"),
    }

    @staticmethod
    def facts(run: BillingRun):
        for total in total_by_currency(run.invoices.exclude(state="cancelled"), "total"):
            yield _("Billed"), total

    @staticmethod
    def buttons(request: HttpRequest, run: BillingRun):
        if run.state in (BillingRun.State.PREPARED, BillingRun.State.APPROVED):
            yield HeaderButton(_("What it would bill"), url=address(run.landlord, run.first), icon_name="view")
