"""What settled a bill, in the back office: the list, the page for withheld tax, what is given up and taken back."""

from typing import Any

from django import forms
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from modules.invoicing.allocated import allocated
from modules.invoicing.corrections import (
    recover_blocked,
    take_back_blocked,
    to_withhold,
    withhold_blocked,
    write_off_blocked,
)
from modules.invoicing.models import Invoice, Settlement
from modules.invoicing.services import recover, take_back, withhold, write_off
from modules.leasing.forms import DayInput, WrittenAmount, written
from rentbook.backoffice.columns import PersonColumn
from rentbook.backoffice.forms import ReasonForm
from rentbook.backoffice.viewsets import Action, ScopedViewSet
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots

from .bills import BillForm, BillFormView, button


class SettlementViewSet(ScopedViewSet):
    model = Settlement
    icon = "tick-inverse"
    list_display = [
        PersonColumn("invoice", lambda row: row.invoice, label=_("Invoice")),
        "kind", "amount", "value_date", "entry_date", "reference", "reason",
    ]  # fmt: skip
    list_filter = ["kind"]
    search_fields = ["invoice__number", "reference", "reason"]
    select_related = ("invoice",)
    inspect_view_fields = [
        "invoice", "kind", "amount", "value_date", "entry_date", "reference", "reason", "reverses", "landlord",
    ]  # fmt: skip
    actions = {
        "take-back": Action(
            _("Take back"),
            take_back,
            "settlements",
            _("Withheld tax or a write-off is taken back: the bill is open again."),
            blocked=take_back_blocked,
            asks=ReasonForm,
            bulk=False,
        ),
    }


#: What staff may give up on a bill, and take back.
ACTIONS = {
    "write-off": Action(
        _("Write off"),
        write_off,
        "invoices",
        _("What is left to pay is given up as a bad debt. It can be recovered."),
        blocked=write_off_blocked,
        asks=ReasonForm,
        narrow=lambda bills: bills.filter(state__in=Invoice.OPEN, amount_reserved=0),
    ),
    "recover": Action(
        _("Recover"),
        recover,
        "invoices",
        _("What was written off is owed again."),
        blocked=recover_blocked,
        asks=ReasonForm,
        bulk=False,
    ),
}


class WithholdingForm(BillForm):
    """The certificate, its day, and the amount in the bill's currency."""

    amount = WrittenAmount(label=_("Amount"))
    certificate = forms.CharField(label=_("Number of the certificate"), max_length=60)
    on = forms.DateField(label=_("Day of the certificate"), widget=DayInput)

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any):
        begun = {"amount": written(to_withhold(invoice).amount), "on": clock.today(invoice.landlord)}
        super().__init__(*args, initial=begun, **kwargs)
        self.fields["amount"].currency = invoice.currency


class WithholdingView(BillFormView):
    """Enter the certificate for what the tenant withheld; the amount begins as what the bill's lines expect."""

    label = button = _("Withholding tax")
    form_class = WithholdingForm
    unchangeable = staticmethod(withhold_blocked)

    def save(self, form: WithholdingForm) -> Invoice:
        data = form.cleaned_data
        amount = Money(data["amount"], self.object.currency)
        return withhold(
            invoice=self.object, amount=amount, certificate=data["certificate"], on=data["on"], by=self.request.user
        )


class AllocationPanel(Component):
    """How far each line of a bill is settled: rent, then utilities, then fees (docs/rules.md, D30)."""

    template_name = "invoicing/allocation_panel.html"

    def __init__(self, invoice: Invoice):
        self.settled = allocated(invoice)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"rows": [(line, settled, line.amount - settled) for line, settled in self.settled.items()]}


def allocation(user: User, invoice: Invoice) -> AllocationPanel | None:
    return AllocationPanel(invoice) if invoice.amount_paid else None


urls = [path("invoicing/invoice/<int:pk>/withholding/", WithholdingView.as_view(), name="withhold")]
slots.fill("invoicing.invoice.buttons", button(WithholdingView, "withhold"))
slots.fill("invoicing.invoice.panels", allocation)
