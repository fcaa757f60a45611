"""Reads of leasing."""

from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery

from rentbook.kernel.people import Landlord

from .models import Charge, Lease, Unit


def overlapping(lease: Lease) -> QuerySet[Lease]:
    """Other live leases of the lease's unit that share a day with it; none where the unit is shared (D15)."""
    others = Lease.objects.of(lease.landlord_id).filter(unit=lease.unit_id, state__in=Lease.LIVE).exclude(pk=lease.pk)
    if not lease.exclusive:
        return others.none()
    if lease.end:
        others = others.filter(start__lte=lease.end)
    return others.filter(Q(end=None) | Q(end__gte=lease.start))


def with_rent(leases: QuerySet[Lease]) -> QuerySet[Lease]:
    """Leases with `rent`, the latest agreed rent a period, as a Decimal."""
    rents = Charge.unscoped.filter(lease=OuterRef("pk"), stream=Charge.RENT).order_by("-start")
    return leases.annotate(rent=Subquery(rents.values("amount")[:1]))


def occupied(landlord: Landlord, on: date) -> QuerySet[Lease]:
    """The active leases that run on a day."""
    return Lease.objects.of(landlord).filter(Q(end=None) | Q(end__gte=on), state=Lease.State.ACTIVE, start__lte=on)


def vacant_units(landlord: Landlord, on: date) -> QuerySet[Unit]:
    """The units with no active lease on a day."""
    return Unit.objects.of(landlord).exclude(pk__in=occupied(landlord, on).values("unit"))
