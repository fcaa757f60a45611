"""The usual terms of a landlord or of one of the properties."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from modules.leasing.models import Lease, Property, TermDefaults
from modules.leasing.usual_terms import read, usual_at
from rentbook.kernel import clock, editing
from rentbook.kernel.people import Landlord, User

from .lifecycle import lock_books


@transaction.atomic
def create_usual_terms(
    *, landlord: Landlord, property: Property | None = None, by: User | None, **terms: Any
) -> TermDefaults:
    """What is usual at a property, or with the landlord where none is named; what is left out is not set here.

    Raises ValidationError where they are there already or contradict each other.
    """
    lock_books([landlord.pk])
    if TermDefaults.objects.of(landlord).filter(property=property).exists():
        text = _("The usual terms of %(whose)s are there already: change them.")
        raise ValidationError(text % {"whose": property or landlord})
    row = editing.create(TermDefaults, by=by, landlord=landlord, property=property, **terms)
    _refuse_contradictions(row)
    return row


@transaction.atomic
def update_usual_terms(*, row: TermDefaults, seen: int | None = None, by: User | None, **terms: Any) -> TermDefaults:
    """Change what is usual: leases that are written keep theirs. Raises StaleForm, and ValidationError as above."""
    lock_books([row.landlord_id])
    changed = editing.change(row, by=by, seen=seen, **terms)
    _refuse_contradictions(changed)
    return changed


def delete_usual_terms(row: TermDefaults, *, by: User | None) -> None:
    """Set nothing here any more: leases that are written keep theirs."""
    editing.delete(row, by=by)


def _refuse_contradictions(row: TermDefaults) -> None:
    """A lease must be possible on the usual terms, at every property that has its own."""
    rows = read(row.landlord)
    for place in rows:
        terms = {name: usual.value for name, usual in usual_at(rows, place).items()}
        own = {"landlord": row.landlord, "currency": row.landlord.currency, "start": clock.today(row.landlord)}
        try:
            Lease(**own, **terms).clean()
        except ValidationError as error:
            raise ValidationError([f"{rows[place]}: {sentence}" for sentence in error.messages]) from error
