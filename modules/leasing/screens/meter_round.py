"""The meter round: a house is walked through, each meter's value typed under its last one, and all saved at once."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from modules.leasing.forms import DayInput
from modules.leasing.meter_book import NewReading
from modules.leasing.meter_selectors import histories, in_place
from modules.leasing.metering import unusual
from modules.leasing.models import Meter, Property, Reading
from modules.leasing.services import estimate_readings, record_readings
from rentbook.backoffice.columns import shown
from rentbook.backoffice.forms import put_errors
from rentbook.backoffice.views import visible
from rentbook.kernel import clock
from rentbook.kernel.scoping import landlord_ids, may

from .fields import QuantityField


class PhotoInput(forms.FileInput):
    """A picture from the phone's camera, or one that is there."""

    def __init__(self) -> None:
        super().__init__(attrs={"accept": "image/png,image/jpeg", "capture": "environment"})


class RoundForm(forms.Form):
    """A value, and a photo if there is one, for each meter of a property; what stays empty was not read."""

    on = forms.DateField(label=gettext_lazy("Read on"), widget=DayInput)

    def __init__(self, *args: Any, meters: list[Meter], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.meters = meters
        for meter in meters:
            self.fields[str(meter.pk)] = QuantityField(label=_("Value"), required=False)
            self.fields[photo_of(meter)] = forms.FileField(label=_("Photo"), required=False, widget=PhotoInput())

    def readings(self) -> list[NewReading]:
        data = self.cleaned_data
        typed = [meter for meter in self.meters if data[str(meter.pk)] is not None]
        return [NewReading(meter, data["on"], data[str(meter.pk)], data[photo_of(meter)]) for meter in typed]

    def not_read(self) -> list[Meter]:
        return [meter for meter in self.meters if not meter.read and self.cleaned_data[str(meter.pk)] is None]


def photo_of(meter: Meter) -> str:
    return f"photo-{meter.pk}"


class Round:
    """The meters of a property in the order in which one walks by, those not read this month first."""

    def __init__(self, place: Property, today: date):
        self.place, self.today = place, today

    @cached_property
    def meters(self) -> list[Meter]:
        rows = in_place(Meter.objects.of(self.place.landlord_id)).filter(unit__property=self.place)
        readings = Reading.objects.of(self.place.landlord_id).filter(meter=OuterRef("pk"))
        rows = rows.annotate(read=Exists(readings.filter(on__gte=self.today.replace(day=1)))).select_related("unit")
        return list(rows.order_by("read", "unit__name", "stream", "pk"))

    def rows(self, form: RoundForm) -> Iterator[tuple[Any, ...]]:
        """A meter, what it showed last and when, and its two fields."""
        known = histories(self.place.landlord, self.meters)
        for meter in self.meters:
            last = known[meter.pk][-1]
            yield meter, shown(last.value), last.on, form[str(meter.pk)], form[photo_of(meter)]


def meter_round(request: HttpRequest) -> HttpResponse:
    """Read the meters of `?property=`. Who may record in no book is refused; another's property is 404."""
    books = landlord_ids(request.user, Reading, ["add"])
    if not books:
        raise PermissionDenied
    metered = visible(request.user, Meter, ["view"]).filter(unit__property=OuterRef("pk"))
    places = visible(request.user, Property).filter(Exists(in_place(metered)), landlord__in=books).order_by("name")
    place = _asked_for(request, places)
    if place is None:
        return render(request, "leasing/meter_round.html", {"places": places})
    walk = Round(place, clock.today(place.landlord))
    begun = {"on": walk.today}
    form = RoundForm(request.POST or None, request.FILES or None, meters=walk.meters, initial=begun)
    if request.method == "POST" and form.is_valid() and _save(request, form):
        return redirect(f"{reverse('readings')}?property={place.pk}")
    context = {"places": places, "place": place, "form": form, "rows": list(walk.rows(form))}
    return render(request, "leasing/meter_round.html", context)


def _asked_for(request: HttpRequest, places: QuerySet[Property]) -> Property | None:
    key = request.GET.get("property", "")
    if not key:
        return places.select_related("landlord").first() if places.count() == 1 else None
    rows = visible(request.user, Property).select_related("landlord")
    place = get_object_or_404(rows, pk=key if key.isdecimal() and len(key) < 19 else None)
    if not may(request.user, "add", place.landlord, Reading):
        raise PermissionDenied
    return place


def _save(request: HttpRequest, form: RoundForm) -> bool:
    """All or nothing: what is refused is told beside its meter, and what was typed stays."""
    try:
        if "estimate" in request.POST:
            made = estimate_readings(meters=form.not_read(), on=form.cleaned_data["on"], by=request.user)
        else:
            made = record_readings(readings=form.readings(), by=request.user)
    except ValidationError as error:
        put_errors(form, error)
        return False
    text = ngettext("%(count)s reading is saved.", "%(count)s readings are saved.", len(made))
    messages.success(request, text % {"count": len(made)})
    _warn(request, made)
    return True


def _warn(request: HttpRequest, made: list[Reading]) -> None:
    """Name the meters that a slip of the finger may have read."""
    known = histories(made[0].landlord, [reading.meter for reading in made]) if made else {}
    text = _("%(meter)s has counted more than three times as much as usual: look again while it can be withdrawn.")
    for reading in made:
        if unusual(known[reading.meter_id]):
            messages.warning(request, text % {"meter": reading.meter})
