"""Reads of leasing."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from rentbook.kernel.people import Landlord, User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import landlord_ids

from .models import Charge, Lease, Property, Tenant, Unit

IN_USE = Q(archived_at=None, property__archived_at=None)
LEASES_OF = {Property: "unit__property", Unit: "unit", Tenant: "tenant"}


def overlapping(lease: Lease) -> QuerySet[Lease]:
    """Other live leases of the lease's unit that share a day with it; none where the unit is shared (D15)."""
    others = Lease.objects.of(lease.landlord_id).filter(unit=lease.unit_id, state__in=Lease.LIVE).exclude(pk=lease.pk)
    if not lease.exclusive:
        return others.none()
    if lease.end:
        others = others.filter(start__lte=lease.end)
    return others.filter(Q(end=None) | Q(end__gte=lease.start))


def activation_blocked(lease: Lease) -> str:
    """Why a lease cannot be signed for its home, in a sentence that names the other tenant; empty when it can (D15)."""
    if other := overlapping(lease).select_related("tenant__contact").first():
        text = _("%(unit)s is let to %(tenant)s from %(start)s: two leases cannot run at the same time.")
        return text % {"unit": lease.unit, "tenant": other.tenant, "start": other.start}
    return ""


def terms_fixed(lease: Lease) -> str:
    """Why the terms of a lease cannot be changed any more, as a sentence; empty while it is pending."""
    if lease.state == Lease.State.PENDING:
        return ""
    return _("%(lease)s is signed: its terms cannot be changed any more.") % {"lease": lease}


def with_rent(leases: QuerySet[Lease]) -> QuerySet[Lease]:
    """Leases with `rent`, the latest agreed rent a period, as a Decimal."""
    rents = Charge.unscoped.filter(lease=OuterRef("pk"), stream=Charge.RENT).order_by("-start")
    return leases.annotate(rent=Subquery(rents.values("amount")[:1]))


def charges_of_tenant(tenant: Tenant) -> QuerySet[Charge]:
    """What the tenant's leases bill each period, the latest first."""
    rows = Charge.objects.of(tenant.landlord_id).filter(lease__tenant=tenant)
    return rows.order_by("-start", "lease", "pk")


def with_homes(tenants: QuerySet[Tenant]) -> QuerySet[Tenant]:
    """Tenants with their contacts, and with their leases and homes, the latest first, in one query more."""
    leases = Lease.unscoped.select_related("unit__property").order_by("-start", "-pk")
    return tenants.select_related("contact").prefetch_related(Prefetch("leases", leases))


def occupied(landlord: Landlord, on: date) -> QuerySet[Lease]:
    """The active leases that run on a day."""
    return Lease.objects.of(landlord).filter(Q(end=None) | Q(end__gte=on), state=Lease.State.ACTIVE, start__lte=on)


def ends_within(days: int) -> Callable[[date], Q]:
    """The condition, as of a day, of active leases whose last day comes within so many days."""
    return lambda on: Q(state=Lease.State.ACTIVE, end__range=(on, on + timedelta(days=days)))


def vacant_units(landlord: Landlord, on: date) -> QuerySet[Unit]:
    """The units with no active lease on a day, without those that are archived."""
    return Unit.objects.of(landlord).filter(IN_USE).exclude(pk__in=occupied(landlord, on).values("unit"))


def homes_to_let(user: User) -> QuerySet[Unit]:
    """The homes for which the user may sign a lease, now or once another has ended; those that are free first.

    `taken` says whether a live lease stands in the way until its last day.
    """
    books = landlord_ids(user, Lease, ["add"])
    live = Lease.objects.visible_to(user).filter(unit=OuterRef("pk"), exclusive=True, state__in=Lease.LIVE)
    homes = Unit.objects.visible_to(user).filter(IN_USE, landlord__in=books).exclude(Exists(live.filter(end=None)))
    homes = homes.annotate(taken=Exists(live)).select_related("property", "landlord")
    return homes.order_by("taken", "property__name", "name", "pk")


def last_lease(unit: Unit) -> Lease | None:
    """The lease that the home's next one is like: the latest that came about."""
    leases = Lease.objects.of(unit.landlord_id).filter(unit=unit, state__in=Lease.BILLED)
    return leases.order_by("-start", "-pk").first()


def known_person(landlord: Landlord, name: str, phone: str) -> Tenant | None:
    """The tenant of this name at this number, in E.164; two people may share a number (docs/rules.md, D39)."""
    rows = Tenant.objects.of(landlord).filter(contact__phone=phone).select_related("contact").order_by("pk")
    return next((tenant for tenant in rows if _same(tenant.contact.name) == _same(name)), None) if phone else None


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()


def archive_blocked(row: Property | Unit | Tenant) -> list[str]:
    """What stands against putting the row away, a sentence each: its live leases, and what modules above name (D45)."""
    leases = Lease.objects.of(row.landlord_id).filter(**{LEASES_OF[type(row)]: row}, state__in=Lease.LIVE)
    text = _("%(tenant)s has a lease of %(unit)s that is %(state)s.")
    found = [
        text % {"tenant": lease.tenant, "unit": lease.unit, "state": lease.get_state_display()}
        for lease in leases.select_related("unit", "tenant__contact")
    ]
    for others in slots.all(f"{row._meta.label_lower}.stands_against", row):
        found += others
    return found
