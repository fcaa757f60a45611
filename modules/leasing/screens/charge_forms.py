"""What staff type about charges and shared costs."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from modules.leasing.forms import DayInput, WrittenAmount
from modules.leasing.models import Charge, Lease, Property, SharedCost
from rentbook.backoffice.forms import ScopedForm
from rentbook.kernel.money import Money
from rentbook.kernel.people import User
from rentbook.kernel.scoping import landlord_ids

from .fields import StreamField


class ChargeForm(ScopedForm):
    """A new stream of a lease; what is left empty is the lease's."""

    stream = StreamField(label=_("What it is for"))
    amount = WrittenAmount(
        label=_("Amount a period"), required=False, help_text=_("Empty for what is billed by meter or shared.")
    )

    class Meta:
        model = Charge
        fields = [
            "lease", "stream", "kind", "amount", "start", "end", "frequency", "alignment", "proration", "in_arrears",
            "due_day", "due_days_after", "lead_days", "tax_rate", "withholding_rate",
        ]  # fmt: skip
        widgets = {"start": DayInput, "end": DayInput}

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        leases, books = self.fields["lease"], landlord_ids(user, Charge, ["add"])
        live = leases.queryset.filter(state__in=Lease.LIVE, landlord__in=books)
        leases.queryset = live.select_related("unit", "tenant__contact")

    def clean_lease(self) -> Lease:
        lease = self.cleaned_data["lease"]
        self.fields["amount"].currency = lease.currency
        return lease

    def clean_amount(self) -> Money | None:
        amount, lease = self.cleaned_data["amount"], self.cleaned_data.get("lease")
        return None if amount is None or lease is None else Money(amount, lease.currency)

    def _post_clean(self) -> None:
        """The service says what is wrong: it knows the lease's currency and terms."""


class EndForm(forms.Form):
    on = forms.DateField(label=_("Last day"), widget=DayInput)


class OneOffForm(forms.Form):
    """A charge or discount for each of some leases; the amount is read in their currency."""

    stream = StreamField(label=_("What it is for"))
    amount = forms.CharField(
        label=_("Amount"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "text"}),
        help_text=_("With a minus it is a discount."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
    bill_on = forms.DateField(label=_("Billed from"), widget=DayInput)


class SharedCostForm(ScopedForm):
    """A cost of a property; the amount is in its landlord's currency."""

    stream = StreamField(label=_("What it is for"))
    amount = WrittenAmount(label=_("Amount"))

    class Meta:
        model = SharedCost
        fields = ["property", "stream", "amount", "start", "end", "key", "bill_on", "note"]
        widgets = {"start": DayInput, "end": DayInput, "bill_on": DayInput}

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        places, books = self.fields["property"], landlord_ids(user, SharedCost, ["add"])
        places.queryset = places.queryset.filter(archived_at=None, landlord__in=books).select_related("landlord")

    def clean_property(self) -> Property:
        found = self.cleaned_data["property"]
        self.fields["amount"].currency = found.landlord.currency
        return found

    def clean_amount(self) -> Money:
        found = self.cleaned_data.get("property")
        if found is None:
            raise ValidationError(_("Choose the property first."))
        return Money(self.cleaned_data["amount"], found.landlord.currency)

    def _post_clean(self) -> None:
        """The service says what is wrong with the whole."""
