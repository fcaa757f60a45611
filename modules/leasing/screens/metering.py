"""Tariffs, meters and readings in the back office."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.widgets.button import HeaderButton

from modules.leasing.meter_selectors import reading_fixed
from modules.leasing.models import Meter, OneOffCharge, Reading, Tariff
from modules.leasing.services import (
    create_meter,
    create_tariff,
    estimate_readings,
    replace_meter,
    set_prices,
    update_meter,
    update_tariff,
    withdraw_readings,
)
from rentbook.backoffice.columns import DataColumn, LinkColumn, PersonColumn
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may

from .fields import written_blocks
from .meter_forms import EstimateForm, MeterForm, NewMeterForm, NewTariffForm, PricesForm, ReplaceForm, TariffForm

STREAM = DataColumn("stream", accessor="get_stream_display", label=_("Stream"))


class TariffViewSet(ScopedViewSet):
    model = Tariff
    icon = "list-ul"
    list_display = ["name", STREAM, "measure", "standing"]
    search_fields = ["name", "stream"]
    inspect_view_fields = ["name", "stream", "measure", "currency", "standing", "landlord"]
    form_class, new_form_class = TariffForm, NewTariffForm
    services = {"create": create_tariff, "update": update_tariff}
    related = (
        Related(_("Prices"), lambda row: row.blocks.all(), ("valid_from", "above", "price")),
        Related(_("Meters"), lambda row: row.meters.select_related("unit"), ("serial", "unit", "installed_on")),
    )
    actions = {
        "prices": Action(
            _("New prices"),
            set_prices,
            "tariffs",
            _("Readings from that day on cost this; what was priced before stays as it is."),
            asks=PricesForm,
            begins=lambda tariff: {"blocks": written_blocks(tariff)},
            bulk=False,
        )
    }


def replace_one(*, meters: Iterable[Meter], by: User, **answers: Any) -> Meter:
    [meter] = meters
    return replace_meter(meter=meter, by=by, **answers)


def removed(meter: Meter) -> str:
    return str(_("It was removed.")) if meter.removed_on else ""


class MeterViewSet(ScopedViewSet):
    model = Meter
    icon = "decimal"
    list_display = [
        LinkColumn("serial", label=_("Serial number"), url_name="meter:inspect"),
        PersonColumn("unit", lambda meter: meter.unit, label=pgettext_lazy("unit", "Home")),
        STREAM, "tariff", "installed_on", "removed_on",
    ]  # fmt: skip
    search_fields = ["serial", "unit__name", "unit__property__name"]
    select_related = ("unit__property", "tariff")
    list_filter = ["unit__property"]
    inspect_view_fields = [
        "serial", "unit", "stream", "tariff", "installed_on", "first_value", "removed_on", "replaces", "landlord",
    ]  # fmt: skip
    form_class, new_form_class = MeterForm, NewMeterForm
    services = {"create": create_meter, "update": update_meter}
    unchangeable = staticmethod(removed)
    related = (Related(_("Readings"), lambda row: row.readings.all(), ("on", "value", "estimated", "by")),)
    actions = {
        "replace": Action(
            _("Replace"),
            replace_one,
            "meters",
            _("What both meters have counted is billed with the next reading."),
            blocked=removed,
            asks=ReplaceForm,
            bulk=False,
        ),
        "estimate": Action(
            _("Estimate"),
            estimate_readings,
            "meters",
            _("The mean of the last three readings goes on; the next true reading evens it out."),
            blocked=removed,
            asks=EstimateForm,
            bulk=False,
        ),
    }


def withdraw_one(*, row: Reading, by: User) -> None:
    withdraw_readings(readings=[row], by=by)


class ReadingViewSet(ScopedViewSet):
    model = Reading
    icon = "edit"
    list_display = [
        LinkColumn("meter", label=_("Meter"), url_name="reading:inspect"),
        PersonColumn("unit", lambda reading: reading.meter.unit, label=pgettext_lazy("unit", "Home")),
        "on", "value", "estimated", "by",
    ]  # fmt: skip
    search_fields = ["meter__serial", "meter__unit__name", "meter__unit__property__name"]
    select_related = ("meter__unit__property", "by")
    list_filter = ["meter__unit__property", "estimated"]
    month_field = "on"
    inspect_view_fields = ["meter", "on", "value", "estimated", "by", "created_at", "landlord"]
    services = {"delete": withdraw_one}

    @staticmethod
    def stands_against(reading: Reading) -> list[str]:
        return [reason] if (reason := reading_fixed(reading)) else []

    @staticmethod
    def buttons(request: HttpRequest, reading: Reading):
        if reading.photo:
            yield HeaderButton(_("Photo"), url=reverse("reading_photo", args=[reading.pk]), icon_name="image")


def charge_fact(user: User, reading: Reading) -> list[tuple[Any, Any]]:
    """What the reading charged, for who may see money."""
    if reading.charge_id and may(user, "view", reading.landlord, OneOffCharge):
        return [(_("Charged"), reading.charge.amount), (_("Arithmetic"), reading.charge.arithmetic)]
    return []


slots.fill("leasing.reading.facts", charge_fact)
slots.fill(
    "leasing.unit.tables",
    lambda: Related(_("Meters"), lambda unit: unit.meters.select_related("tariff"), ("serial", "installed_on")),
)
