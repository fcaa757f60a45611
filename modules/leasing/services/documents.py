"""Papers of leases and tenants."""

from collections.abc import Iterable
from typing import Any

from django.core.files.base import File
from django.db import transaction

from modules.leasing.models import Document, Lease, Tenant
from rentbook.kernel import editing, uploads
from rentbook.kernel.people import User


@transaction.atomic
def add_documents(
    *,
    leases: Iterable[Lease] = (),
    tenants: Iterable[Tenant] = (),
    file: File | None = None,
    by: User | None,
    **values: Any,
) -> list[Document]:
    """A paper of each of the leases or tenants: its `kind`, `title`, `number` and the day on which it expires.

    The file is a PNG, JPEG or PDF of 5 MB at most. Raises ValidationError by field.
    """
    owners = [{"lease": lease} for lease in leases] + [{"tenant": tenant} for tenant in tenants]
    made = []
    for owner in owners:
        [row] = owner.values()
        kept = {"file": uploads.received(file)} if file else {}
        made.append(editing.create(Document, by=by, landlord=row.landlord, **owner, **values, **kept))
    return made


@transaction.atomic
def remove_document(row: Document, *, by: User | None) -> None:
    """Remove a paper and its file."""
    editing.delete(row, by=by)
    uploads.drop(row.file)
