"""Properties and the homes in them."""

from typing import Any

from django.db import transaction

from modules.leasing.models import Lease, Property, Unit
from modules.leasing.selectors import activation_blocked
from rentbook.kernel import editing
from rentbook.kernel.people import Landlord, User

from .lifecycle import refuse_if


def create_property(*, landlord: Landlord, name: str, address: str = "", by: User | None) -> Property:
    """A property without homes. Raises ValidationError for a name that the landlord has given already."""
    return editing.create(Property, by=by, landlord=landlord, name=name, address=address)


def update_property(*, row: Property, seen: int | None = None, by: User | None, **values: Any) -> Property:
    """Change the name or address. Raises StaleForm when somebody was quicker than `seen`, and ValidationError."""
    return editing.change(row, by=by, seen=seen, **values)


def create_unit(*, property: Property, name: str, shared: bool = False, by: User | None) -> Unit:
    """A home of the property. Raises ValidationError for a name that the property has already."""
    values = {"landlord": property.landlord, "property": property, "name": name, "shared": shared}
    return editing.create(Unit, by=by, **values)


@transaction.atomic
def update_unit(*, row: Unit, seen: int | None = None, by: User | None, **values: Any) -> Unit:
    """Change what a home is; its live leases follow whether it is shared (docs/rules.md, D15).

    Raises Refused where leases run side by side in a home that shall not be shared, StaleForm and ValidationError.
    """
    unit = editing.change(row, by=by, seen=seen, **values)
    live = Lease.objects.of(unit.landlord_id).filter(unit=unit, state__in=Lease.LIVE)
    # Asked before PostgreSQL's constraint is, which names neither home nor tenant.
    for lease in () if unit.shared else live.select_related("unit"):
        lease.exclusive = True
        refuse_if(activation_blocked(lease))
    live.update(exclusive=not unit.shared)
    return unit
