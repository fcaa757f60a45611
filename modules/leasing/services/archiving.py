"""What has a history is put away and never deleted; what has none may go (docs/rules.md, D45)."""

from typing import TypeVar

from django.db import transaction

from modules.leasing.models import Property, Tenant, Unit
from modules.leasing.selectors import archive_blocked
from rentbook.kernel import editing
from rentbook.kernel.people import User
from rentbook.kernel.states import Refused

from .lifecycle import lock_books

R = TypeVar("R", Property, Unit, Tenant)


@transaction.atomic
def archive(row: R, *, by: User | None) -> R:
    """Put a property, home or tenant away: out of choices, still to be read.

    Raises Refused with a sentence for each thing that stands against it, such as a live lease.
    """
    lock_books([row.landlord_id])
    if found := archive_blocked(row):
        raise Refused(found)
    return editing.archive(row, by=by)


def restore(row: R, *, by: User | None) -> R:
    """Take it out again."""
    return editing.restore(row, by=by)


def delete_place(row: Property | Unit, *, by: User | None) -> None:
    """Remove a property without homes, or a home that was never let. Raises ValidationError for any other."""
    editing.delete(row, by=by)


@transaction.atomic
def delete_tenant(row: Tenant, *, by: User | None) -> None:
    """Remove a tenant who never had a lease or a message, and their contact. Raises ValidationError for any other."""
    contact = row.contact
    editing.delete(row, by=by)
    editing.delete(contact, by=by)
