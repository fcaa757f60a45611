"""Properties and the homes in them."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from modules.leasing.models import Lease, Property, Unit
from modules.leasing.selectors import activation_blocked, around, parts_of
from rentbook.kernel import editing
from rentbook.kernel.people import Landlord, User

from .lifecycle import changed, lock_books, lock_homes, refuse_if

MOST_LEVELS = 3


def create_property(*, landlord: Landlord, name: str, address: str = "", by: User | None) -> Property:
    """A property without homes. Raises ValidationError for a name that the landlord has given already."""
    return editing.create(Property, by=by, landlord=landlord, name=name, address=address)


def update_property(*, row: Property, seen: int | None = None, by: User | None, **values: Any) -> Property:
    """Change the name or address. Raises StaleForm when somebody was quicker than `seen`, and ValidationError."""
    return editing.change(row, by=by, seen=seen, **values)


@transaction.atomic
def create_unit(*, property: Property, name: str, by: User | None, **values: Any) -> Unit:
    """A home of the property: its `kind`, `area` in m², whether it is `shared`, and the `parent` that it lies in.

    Raises ValidationError by field: a name that the property has already, a parent elsewhere or too deep.
    """
    lock_books([property.landlord_id])
    values = {"landlord": property.landlord, "property": property, "name": name, **values}
    refuse_misplaced(Unit(**values))
    return editing.create(Unit, by=by, **values)


@transaction.atomic
def update_unit(*, row: Unit, seen: int | None = None, by: User | None, **values: Any) -> Unit:
    """Change what a home is; its live leases follow whether it is shared (docs/rules.md, D15).

    Raises Refused where leases would then run side by side in a home, StaleForm and ValidationError by field.
    """
    lock_books([row.landlord_id])
    lock_homes(Unit.objects.of(row.landlord_id).filter(pk=row.pk))
    refuse_misplaced(changed(row, values))
    unit = editing.change(row, by=by, seen=seen, **values)
    live = Lease.objects.of(unit.landlord_id).filter(state__in=Lease.LIVE)
    # Asked before PostgreSQL's constraint is, which names neither home nor tenant.
    for lease in live.filter(Q(unit=unit) | Q(unit__in=parts_of(unit))).select_related("unit__parent"):
        lease.exclusive = not lease.unit.shared
        refuse_if(activation_blocked(lease))
    live.filter(unit=unit).update(exclusive=not unit.shared)
    return unit


def refuse_misplaced(unit: Unit) -> None:
    """Raise ValidationError where a home lies in one of another property, in a part of itself, or too deep."""
    said = {"unit": unit, "parent": unit.parent, "levels": MOST_LEVELS}
    for found, sentence in _misplaced(unit):
        if found:
            raise ValidationError({"parent": sentence % said})


def _misplaced(unit: Unit) -> Iterator[tuple[bool, str]]:
    parts = Unit.objects.of(unit.landlord_id).filter(parent=unit.pk) if unit.pk else Unit.objects.of(0)
    elsewhere = parts.exclude(property=unit.property_id).exists()
    yield elsewhere, _("The parts of %(unit)s are in another property: they move together.")
    if unit.parent is None:
        return
    larger = [unit.parent_id, *around(unit.parent)]
    below = 1 + parts.exists() + Unit.objects.of(unit.landlord_id).filter(parent__in=parts).exists()
    yield unit.parent.property_id != unit.property_id, _("%(parent)s is in another property than %(unit)s.")
    yield unit.pk in larger, _("%(parent)s lies in %(unit)s: it cannot be around it too.")
    yield len(larger) + below > MOST_LEVELS, _("A home lies in another at most so that there are %(levels)s levels.")
