"""Reads of leasing."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _

from rentbook.kernel import clock
from rentbook.kernel.contacts import Contact
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import landlord_ids

from .models import Charge, LateFeeRule, Lease, LeaseParty, Property, Tenant, TenantContact, Unit

IN_USE = Q(archived_at=None, property__archived_at=None)
LEASES_OF = {Property: "unit__property", Unit: "unit", Tenant: "tenant"}


# --- Homes in homes, three levels at most ---------------------------------------------------------------------------


def around(unit: Unit) -> list[int]:
    """The keys of the homes that a home lies in, the nearest first."""
    return [unit.parent.pk, *around(unit.parent)] if unit.parent else []


def parts_of(unit: Unit) -> QuerySet[Unit]:
    """The homes that lie in a home, near and far."""
    units = Unit.objects.of(unit.landlord_id)
    return units.filter(Q(parent=unit.pk) | Q(parent__in=units.filter(parent=unit.pk)))


def households(homes: QuerySet[Unit]) -> Q:
    """These homes, with all that they lie in and all that lies in them."""
    own = homes.values("pk")
    larger = Q(pk__in=homes.values("parent")) | Q(pk__in=homes.values("parent__parent"))
    return Q(pk__in=own) | larger | Q(parent__in=own) | Q(parent__parent__in=own)


def filled_by(leases: QuerySet[Lease]) -> Q:
    """Homes in which these leases are: their own, the larger ones around them, and what lies in them."""
    own = leases.values("unit")
    return Q(pk__in=own) | _around(leases) | Q(parent__in=own) | Q(parent__parent__in=own)


def closed_by(leases: QuerySet[Lease]) -> Q:
    """Homes that nobody else can rent beside these leases (docs/rules.md, D15): a shared one is open to others."""
    whole = leases.filter(exclusive=True).values("unit")
    own = Q(pk__in=leases.values("unit")) | _around(leases)
    return Q(shared=False) & own | Q(parent__in=whole) | Q(parent__parent__in=whole)


def _around(leases: QuerySet[Lease]) -> Q:
    homes = Unit.unscoped.filter(pk__in=leases.values("unit"))
    near, far = homes.exclude(parent=None), homes.exclude(parent__parent=None)
    return Q(pk__in=near.values("parent")) | Q(pk__in=far.values("parent__parent"))


# --- Leases ---------------------------------------------------------------------------------------------------------


def overlapping(lease: Lease) -> QuerySet[Lease]:
    """Other leases, live or ending on a day to come, that share a day and a home with it (D15).

    Of a larger home around its own, unless that one is shared; of its own and of those in it, unless its own is.
    """
    holding = Q(state__in=Lease.LIVE) | Q(state=Lease.State.TERMINATED, end__gt=clock.now().date())
    others = Lease.objects.of(lease.landlord_id).filter(holding).exclude(pk=lease.pk)
    places = Q(unit__in=around(lease.unit), exclusive=True)
    if lease.exclusive:
        places |= Q(unit=lease.unit_id) | Q(unit__in=parts_of(lease.unit))
    if lease.end:
        others = others.filter(start__lte=lease.end)
    return others.filter(places).filter(Q(end=None) | Q(end__gte=lease.start))


def activation_blocked(lease: Lease) -> str:
    """Why a lease cannot be signed for its home, in a sentence that names the other tenant; empty when it can (D15)."""
    if other := overlapping(lease).select_related("unit", "tenant__contact").first():
        text = _("%(unit)s is let to %(tenant)s from %(start)s: two leases cannot run at the same time.")
        return text % {"unit": other.unit, "tenant": other.tenant, "start": other.start}
    return ""


def terms_fixed(lease: Lease) -> str:
    """Why the terms of a lease cannot be changed any more, as a sentence; empty while it is pending."""
    if lease.state == Lease.State.PENDING:
        return ""
    return _("%(lease)s is signed: its terms cannot be changed any more.") % {"lease": lease}


def late_fee_rule_fixed(rule: LateFeeRule) -> str:
    """Why a late fee rule cannot be changed any more, as a sentence; empty while nobody has signed it."""
    signed = Lease.objects.of(rule.landlord_id).filter(late_fee=rule).exclude(state=Lease.State.PENDING)
    text = _("Leases were signed with %(rule)s: make another rule for new ones.")
    return text % {"rule": rule} if signed.exists() else ""


def with_rent(leases: QuerySet[Lease]) -> QuerySet[Lease]:
    """Leases with `rent`, the latest agreed rent a period, as a Decimal."""
    rents = Charge.unscoped.filter(lease=OuterRef("pk"), stream=Charge.RENT).order_by("-start")
    return leases.annotate(rent=Subquery(rents.values("amount")[:1]))


def with_rent_on(leases: QuerySet[Lease], day: Any) -> QuerySet[Lease]:
    """Leases with `rent_then`, their rent on a day or on that of one of their columns, as a Decimal."""
    rents = running(Charge.unscoped.filter(lease=OuterRef("pk"), stream=Charge.RENT), day)
    return leases.annotate(rent_then=Subquery(rents.values("amount")[:1]))


def running(charges: QuerySet[Charge], day: Any) -> QuerySet[Charge]:
    """The charges that run on a day, or on that of an outer query."""
    return charges.filter(Q(end=None) | Q(end__gte=day), start__lte=day)


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


def expires_within(days: int) -> Callable[[date], Q]:
    """The condition, as of a day, of documents that expire within so many days."""
    return lambda on: Q(expires_on__range=(on, on + timedelta(days=days)))


def vacant_units(landlord: Landlord, on: date) -> QuerySet[Unit]:
    """The units with no active lease on a day, in them or around them, without those that are archived."""
    return Unit.objects.of(landlord).filter(IN_USE).exclude(filled_by(occupied(landlord, on)))


def homes_to_let(user: User) -> QuerySet[Unit]:
    """The homes for which the user may sign a lease, now or once another has ended; those that are free first.

    `taken` says whether a live lease stands in the way until its last day.
    """
    books = landlord_ids(user, Lease, ["add"])
    live = Lease.objects.visible_to(user).filter(state__in=Lease.LIVE)
    homes = Unit.objects.visible_to(user).filter(IN_USE, landlord__in=books).exclude(closed_by(live.filter(end=None)))
    taken = Case(When(closed_by(live), then=Value(True)), default=Value(False))
    homes = homes.annotate(taken=taken).select_related("property", "landlord")
    return homes.order_by("taken", "property__name", "name", "pk")


def last_lease(unit: Unit) -> Lease | None:
    """The lease that the home's next one is like: the latest that came about."""
    leases = Lease.objects.of(unit.landlord_id).filter(unit=unit, state__in=Lease.BILLED)
    return leases.order_by("-start", "-pk").first()


