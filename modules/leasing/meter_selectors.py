"""Reads of meters: what they showed, who pays for what they count, and which were not read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from rentbook.kernel.people import Landlord

from .billed import billed_one_offs, billing_step
from .metering import NOTHING, Block, Kind, Prices, Stand, Stay
from .models import Charge, Lease, Meter, Reading, Tariff, TariffBlock

#: Which leases pay for what a meter of a unit counts: the charges of each, in order.
Payers = dict[tuple[int, str], dict[int, list[Charge]]]

#: The day and value of a reading, and whether it was estimated.
Read = tuple[date, Decimal, bool]


def histories(landlord: Landlord, meters: Iterable[Meter]) -> dict[int, list[Stand]]:
    """What each meter showed and those that it replaced, oldest first, by the meter's key."""
    units = {meter.unit_id for meter in meters}
    known = Meter.objects.of(landlord).filter(unit__in=units).in_bulk()
    readings: dict[int, list[Read]] = defaultdict(list)
    rows = Reading.objects.of(landlord).filter(meter__unit__in=units).order_by("on", "pk")
    for key, on, value, estimated in rows.values_list("meter", "on", "value", "estimated"):
        readings[key].append((on, value, estimated))
    return {meter.pk: _history(meter.pk, known, readings) for meter in meters}


def _history(key: int, known: Mapping[int, Meter], readings: Mapping[int, list[Read]]) -> list[Stand]:
    meter = known[key]
    before = _history(meter.replaces_id, known, readings) if meter.replaces_id else []
    moved = before[-1].count - meter.first_value if before else NOTHING
    opening = Stand(meter.installed_on, meter.first_value, Kind.OPENING, moved)
    own = [Stand(on, value, _kind(on, estimated, meter), moved) for on, value, estimated in readings.get(key, [])]
    return [*before, opening, *own]


def _kind(on: date, estimated: bool, meter: Meter) -> Kind:
    if on == meter.removed_on:
        return Kind.CLOSING
    return Kind.ESTIMATED if estimated else Kind.READ


def payers(landlord: Landlord, meters: Iterable[Meter]) -> Payers:
    """The leases that pay by meter in the meters' units, by unit and stream."""
    rows = Charge.objects.of(landlord).filter(
        kind=Charge.Kind.METERED, lease__state__in=Lease.BILLED, lease__unit__in={meter.unit_id for meter in meters}
    )
    found: Payers = defaultdict(lambda: defaultdict(list))
    for charge in rows.select_related("lease__unit", "lease__tenant__contact").order_by("start", "pk"):
        found[charge.lease.unit_id, charge.stream][charge.lease_id].append(charge)
    return found


def stay(charges: list[Charge]) -> Stay:
    """The days on which a lease pays by meter, from its charges of one stream."""
    lease, first, last = charges[0].lease, charges[0], charges[-1]
    end = min(lease.end or date.max, last.end or date.max)
    return Stay(lease.pk, max(lease.start, first.start), end)


def prices_on(tariff: Tariff, on: date) -> Prices | None:
    """What the tariff asks for a reading of a day: the blocks that began last; None before the first of them."""
    begun = TariffBlock.objects.of(tariff.landlord_id).filter(tariff=tariff, valid_from__lte=on)
    blocks = list(begun.order_by("-valid_from", "above"))
    valid = tuple(Block(row.above, row.price) for row in blocks if row.valid_from == blocks[0].valid_from)
    step = billing_step(tariff.landlord, tariff.currency)
    return Prices(valid, tariff.standing.amount, tariff.measure, step) if valid else None


def in_place(meters: QuerySet[Meter]) -> QuerySet[Meter]:
    """Meters that are read still, of units in use."""
    return meters.filter(removed_on=None, unit__archived_at=None, unit__property__archived_at=None)


def missing_readings(landlord: Landlord, first: date, last: date) -> QuerySet[Charge]:
    """The charges by meter of active leases whose home was not read for them between two days, both included."""
    read = Reading.objects.of(landlord).filter(
        meter__unit=OuterRef("lease__unit"), meter__stream=OuterRef("stream"), on__range=(first, last)
    )
    rows = Charge.objects.of(landlord).filter(
        Q(end=None) | Q(end__gte=first),
        Q(lease__end=None) | Q(lease__end__gte=first),
        kind=Charge.Kind.METERED,
        lease__state=Lease.State.ACTIVE,
        lease__start__lte=last,
        start__lte=last,
    )
    rows = rows.filter(~Exists(read)).select_related("lease__unit__property", "lease__tenant__contact")
    return rows.order_by("lease__unit__property__name", "lease__unit__name", "stream", "pk")


def reading_fixed(reading: Reading) -> str:
    """Why a reading cannot be withdrawn, as a sentence; empty when it can."""
    meter = reading.meter
    if reading.on == meter.removed_on:
        return _("%(meter)s ended with this reading when it was replaced.") % {"meter": meter}
    if later := meter.readings.filter(on__gt=reading.on).order_by("on").last():
        return _("The reading of %(day)s came after it: withdraw that one first.") % {"day": later.on}
    replacement = Meter.objects.of(reading.landlord_id).filter(replaces=meter)
    if replacement.exists():
        return _("%(meter)s ended with this reading when it was replaced.") % {"meter": meter}
    if reading.charge_id and billed_one_offs(reading.landlord, [reading.charge_id]):
        return _("This reading is billed: the next one corrects it.")
    return ""


def priced_through(tariff: Tariff) -> date | None:
    """The day of the last reading that was priced by the tariff."""
    charged = Reading.objects.of(tariff.landlord_id).filter(meter__tariff=tariff, charge__isnull=False)
    return charged.order_by("on").values_list("on", flat=True).last()
