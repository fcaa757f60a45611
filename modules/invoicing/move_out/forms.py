"""What is asked when a tenant moves out: the last day, what was damaged, and how the rest of the deposit goes back."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.invoicing.services import Deduction
from modules.leasing.forms import DayInput, WrittenAmount
from rentbook.kernel.accounts import Account
from rentbook.kernel.money import Money

NOT_YET = ("", gettext_lazy("It is paid later"))
PAID_FROM = [(each.value, each.label) for each in (Account.CASH, Account.MOBILE_MONEY, Account.BANK)]
ROWS = 5


class MoveOutForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("Last day"), widget=DayInput)
    reason = forms.CharField(label=gettext_lazy("Why it ended"), max_length=200, required=False)
    paid_from = forms.ChoiceField(
        label=gettext_lazy("What is left of the deposit is paid from"), choices=[NOT_YET, *PAID_FROM], required=False
    )
    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=60, required=False)


class DeductionForm(forms.Form):
    """One thing to pay for; a row that is left empty asks for nothing."""

    what = forms.CharField(label=gettext_lazy("What was damaged or is missing"), max_length=200, required=False)
    amount = WrittenAmount(label=gettext_lazy("Amount"), required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.currency = self.fields["amount"].currency = currency

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if bool(data.get("what")) != bool(data.get("amount")) and not self.errors:
            raise ValidationError(_("Say both what it is and how much."))
        return data

    def deduction(self) -> Deduction | None:
        data = self.cleaned_data
        return Deduction(data["what"], Money(data["amount"], self.currency)) if data.get("amount") else None


Deductions = forms.formset_factory(DeductionForm, extra=ROWS, max_num=ROWS, validate_max=True)
