"""What is asked before a lease ends, goes on, or costs another amount."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.leasing.forms import DayInput
from modules.leasing.models import Charge, Lease
from modules.leasing.rent_steps import ByAmount, ByIndex, ByPercent, Rise
from modules.leasing.streams import STREAMS
from rentbook.kernel.percent import WHOLE, PercentFormField

LONGEST = 600  # months
LEAST = Decimal("0.001")
BILLED_ONCE = {"damage", "deposit", "late-fee", "opening-balance"}


class NoticeForm(forms.Form):
    """Who gives notice, when, and until when they stay."""

    by_whom = forms.ChoiceField(label=gettext_lazy("Given by"), choices=Lease.Giver.choices)
    on = forms.DateField(label=gettext_lazy("Given on"), widget=DayInput, required=False)
    leaves_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=DayInput,
        required=False,
        help_text=gettext_lazy("Empty: once the agreed days of notice are over."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Needed where the last day is sooner than the agreed days of notice."),
    )


class EndForm(forms.Form):
    """The last day, and why it is."""

    on = forms.DateField(
        label=gettext_lazy("Last day"), widget=DayInput, required=False, help_text=gettext_lazy("Empty: today.")
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)


class RiseForm(forms.Form):
    """How an amount changes: one of three ways, and what the new amount is rounded to."""

    percent = PercentFormField(
        label=gettext_lazy("By a percentage"), required=False, least=-WHOLE, help_text=gettext_lazy("Such as 8 or 7.5.")
    )
    more = forms.DecimalField(label=gettext_lazy("Or by an amount"), required=False, decimal_places=3, max_digits=15)
    round_to = forms.DecimalField(
        label=gettext_lazy("Rounded to"),
        required=False,
        min_value=LEAST,
        decimal_places=3,
        max_digits=15,
        help_text=gettext_lazy("Such as 1000. Empty: to what people can pay."),
    )
    index_name = forms.CharField(label=gettext_lazy("Or by an index: its name"), required=False, max_length=40)
    index_before = forms.DecimalField(
        label=gettext_lazy("Index before"), required=False, min_value=LEAST, decimal_places=4, max_digits=10
    )
    index_after = forms.DecimalField(
        label=gettext_lazy("Index after"), required=False, min_value=LEAST, decimal_places=4, max_digits=10
    )

    def clean(self) -> dict[str, Any]:
        data = {name: value for name, value in super().clean().items() if name not in RiseForm.base_fields}
        return data | {"rise": self._rise(), "round_to": self.cleaned_data.get("round_to")}

    def _rise(self) -> Rise | None:
        given = self.cleaned_data.get
        index = [given("index_name"), given("index_before"), given("index_after")]
        ways: list[Rise] = []
        if given("percent") is not None:
            ways.append(ByPercent(given("percent")))
        if given("more") is not None:
            ways.append(ByAmount(given("more")))
        if all(index):
            ways.append(ByIndex(*index))
        if len(ways) > 1 or (any(index) and not all(index)):
            raise ValidationError(
                _("Choose one way: a percentage, an amount, or an index with its name and two values.")
            )
        return ways[0] if ways else None


class RaiseForm(RiseForm):
    """From which day what costs another amount."""

    on = forms.DateField(label=gettext_lazy("From"), widget=DayInput)
    stream = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=[(name, word) for name, word in STREAMS.items() if name not in BILLED_ONCE],
        initial=Charge.RENT,
    )

    field_order = ["on", "stream"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data["rise"] is None and not self.errors:
            raise ValidationError(_("Say by how much: a percentage, an amount, or an index."))
        return data


class RenewForm(RiseForm):
    """For how long, and at which rent: as it is, where nothing is said of it."""

    months = forms.IntegerField(
        label=gettext_lazy("Months"),
        min_value=1,
        max_value=LONGEST,
        initial=12,
        required=False,
        help_text=gettext_lazy("Empty: without a last day."),
    )
    end = forms.DateField(label=gettext_lazy("Or to a last day"), widget=DayInput, required=False)

    field_order = ["months", "end"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("months") and data.get("end"):
            raise ValidationError(_("Choose either months or a last day."))
        return data
