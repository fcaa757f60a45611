"""What a late rent costs: the rules of a landlord, from which leases choose."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.leasing.forms import WrittenAmount, written
from modules.leasing.models import LateFeeRule
from modules.leasing.selectors import late_fee_rule_fixed
from modules.leasing.services import create_late_fee_rule, delete_late_fee_rule, update_late_fee_rule
from rentbook.backoffice.columns import DataColumn
from rentbook.backoffice.forms import ScopedForm
from rentbook.backoffice.viewsets import ScopedViewSet
from rentbook.kernel.money import CURRENCIES
from rentbook.kernel.percent import as_percent

KIND = LateFeeRule.Kind


class LateFeeRuleForm(ScopedForm):
    """A fixed amount or a percentage, whichever the kind asks for; amounts are read in the rule's currency."""

    amount = WrittenAmount(label=gettext_lazy("Amount"), required=False)
    maximum = WrittenAmount(
        label=gettext_lazy("Most for one bill"), required=False, help_text=gettext_lazy("Empty: no limit.")
    )

    class Meta:
        model = LateFeeRule
        fields = ["landlord", "name", "currency", "kind", "amount", "rate", "every_days", "maximum"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["rate"].required = False
        rule = self.instance
        if rule.pk:
            self._read_in(rule.currency)
            amounts = {"amount": rule.amount, "maximum": rule.maximum}
            self.initial |= {name: written(amount.amount) for name, amount in amounts.items() if amount}
        elif books := self.fields["landlord"].queryset[:1]:
            self.initial["currency"] = books[0].currency

    def _read_in(self, currency: str) -> None:
        self.fields["amount"].currency = self.fields["maximum"].currency = currency

    def clean_currency(self) -> str:
        """Asked before the amounts, which are read in it."""
        currency = self.cleaned_data["currency"].upper()
        if currency not in CURRENCIES:
            raise ValidationError(_("%s is not a currency; write its three letters, such as TZS.") % currency)
        self._read_in(currency)
        return currency

    def clean(self) -> dict[str, Any]:
        """What the kind does not ask for is nothing; what it asks for is there."""
        data = super().clean()
        asked, other = ("amount", "rate") if data.get("kind") == KIND.FLAT else ("rate", "amount")
        data[other] = 0
        if data.get("kind") and asked not in self.errors and not data.get(asked):
            self.add_error(asked, _("More than zero is expected."))
        return data


class LateFeeRuleViewSet(ScopedViewSet):
    model = LateFeeRule
    icon = "warning"
    form_class = LateFeeRuleForm
    services = {"create": create_late_fee_rule, "update": update_late_fee_rule, "delete": delete_late_fee_rule}
    unchangeable = staticmethod(late_fee_rule_fixed)
    list_display = [
        "name", "kind", "amount",
        DataColumn("rate", label=gettext_lazy("Percentage"), accessor=lambda rule: _rate(rule)),
        "every_days", "maximum",
    ]  # fmt: skip
    search_fields = ["name"]
    inspect_view_fields = ["name", "currency", "kind", "amount", "every_days", "maximum", "landlord"]

    @staticmethod
    def facts(rule: LateFeeRule):
        yield gettext_lazy("Percentage"), _rate(rule)

    @staticmethod
    def stands_against(rule: LateFeeRule) -> list[str]:
        fixed = late_fee_rule_fixed(rule)
        return [fixed] if fixed else []


def _rate(rule: LateFeeRule) -> str | None:
    return f"{as_percent(rule.rate)} %" if rule.rate else None
