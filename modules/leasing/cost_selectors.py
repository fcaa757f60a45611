"""Reads of shared costs: who lives in the homes of a property on the days of a cost, and what falls on each."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from rentbook.kernel.money import Money

from .billed import billed_one_offs, billing_step
from .metering import NOTHING
from .models import Charge, Lease, OneOffCharge, SharedCost, Unit
from .sharing import Home, Living, Part, by_persons, share


def parts_of(cost: SharedCost) -> list[Part]:
    """Every part of a cost, stored or not, home by home (docs/rules.md, D23).

    Raises ValidationError for an amount of nothing, days that run backwards, a home without an area where it counts,
    and where there is no home to share.
    """
    _refuse_nothing(cost)
    units, leases = list(_homes(cost)), _leases(cost)
    _refuse_without_area(cost, units)
    days = (cost.end - cost.start).days + 1
    homes = [_home(cost, unit, leases.get(unit.pk, []), days) for unit in units]
    step = billing_step(cost.landlord, cost.currency)
    try:
        return list(share(cost.amount.amount, homes, days, step))
    except ValueError as error:
        text = _("There is no home in %(property)s to share it.")
        raise ValidationError(text % {"property": cost.property}) from error


def _refuse_nothing(cost: SharedCost) -> None:
    if cost.amount.amount <= 0:
        raise ValidationError({"amount": _("Each amount must be more than zero.")})
    if cost.end < cost.start:
        raise ValidationError({"end": _("The last day is before the first day.")})


def _homes(cost: SharedCost) -> QuerySet[Unit]:
    """The homes that are in use or were let on those days; of a house and its rooms those that are let apart."""
    units = Unit.objects.of(cost.landlord_id).filter(property=cost.property_id)
    let = Q(pk__in=_running(cost).values("unit"))
    house_of_rooms = Q(pk__in=units.exclude(parent=None).values("parent")) & ~let
    room_of_a_let_house = Q(parent__in=_running(cost).values("unit"))
    return units.filter(let | Q(archived_at=None)).exclude(house_of_rooms | room_of_a_let_house).order_by("name", "pk")


def _running(cost: SharedCost) -> QuerySet[Lease]:
    rows = Lease.objects.of(cost.landlord_id).filter(unit__property=cost.property_id, state__in=Lease.BILLED)
    return rows.filter(Q(end=None) | Q(end__gte=cost.start), start__lte=cost.end)


def _leases(cost: SharedCost) -> dict[int, list[Living]]:
    """Who lived in each home on the days of the cost, in order; whoever has agreed to share such costs takes part."""
    agreed = terms_of(cost)
    found: dict[int, list[Living]] = defaultdict(list)
    for lease in _running(cost).order_by("start", "pk"):
        start, end = max(lease.start, cost.start), min(lease.end or date.max, cost.end)
        found[lease.unit_id].append(Living(lease.pk, start, end, lease.occupants, lease.pk in agreed))
    return found


def terms_of(cost: SharedCost) -> dict[int, Charge]:
    """The charge by which each lease shares costs of this stream, by the lease's key; the latest of those days."""
    rows = Charge.objects.of(cost.landlord_id).filter(
        Q(end=None) | Q(end__gte=cost.start),
        kind=Charge.Kind.SHARED,
        stream=cost.stream,
        start__lte=cost.end,
        lease__in=_running(cost),
    )
    return {row.lease_id: row for row in rows.select_related("lease__tenant__contact", "lease__unit").order_by("start")}


def _refuse_without_area(cost: SharedCost, units: list[Unit]) -> None:
    bare = [unit.name for unit in units if not unit.area]
    if cost.key == SharedCost.Key.AREA and bare:
        raise ValidationError({"key": _("Write down the area of %(units)s first.") % {"units": ", ".join(bare)}})


def _home(cost: SharedCost, unit: Unit, living: list[Living], days: int) -> Home:
    weights: dict[str, Decimal | Fraction] = {
        SharedCost.Key.EQUAL: Fraction(1),
        SharedCost.Key.AREA: unit.area or NOTHING,
        SharedCost.Key.PERSONS: by_persons(living, days),
    }
    return Home(unit.pk, weights[cost.key], tuple(living))


def parts_billed(cost: SharedCost) -> QuerySet[OneOffCharge]:
    """The charges that the cost made and that stand."""
    rows = OneOffCharge.objects.of(cost.landlord_id).filter(source__startswith=f"shared:{cost.pk}:", withdrawn_at=None)
    return rows.select_related("lease__unit", "lease__tenant__contact").order_by("lease__unit__name", "start", "pk")


def landlords_part(cost: SharedCost) -> Money:
    """What of the cost nobody is charged."""
    return cost.amount - sum((part.amount for part in parts_billed(cost)), Money(0, cost.currency))


def cost_fixed(cost: SharedCost) -> str:
    """Why a shared cost cannot be withdrawn, as a sentence; empty when it can."""
    keys = list(parts_billed(cost).values_list("pk", flat=True))
    if not keys:
        return _("Nothing of it is charged to anybody.")
    if billed_one_offs(cost.landlord, keys):
        return _("A part of it is billed: correct that by a credit note.")
    return ""
