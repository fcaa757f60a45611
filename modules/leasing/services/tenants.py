"""Tenants: a person is a contact, and found again by name and number (docs/rules.md, D39)."""

from typing import Any

from django.db import transaction

from modules.leasing.models import Tenant
from modules.leasing.selectors import known_person
from rentbook.kernel import editing, log
from rentbook.kernel.contacts import Contact
from rentbook.kernel.log import LogEntry
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.phones import reachable


@transaction.atomic
def create_tenant(*, landlord: Landlord, name: str, by: User | None, **person: Any) -> Tenant:
    """A tenant with a contact of their own: `kind`, `phone` as people write it, `email`, `id_number`, `channel`.

    The language is the landlord's where none is given. Raises ValidationError by field.
    """
    given = reachable(person, landlord.country)
    given["language"] = given.get("language") or landlord.language
    contact = editing.create(Contact, by=by, landlord=landlord, name=name, **given)
    return editing.create(Tenant, by=by, landlord=landlord, contact=contact)


@transaction.atomic
def update_tenant(*, row: Tenant, seen: int | None = None, by: User | None, **person: Any) -> Tenant:
    """Change the tenant's contact, field by field as create_tenant takes them. Raises StaleForm and ValidationError."""
    tenant = editing.change(row, by=by, seen=seen)
    before = editing.version(tenant.contact)
    contact = editing.change(tenant.contact, by=by, **reachable(person, tenant.landlord.country))
    # The tenant's history is where people look, and what the next form must have seen.
    for entry in LogEntry.objects.for_instance(contact).filter(pk__gt=before):
        log.record([tenant], entry.action, by=by, **entry.data)
    tenant.contact = contact
    return tenant


@transaction.atomic
def known_or_new_tenant(*, landlord: Landlord, name: str, phone: str = "", by: User | None, **person: Any) -> Tenant:
    """The landlord's tenant of this name and number, or a new one (docs/rules.md, D39).

    One who is known takes on what is given here and keeps the rest; one who is archived comes back.
    """
    given = {field: value for field, value in reachable(person | {"phone": phone}, landlord.country).items() if value}
    tenant = known_person(landlord, name, given.get("phone", ""))
    if tenant is None:
        return create_tenant(landlord=landlord, name=name, by=by, **given)
    editing.restore(tenant, by=by)
    return update_tenant(row=tenant, by=by, **given)
