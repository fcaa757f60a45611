"""How bills are made for a landlord: days of review, and to what they are rounded."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.invoicing.models import BillingPolicy
from modules.invoicing.services import create_policy, update_policy
from rentbook.backoffice.columns import PersonColumn
from rentbook.backoffice.forms import ScopedForm
from rentbook.backoffice.viewsets import ScopedViewSet


class PolicyForm(ScopedForm):
    billing_unit = forms.DecimalField(
        label=_("Bills are rounded to"),
        max_digits=12,
        decimal_places=3,
        required=False,
        help_text=_("In the landlord’s currency, such as 100. Empty: the smallest amount that people can pay."),
    )

    class Meta:
        model = BillingPolicy
        fields = ["landlord", "review_days"]

    def __init__(self, *args: Any, instance: BillingPolicy | None = None, **kwargs: Any):
        super().__init__(*args, instance=instance, **kwargs)
        if instance:
            self.initial["billing_unit"] = instance.billing_units.get(instance.landlord.currency)


class BillingPolicyViewSet(ScopedViewSet):
    model = BillingPolicy
    icon = "cog"
    form_class = PolicyForm
    services = {"create": create_policy, "update": update_policy}
    list_display = [PersonColumn("landlord", lambda row: row.landlord, label=_("Landlord")), "review_days"]
    select_related = ("landlord",)
    inspect_view_fields = ["review_days", "landlord"]

    @staticmethod
    def facts(policy: BillingPolicy):
        for currency, step in policy.billing_units.items():
            yield _("Bills are rounded to"), f"{currency} {step}"
