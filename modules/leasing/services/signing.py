"""Writing a lease, and changing it while nobody has signed."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from modules.leasing.models import Charge, Lease, Tenant, Unit
from modules.leasing.selectors import activation_blocked, terms_fixed
from modules.leasing.terms import last_day
from modules.leasing.usual_terms import resolve, settle, still_inherited
from rentbook.kernel import editing
from rentbook.kernel.money import Money
from rentbook.kernel.people import User
from rentbook.kernel.states import Refused

from .lifecycle import changed, lock_books, lock_homes, refuse_if
from .tenants import known_or_new_tenant

NOBODY: Mapping[str, Any] = MappingProxyType({})
NOTHING: Mapping[str, Decimal] = MappingProxyType({})


@transaction.atomic
def create_lease(
    *,
    unit: Unit,
    tenant: Tenant | None = None,
    person: Mapping[str, Any] = NOBODY,
    start: date,
    months: int | None = None,
    end: date | None = None,
    rent: Decimal,
    charges: Mapping[str, Decimal] = NOTHING,
    tax_rate: int = 0,
    withholding_rate: int = 0,
    by: User | None,
    **terms: Any,
) -> Lease:
    """A pending lease of a home, for a tenant or for the `person` (name, phone, ...) found or made by them (D39).

    `rent`, `charges` by stream and `deposit` are amounts in the landlord's currency, rent and charges a period. It
    runs for so many `months`, else to `end`, else without a last day. Of `terms` what nobody gives is taken from the
    property's or the landlord's usual terms, and `Lease.inherited` says which. The rates are those of the rent, in
    hundredths of a percent. Raises Refused where the home is archived or let at that time (docs/rules.md, D15), naming
    the other tenant, and ValidationError by field.
    """
    unit = _locked(unit)
    for place in (unit.property, unit):
        if place.archived_at:
            raise Refused(_("%(place)s is archived: restore it first.") % {"place": place})
    known = editing.restore(tenant, by=by) if tenant else None
    tenant = known or known_or_new_tenant(landlord=unit.landlord, by=by, **person)
    given = {"landlord": unit.landlord, "unit": unit, "tenant": tenant, "exclusive": not unit.shared, "start": start}
    given |= {"end": last_day(start, months) if months else end, "currency": unit.landlord.currency, **terms}
    values = settle(given, resolve(unit.landlord, unit.property))
    refuse_if(activation_blocked(Lease(**values)))
    lease = editing.create(Lease, by=by, **values)
    _charge(lease, Charge.RENT, rent, by, tax_rate=tax_rate, withholding_rate=withholding_rate)
    for stream, amount in charges.items():
        _charge(lease, stream, amount, by)
    return lease


@transaction.atomic
def update_lease(
    *, row: Lease, seen: int | None = None, rent: Decimal | None = None, by: User | None, **terms: Any
) -> Lease:
    """Change the terms of a pending lease; its charges that began with it begin on its new first day.

    What is changed is the lease's own from then on, and no longer what is usual.

    Raises Refused for one that is not pending or would run beside another (D15), StaleForm and ValidationError.
    """
    _locked(row.unit)
    row.refresh_from_db()
    refuse_if(terms_fixed(row))
    if "deposit" in terms:
        terms["deposit"] = Money(terms["deposit"] or 0, row.currency)
    refuse_if(activation_blocked(changed(row, terms)))
    differing = [name for name, value in terms.items() if getattr(row, name) != value]
    terms["inherited"] = still_inherited(row, differing)
    lease = editing.change(row, by=by, seen=seen, **terms)
    for charge in lease.charges.filter(start=row.start):
        values: dict[str, Any] = {"start": lease.start}
        if rent is not None and charge.stream == Charge.RENT:
            values["amount"] = Money(rent, lease.currency)
        editing.change(charge, by=by, **values)
    return lease


def _locked(unit: Unit) -> Unit:
    """The home under its lock, after its landlord's: of two who sign for it at once the second sees the first."""
    lock_books([unit.landlord_id])
    homes = Unit.objects.of(unit.landlord_id).filter(pk=unit.pk)
    lock_homes(homes)
    return homes.select_related("property", "landlord", "parent").get()


def _charge(lease: Lease, stream: str, amount: Decimal, by: User | None, **rates: int) -> None:
    common = {"landlord": lease.landlord, "lease": lease, "currency": lease.currency, "start": lease.start}
    editing.create(Charge, by=by, stream=stream, amount=amount, **common, **rates)
