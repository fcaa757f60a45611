"""A new lease on one page: six fields, the rest comes from the home; one button signs, bills and welcomes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from rentbook.backoffice.forms import put_errors
from rentbook.backoffice.views import visible
from rentbook.kernel import clock
from rentbook.kernel.choices import Channel, Language
from rentbook.kernel.contacts import Contact
from rentbook.kernel.dates import show_day
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.scoping import landlords, may

from .forms import AS_KNOWN, DayInput, WrittenAmount, written
from .models import Charge, LateFeeRule, Lease, Unit
from .selectors import homes_to_let, last_lease
from .services import create_lease, sign_leases
from .terms_form import TermsForm, unlike_the_usual
from .usual_terms import Usual, read, usual_at

SIX = ("unit", "name", "phone", "start", "months", "rent")
PERSON = ("name", "kind", "phone", "email", "id_number", "language", "channel")
CHARGES = ("electricity", "water", "wifi")
LONGEST = 600  # months


class HomeField(forms.ModelChoiceField):
    """A home by its property and name; what is let for now says so, and whose it is where there are several books."""

    books = 1

    def label_from_instance(self, unit: Unit) -> str:
        home = f"{unit.property}, {unit.name}"
        if self.books > 1:
            home = f"{home} – {unit.landlord}, {unit.landlord.currency}"
        return _("%(home)s (let for now)") % {"home": home} if unit.taken else home


class NewLeaseForm(TermsForm):
    """Amounts are read as people write them, in the currency of the home's landlord."""

    unit = HomeField(None, label=pgettext_lazy("unit", "Home"), widget=forms.Select(attrs={"autofocus": True}))
    name = forms.CharField(label=gettext_lazy("Tenant's name"), max_length=120)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    start = forms.DateField(label=gettext_lazy("First day"), widget=DayInput)
    months = forms.IntegerField(
        label=gettext_lazy("Months"),
        min_value=1,
        max_value=LONGEST,
        required=False,
        help_text=gettext_lazy("Empty: without a last day."),
    )
    rent = WrittenAmount(label=gettext_lazy("Rent"))
    deposit = WrittenAmount(label=gettext_lazy("Deposit agreed"), required=False)
    electricity = WrittenAmount(label=gettext_lazy("Electricity"), required=False)
    water = WrittenAmount(label=gettext_lazy("Water"), required=False)
    wifi = WrittenAmount(label=gettext_lazy("Wi-Fi"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[AS_KNOWN, *Contact.Kind.choices], required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    id_number = forms.CharField(label=gettext_lazy("Identity number"), max_length=40, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[AS_KNOWN, *Language.choices], required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=[AS_KNOWN, *Channel.choices], required=False)

    field_order = (*SIX, "deposit", *CHARGES)

    def __init__(self, *args: Any, user: User, books: list[Landlord], unit: Unit | None, **kwargs: Any):
        landlord = unit.landlord if unit else books[0]
        usual = usual_at(read(landlord), unit.property_id if unit else None)
        like = like_the_last(unit, usual) if unit else {}
        super().__init__(*args, initial={"start": clock.today(books[0]), "unit": unit} | like, **kwargs)
        fees = LateFeeRule.objects.visible_to(user).filter(landlord__in=[landlord] if unit else books)
        self.offer(fees.filter(currency=F("landlord__currency")), usual, unit.property if unit else None)
        self.fields["unit"].queryset = homes_to_let(user)
        self.fields["unit"].books = len(books)
        self._read_in(books[0].currency)
        self.fields["rent"].help_text = ", ".join(sorted({landlord.currency for landlord in books}))

    def _read_in(self, currency: str) -> None:
        for field in self.fields.values():
            if isinstance(field, WrittenAmount):
                field.currency = currency

    def clean_unit(self) -> Unit:
        unit = self.cleaned_data["unit"]
        self._read_in(unit.landlord.currency)
        return unit

    def values(self) -> dict[str, Any]:
        """What create_lease takes."""
        data = self.cleaned_data
        charges = {stream: data[stream] for stream in CHARGES if data[stream]}
        return {
            **{name: data[name] for name in ("unit", "start", "months", "rent")},
            **self.terms(),
            **self.rates(),
            "deposit": data["deposit"] or 0,
            "person": {name: data[name] for name in PERSON},
            "charges": charges,
        }

    def six(self) -> dict[str, Any]:
        """What everybody fills in, with what is wrong with the whole."""
        return {"non_field_errors": self.non_field_errors(), "visible_fields": [self[name] for name in SIX]}

    def rest(self) -> dict[str, Any]:
        """What comes from the home, folded away unless something is wrong there."""
        fields = [field for field in self if field.name not in SIX]
        return {"visible_fields": fields, "wrong": any(field.errors for field in fields)}


def like_the_last(unit: Unit, usual: Mapping[str, Usual]) -> dict[str, Any]:
    """What the home's last lease asked: its amounts, the terms of its own, and the day after it where it still runs."""
    lease = last_lease(unit)
    if lease is None or lease.currency != unit.landlord.currency:
        return {}
    charges = {charge.stream: charge for charge in lease.charges.filter(end=None).order_by("start")}
    asked = [name for name in (Charge.RENT, *CHARGES) if name in charges]
    found: dict[str, Any] = {name: written(charges[name].amount.amount) for name in asked}
    found |= unlike_the_usual(lease, usual) | {"occupants": lease.occupants}
    if rent := charges.get(Charge.RENT):
        found |= {name: getattr(rent, name) for name in ("tax_rate", "withholding_rate") if getattr(rent, name)}
    if lease.deposit:
        found["deposit"] = written(lease.deposit.amount)
    if lease.state in Lease.LIVE and lease.end:
        found["start"] = lease.end + timedelta(days=1)
    return found


def new_lease(request: HttpRequest) -> HttpResponse:
    """Write a lease; with `?unit=` for that home. Who may add in no book is refused; another's home is 404."""
    books = landlords(request.user, Lease, ["add"])
    if not books:
        raise PermissionDenied
    form = NewLeaseForm(request.POST or None, user=request.user, books=books, unit=_asked_for(request))
    if request.method == "POST" and form.is_valid() and (lease := _save(request, form)):
        return redirect("lease:inspect", lease.pk)
    return render(request, "leasing/new_lease.html", {"form": form})


def _asked_for(request: HttpRequest) -> Unit | None:
    key = request.GET.get("unit", "")
    if not key:
        return None
    homes = visible(request.user, Unit).select_related("landlord", "property")
    unit = get_object_or_404(homes, pk=key if key.isdecimal() else None)
    if not may(request.user, "add", unit.landlord, Lease):
        raise PermissionDenied
    return unit


def _save(request: HttpRequest, form: NewLeaseForm) -> Lease | None:
    try:
        with transaction.atomic():
            lease = create_lease(by=request.user, **form.values())
            if "draft" not in request.POST:
                sign_leases(leases=[lease], by=request.user)
    except ValidationError as error:
        put_errors(form, error)
        return None
    start = show_day(lease.start, get_language())
    text = _("%(tenant)s rents %(unit)s from %(start)s.") % {"tenant": lease.tenant, "unit": lease.unit, "start": start}
    draft = _("This is a draft: activate it once it is signed.")
    messages.success(request, f"{text} {draft}" if "draft" in request.POST else text)
    return lease