def known_person(landlord: Landlord, name: str, phone: str) -> Tenant | None:
    """The tenant of this name at this number, in E.164; two people may share a number (docs/rules.md, D39)."""
    rows = Tenant.objects.of(landlord).filter(contact__phone=phone).select_related("contact").order_by("pk")
    return next((tenant for tenant in rows if _same(tenant.contact.name) == _same(name)), None) if phone else None


def known_contact(landlord: Landlord, name: str, phone: str) -> Contact | None:
    """The contact of this name at this number, in E.164, tenant or not (D39)."""
    rows = Contact.objects.of(landlord).filter(phone=phone).order_by("pk")
    return next((contact for contact in rows if _same(contact.name) == _same(name)), None) if phone else None


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


def erasing_blocked(tenant: Tenant) -> list[str]:
    """What stands against erasing a tenant: what stands against archiving, and whose live lease they answer for."""
    parties = LeaseParty.objects.of(tenant.landlord_id).filter(contact=tenant.contact_id, lease__state__in=Lease.LIVE)
    text = _("%(tenant)s stands on the lease of %(lease)s.")
    answers = [text % {"tenant": tenant, "lease": party.lease} for party in parties.exclude(lease__tenant=tenant)]
    return archive_blocked(tenant) + answers


def beside(tenant: Tenant) -> QuerySet[Contact]:
    """Who is called or answers for this tenant and for nobody else: erased with the tenant (D45)."""
    contacts = Contact.objects.of(tenant.landlord_id).filter(user=None, tenant=None)
    others = TenantContact.objects.of(tenant.landlord_id).exclude(tenant=tenant)
    parties = LeaseParty.objects.of(tenant.landlord_id).exclude(lease__tenant=tenant)
    elsewhere = Q(pk__in=others.values("contact")) | Q(pk__in=parties.values("contact"))
    here = Q(pk__in=tenant.others.values("contact")) | Q(
        pk__in=LeaseParty.objects.of(tenant.landlord_id).filter(lease__tenant=tenant).values("contact")
    )
    return contacts.filter(here).exclude(elsewhere)
