"""What staff type into forms, written by one road: checked, locked, logged with before and after.

A row's log is its version: whoever saves says the last entry that they saw (`seen`), and is refused when a later one
is there. So a form never overwrites what somebody else changed meanwhile.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import clock, log
from .log import LogEntry
from .people import Landlord, User

M = TypeVar("M", bound=models.Model)
A = TypeVar("A", bound="Archivable")

CREATED, CHANGED, DELETED = "rentbook.created", "rentbook.changed", "rentbook.deleted"
ARCHIVED, RESTORED = "rentbook.archived", "rentbook.restored"


class StaleForm(ValidationError):
    """The row was changed since the form was opened; the sentence names who did it."""


class Archivable(models.Model):
    """A row that has history is not deleted: it is put away, out of lists and choices, and stays readable (D45)."""

    archived_at = models.DateTimeField(gettext_lazy("archived"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


def version(row: models.Model) -> int:
    """The key of the last entry in the row's log: what a form says that it has seen; 0 for a row without one."""
    return LogEntry.objects.for_instance(row).aggregate(last=Max("pk"))["last"] or 0


@transaction.atomic
def create(model: type[M], *, by: User | None, **values: Any) -> M:
    """A new row; one that names by whom it was made, names `by`.

    Raises ValidationError by field for what the model does not allow, such as a neighbour's property.
    """
    signed = {"by": by} if hasattr(model, "by") else {}
    row = model(**signed, **values)
    row.full_clean()
    row.save(force_insert=True)
    log.record([row], CREATED, by=by, values={name: log.plain(value) for name, value in values.items()})
    return row


@transaction.atomic
def change(row: M, *, by: User | None, seen: int | None = None, **values: Any) -> M:
    """Set values on the row, read anew under its lock; what does not differ is neither saved nor logged.

    Raises StaleForm when the log goes on after the entry `seen`, and ValidationError by field.
    """
    row = _locked(row)
    if seen is not None:
        _refuse_stale(row, seen)
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    changes = {name: [log.plain(getattr(row, name)), log.plain(value)] for name, value in differing.items()}
    for name, value in differing.items():
        setattr(row, name, value)
    if differing:
        row.full_clean()
        row.save()
        log.record([row], CHANGED, by=by, changes=changes)
    return row


@transaction.atomic
def archive(row: A, *, by: User | None) -> A:
    """Put a row away; done before, nothing happens."""
    return _put(row, ARCHIVED, clock.now(), by)


@transaction.atomic
def restore(row: A, *, by: User | None) -> A:
    """Take an archived row out again; done before, nothing happens."""
    return _put(row, RESTORED, None, by)


def _put(row: A, action: str, at: Any, by: User | None) -> A:
    row = _locked(row)
    if bool(row.archived_at) != bool(at):
        row.archived_at = at
        row.save(update_fields=["archived_at"])
        log.record([row], action, by=by)
    return row


@transaction.atomic
def delete(row: models.Model, *, by: User | None) -> None:
    """Remove a row that nothing points to. Raises ValidationError where something does: it is archived instead."""
    row = _locked(row)
    log.record([row], DELETED, by=by, values=_stored(row))
    try:
        row.delete()
    except (models.ProtectedError, models.RestrictedError) as error:
        raise ValidationError(_("%(row)s has a history: archive it instead.") % {"row": row}) from error


def _locked(row: M) -> M:
    return type(row)._base_manager.select_for_update(of=("self",)).get(pk=row.pk)


def _stored(row: models.Model) -> Mapping[str, Any]:
    return {field.name: log.plain(field.value_from_object(row)) for field in row._meta.concrete_fields}


def _refuse_stale(row: Any, seen: int) -> None:
    changes = LogEntry.objects.for_instance(row).filter(pk__gt=seen).exclude(action=log.NOTED)
    later = changes.order_by("-pk").select_related("user").first()
    if later is None:
        return
    landlord = row if isinstance(row, Landlord) else row.landlord
    text = _("%(who)s changed %(row)s at %(time)s. Nothing was saved: look at it again, then change it.")
    who = later.user or _("Rentbook itself")
    time = f"{clock.local(later.timestamp, landlord):%H:%M}"
    raise StaleForm(text % {"who": who, "row": row, "time": time}, code="stale")


def history(row: models.Model) -> dict[str, int]:
    """How many rows of each kind point to this one, by their name for people: while any does, it is not deleted."""
    numbers = {
        relation.related_model._meta.verbose_name_plural: relation.related_model._base_manager.filter(
            **{relation.field.name: row.pk}
        ).count()
        for relation in row._meta.related_objects
    }
    return {str(name): number for name, number in numbers.items() if number}
