"""What staff type about the landlord itself, and about whom it writes to."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rentbook.kernel.contacts import Contact
from rentbook.kernel.landlords import FIXED, OPERATORS
from rentbook.kernel.people import Landlord, User

from .forms import KeptFileInput, ScopedForm


class WithPhone(ScopedForm):
    """A form with a phone as people write it; the service reads it in the landlord's country (docs/rules.md, D39)."""

    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)

    def __init__(self, *args: Any, instance: Any, **kwargs: Any):
        super().__init__(*args, instance=instance, initial={"phone": instance.phone}, **kwargs)


class LandlordForm(WithPhone):
    """The landlord's details; what is fixed is shown with the reason, for the operator less of it."""

    class Meta:
        model = Landlord
        fields = ["name", "address", "language", "other_ways_to_pay", "logo", *FIXED]
        widgets = {"logo": KeptFileInput({"accept": "image/png,image/jpeg"})}

    field_order = ["name", "address", "phone"]

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        for name, reason in FIXED.items():
            if not (user.is_superuser and name in OPERATORS):
                self.fields[name].disabled, self.fields[name].help_text = True, reason


class NewLandlordForm(ScopedForm):
    """A book to open, and whose it is."""

    email = forms.EmailField(label=_("E-mail of the owner"), help_text=_("By this the person signs in."))
    owner_phone = forms.CharField(label=_("Phone of the owner"), max_length=40, required=False)
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=40,
        required=False,
        help_text=_("Such as Africa/Dar_es_Salaam; empty is the country's own."),
    )

    class Meta:
        model = Landlord
        fields = ["code", "name", "country", "currency", "language", "time_zone"]


class ContactForm(WithPhone):
    class Meta:
        model = Contact
        fields = ["name", "email", "language", "channel"]

    field_order = ["name", "phone"]
