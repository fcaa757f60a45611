"""Who is called or answers beside the tenant: other contacts of a tenant, and parties to a lease."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from modules.leasing.models import Lease, LeaseParty, Tenant, TenantContact
from modules.leasing.selectors import known_contact
from rentbook.kernel import editing
from rentbook.kernel.contacts import Contact
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.phones import reachable

R = TypeVar("R", Lease, Tenant)


@transaction.atomic
def add_contacts(*, tenants: Iterable[Tenant], role: str, by: User | None, **person: Any) -> list[TenantContact]:
    """Somebody else to call about each of the tenants: `name`, `phone` as people write it, `email`, and the role.

    Raises ValidationError by field, also for somebody who is there already.
    """
    made = []
    for tenant in tenants:
        contact = _somebody(tenant.landlord, by, **person)
        _refuse_twice(contact, tenant, tenant.others.filter(contact=contact).exists())
        values = {"landlord": tenant.landlord, "tenant": tenant, "contact": contact, "role": role}
        made.append(editing.create(TenantContact, by=by, **values))
    return made


@transaction.atomic
def add_parties(*, leases: Iterable[Lease], role: str, by: User | None, **person: Any) -> list[LeaseParty]:
    """A co-tenant, guarantor or occupant of each of the leases: one ledger, and no messages of their own.

    Raises ValidationError by field, also for somebody who is there already.
    """
    made = []
    for lease in leases:
        contact = _somebody(lease.landlord, by, **person)
        _refuse_twice(contact, lease.tenant, lease.parties.filter(contact=contact).exists())
        values = {"landlord": lease.landlord, "lease": lease, "contact": contact, "role": role}
        made.append(editing.create(LeaseParty, by=by, **values))
    return made


def remove_contact(row: TenantContact, *, by: User | None) -> None:
    """Call this person about the tenant no more; the contact itself stays."""
    editing.delete(row, by=by)


def remove_party(row: LeaseParty, *, by: User | None) -> None:
    """Take a person off the lease; the contact itself stays."""
    editing.delete(row, by=by)


def _somebody(landlord: Landlord, by: User | None, *, name: str, phone: str = "", email: str = "") -> Contact:
    """The landlord's contact of this name and number, with what is new of them; else a new one (docs/rules.md, D39)."""
    given = {
        field: value for field, value in reachable({"phone": phone, "email": email}, landlord.country).items() if value
    }
    if known := known_contact(landlord, name, given.get("phone", "")):
        return editing.change(known, by=by, **given)
    return editing.create(Contact, by=by, landlord=landlord, name=name, language=landlord.language, **given)


def _refuse_twice(contact: Contact, tenant: Tenant, there: bool) -> None:
    if there or contact.pk == tenant.contact_id:
        raise ValidationError({"name": _("%(name)s is there already.") % {"name": contact}})
