"""What staff type about tariffs and meters."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.leasing.forms import DayInput, WrittenAmount, written
from modules.leasing.models import Meter, Tariff
from modules.leasing.selectors import IN_USE
from rentbook.backoffice.forms import ScopedForm
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.scoping import landlord_ids

from .fields import BlocksField, QuantityField, StreamField


class PricesForm(forms.Form):
    """Prices that begin on a day."""

    valid_from = forms.DateField(label=_("Valid from"), widget=DayInput)
    blocks = BlocksField(label=_("Prices"))


class TariffForm(ScopedForm):
    standing = WrittenAmount(label=_("Standing charge"), required=False, help_text=_("Charged with each reading."))

    class Meta:
        model = Tariff
        fields = ["name", "measure"]

    def __init__(self, *args: Any, instance: Tariff | None = None, **kwargs: Any):
        super().__init__(*args, instance=instance, **kwargs)
        if instance:
            self.fields["standing"].currency = instance.currency
            self.initial["standing"] = written(instance.standing.amount)

    def clean_standing(self) -> Decimal:
        return self.cleaned_data["standing"] or Decimal(0)


class NewTariffForm(TariffForm):
    """A tariff with its first prices, in the landlord's currency."""

    stream = StreamField(label=_("What it is for"))
    valid_from = forms.DateField(label=_("Valid from"), widget=DayInput)
    blocks = BlocksField(label=_("Prices"))

    class Meta(TariffForm.Meta):
        fields = ["landlord", "name", "stream", "measure"]

    field_order = ["landlord", "name", "stream", "measure", "standing", "valid_from", "blocks"]

    def clean_landlord(self) -> Landlord:
        landlord = self.cleaned_data["landlord"]
        self.fields["standing"].currency = landlord.currency
        return landlord


class MeterForm(ScopedForm):
    class Meta:
        model = Meter
        fields = ["serial", "tariff"]


class NewMeterForm(ScopedForm):
    first_value = QuantityField(label=_("What it showed then"), initial="0")

    class Meta:
        model = Meter
        fields = ["unit", "tariff", "serial", "installed_on", "first_value"]
        widgets = {"installed_on": DayInput}

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        units, books = self.fields["unit"], landlord_ids(user, Meter, ["add"])
        units.queryset = units.queryset.filter(IN_USE, landlord__in=books).select_related("property")
        units.label_from_instance = lambda unit: f"{unit.property}, {unit}"


class ReplaceForm(forms.Form):
    """What the old meter ended with, and the new one begins with."""

    on = forms.DateField(label=_("Replaced on"), widget=DayInput)
    last_value = QuantityField(label=_("Last value of the old meter"))
    serial = forms.CharField(label=_("Serial number of the new meter"), max_length=40)
    first_value = QuantityField(label=_("First value of the new meter"), initial="0")


class EstimateForm(forms.Form):
    on = forms.DateField(label=_("Estimated for"), widget=DayInput)
