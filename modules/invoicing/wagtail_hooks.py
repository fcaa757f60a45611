"""Invoicing in the back office, and who has not paid as the first thing on its home."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from rentbook.backoffice.home import PANELS
from rentbook.backoffice.menus import Link, ModuleGroup

from . import explaining_page, needs, tenant_panels  # noqa: F401  (what it shows elsewhere)
from .models import BillingRun, Invoice
from .move_out import page as move_out_page
from .panels import NotPaidPanel
from .screens import (
    billing_page,
    credit_notes,
    credits,
    deposits,
    invoices,
    lateness,
    manual_page,
    papers,
    policy,
    promising,
    runs,
    settlements,
    statements,
)


class InvoicingGroup(ModuleGroup):
    menu_label = _("Bills")
    menu_icon = "doc-full-inverse"
    menu_order = 200
    items = (
        invoices.InvoiceViewSet(), invoices.InvoiceLineViewSet(),
        settlements.SettlementViewSet(), credits.CreditViewSet(), credits.ReminderViewSet(),
        credit_notes.CreditNoteViewSet(), credit_notes.CreditNoteLineViewSet(),
        lateness.LateFeeViewSet(), lateness.ExtensionViewSet(), lateness.PromiseViewSet(),
        deposits.DepositEntryViewSet(), runs.BillingRunViewSet(), policy.BillingPolicyViewSet(),
    )  # fmt: skip
    menu = (
        Link(_("Not paid this month"), "not_paid", Invoice, icon="warning"),
        "invoice",
        Link(_("Drafts"), "invoice:index", Invoice, "?state=draft", "draft"),
        Link(_("Overdue"), "invoice:index", Invoice, "?state=overdue", "time"),
        Link(_("Bill a month"), "bill_month", BillingRun, icon="plus", needs="add"),
        "billingrun", "creditnote", "credit", "depositentry", "latefee", "extension", "reminder", "billingpolicy",
    )  # fmt: skip


@hooks.register("register_log_actions")
def settled(actions):
    actions.register_action("invoicing.invoice_settled", _("Settled"), _("Settled"))


@hooks.register("register_admin_viewset")
def invoicing_viewsets():
    return InvoicingGroup()


def not_paid(request: HttpRequest) -> HttpResponse:
    """Everybody who has not paid this month; the home shows the first of them."""
    return render(request, "invoicing/not_paid.html", {"panel": NotPaidPanel(request.user, most=None)})


PAGES = (
    explaining_page, billing_page, manual_page, deposits, statements, credit_notes, promising, settlements, papers,
    move_out_page,
)  # fmt: skip


@hooks.register("register_admin_urls")
def invoicing_urls():
    return [path("not-paid/", not_paid, name="not_paid"), *(url for page in PAGES for url in page.urls)]


@hooks.register("construct_homepage_panels", order=PANELS)
def not_paid_panel(request, panels):
    panels.append(NotPaidPanel(request.user))
