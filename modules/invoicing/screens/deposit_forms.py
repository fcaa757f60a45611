"""What staff type about a deposit: which bills it settles, or how it is given back."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from modules.invoicing.deposits import deposit_held
from modules.invoicing.models import Invoice
from modules.invoicing.selectors import open_invoices
from modules.invoicing.services import apply_deposit, refund_deposit
from modules.invoicing.services.deposits import MONEY
from modules.leasing.forms import DayInput, WrittenAmount, written
from modules.leasing.models import Lease
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from rentbook.kernel.people import User
from rentbook.kernel.templatetags.rentbook import isolated, money


class DepositForm(forms.Form):
    """An amount of what is held, the day, and what it is for; the service judges it."""

    amount = WrittenAmount(label=_("Amount"))
    on = forms.DateField(label=_("Day"), widget=DayInput())
    reason = forms.CharField(label=_("What for"), max_length=200)

    def __init__(self, *args: Any, lease: Lease, **kwargs: Any):
        self.lease, self.held = lease, deposit_held(lease)
        amount = written(max(self.most().amount, Decimal(0)))
        super().__init__(*args, initial={"amount": amount, "on": clock.today(lease.landlord)}, **kwargs)
        self.fields["amount"].currency = lease.currency

    def most(self) -> Money:
        """What the amount is filled in with."""
        return self.held

    def given(self) -> dict[str, Any]:
        """What the service takes."""
        amount = Money(self.cleaned_data["amount"], self.lease.currency)
        return self.cleaned_data | {"lease": self.lease, "amount": amount}


class OpenBills(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, bill: Invoice) -> str:
        return format_html("{}, {}", isolated(bill), money(bill.balance))


class ApplyForm(DepositForm):
    """The open bills of the lease, but the deposit's own; all are chosen."""

    title, button = _("Apply deposit"), _("Apply deposit")
    sentence = _("What is applied settles these bills, the oldest due first. The entry names them.")
    invoices = OpenBills(None, label=_("Bills"))
    field_order = ["invoices", "amount", "on", "reason"]

    def __init__(self, *args: Any, lease: Lease, **kwargs: Any):
        self.bills = open_invoices(lease).exclude(lines__kind="deposit")
        super().__init__(*args, lease=lease, **kwargs)
        self.fields["invoices"].queryset = self.bills
        self.initial["invoices"] = self.bills

    def most(self) -> Money:
        owed = sum((bill.available for bill in self.bills), Money(0, self.lease.currency))
        return min(self.held, owed)

    def save(self, by: User) -> None:
        apply_deposit(**self.given(), by=by)


class RefundForm(DepositForm):
    """Where the money comes from, and its reference there."""

    title, button = _("Refund deposit"), _("Refund deposit")
    sentence = _("Enter what was given back to the tenant.")
    account = forms.ChoiceField(label=_("Paid from"), choices=[(each.value, each.label) for each in MONEY])
    reference = forms.CharField(label=_("Reference"), max_length=60, required=False)
    field_order = ["amount", "account", "reference", "on", "reason"]

    def save(self, by: User) -> None:
        refund_deposit(**self.given(), by=by)
