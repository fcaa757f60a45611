"""What staff type about properties, homes, tenants and leases."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rentbook.backoffice.forms import ScopedForm
from rentbook.kernel.choices import Channel, Language
from rentbook.kernel.contacts import Contact
from rentbook.kernel.money import parse_amount
from rentbook.kernel.people import User
from rentbook.kernel.scoping import landlord_ids

from .models import Charge, Lease, Property, Tenant, Unit
from .usual_terms import Usual, said

AS_KNOWN = ("", "–")


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


class WrittenAmount(forms.CharField):
    """An amount as people write it, in the `currency` that its form sets; a Decimal of zero or more, or None."""

    currency = ""

    def __init__(self, **kwargs: Any):
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = parse_amount(text, self.currency)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        if amount < 0:
            raise ValidationError(_("The amount is negative: zero or more is expected."))
        return amount


def written(amount: Decimal) -> str:
    """An amount as it stands in such a field: 500000, 250.5."""
    return f"{amount.normalize():f}"


class PropertyForm(ScopedForm):
    class Meta:
        model = Property
        fields = ["landlord", "name", "address"]


class UnitForm(ScopedForm):
    """A home stands in a property that is in use, in a book where the user may add."""

    class Meta:
        model = Unit
        fields = ["property", "name", "kind", "parent", "area", "shared"]

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        in_use = Q(archived_at=None, landlord__in=landlord_ids(user, Unit, ["add"]))
        places = self.fields["property"]
        places.queryset = places.queryset.filter(in_use | Q(pk=self.instance.property_id))
        larger = self.fields["parent"]
        larger.queryset = larger.queryset.filter(archived_at=None).exclude(pk=self.instance.pk)


class TenantForm(ScopedForm):
    """A tenant with their contact; the phone as people write it in the landlord's country (docs/rules.md, D39)."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Contact.Kind.choices, initial=Contact.Kind.PERSON)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    id_number = forms.CharField(label=gettext_lazy("Identity number"), max_length=40, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[AS_KNOWN, *Language.choices], required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=Channel.choices, initial=Channel.WHATSAPP)

    class Meta:
        model = Tenant
        fields = ["landlord"]

    def __init__(self, *args: Any, instance: Tenant | None = None, **kwargs: Any):
        known = model_to_dict(instance.contact, fields=list(self.base_fields)) if instance else {}
        super().__init__(*args, instance=instance, initial=known, **kwargs)
        if instance:
            self.fields["language"].choices = Language.choices


class LeaseForm(ScopedForm):
    """The terms of a lease that nobody has signed yet."""

    rent = WrittenAmount(label=gettext_lazy("Rent"))
    deposit = WrittenAmount(label=gettext_lazy("Deposit agreed"), required=False)

    class Meta:
        model = Lease
        fields = [
            "start", "end", "deposit", "frequency", "alignment", "proration", "in_arrears", "due_day",
            "due_days_after", "lead_days", "grace_days", "late_fee", "at_the_end", "notice_days", "occupants",
        ]  # fmt: skip
        widgets = {"start": DayInput, "end": DayInput}

    field_order = ["start", "end", "rent", "deposit"]

    def __init__(self, *args: Any, instance: Lease, **kwargs: Any):
        super().__init__(*args, instance=instance, **kwargs)
        self.fields["rent"].currency = self.fields["deposit"].currency = instance.currency
        fees = self.fields["late_fee"]
        fees.queryset = fees.queryset.filter(landlord=instance.landlord_id, currency=instance.currency)
        for name, origin in instance.inherited.items():
            usual = Usual(getattr(instance, name), origin)
            self.fields[name].help_text = said(name, usual, instance.unit.property)
        self.initial["deposit"] = written(instance.deposit.amount)
        if rent := instance.charges.filter(stream=Charge.RENT, start=instance.start).first():
            self.initial["rent"] = written(rent.amount.amount)

    def clean_deposit(self) -> Decimal:
        return self.cleaned_data["deposit"] or Decimal(0)
