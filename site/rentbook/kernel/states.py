"""States: django-fsm says whether a move is allowed, `move` is the only guarded way to make it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from . import log

if TYPE_CHECKING:
    from .people import User

CHUNK = 500  # SQLite takes a limited number of parameters in one statement


class Refused(ValidationError):
    """A move that the state or a condition does not allow, as a sentence for the person who asked."""


class StatefulModel(models.Model):
    """A model with a protected `state`.

    The package's own mixin flips a flag on the shared field while it refreshes, which two threads see; dropping
    the value first does the same without sharing.
    """

    class Meta:
        abstract = True

    def refresh_from_db(self, using=None, fields=None, **kwargs):
        for field in self._meta.concrete_fields:
            if getattr(field, "protected", False) and (fields is None or field.name in fields):
                self.__dict__.pop(field.attname, None)
        super().refresh_from_db(using=using, fields=fields, **kwargs)

    def clean_fields(self, exclude=None):
        """Checking a row sets each field anew, which a protected one refuses: transitions alone set it."""
        protected = {field.name for field in self._meta.fields if getattr(field, "protected", False)}
        super().clean_fields(exclude={*(exclude or ()), *protected})


def sources(model: type[models.Model], transition: str) -> tuple[set[str], str]:
    """The states that the named transition leaves, and the one it enters: the table on the model, read."""
    moves = getattr(model, transition)._django_fsm.transitions
    targets = {move.target for move in moves.values()}
    if len(targets) != 1:
        raise ValueError(f"{model.__name__}.{transition} has more than one target.")
    return {str(source) for source in moves}, str(targets.pop())


@transaction.atomic
def move(
    queryset: models.QuerySet, transition: str, *, by: "User | None", note: str = "", **values: object
) -> list[int]:
    """Move the rows that are in a source state of the transition, with a log row each; the others stay.

    Returns the keys of the rows moved. `values` are set in the same UPDATE. Conditions of the transition are the
    caller's to ask first (`refuse_unless`): this is the set-based half of one door.
    """
    allowed, target = sources(queryset.model, transition)
    movable = queryset.filter(state__in=allowed).select_for_update(of=("self",)).order_by("pk")
    before = dict(movable.values_list("pk", "state"))
    keys = list(before)
    for start in range(0, len(keys), CHUNK):
        chunk = queryset.model.unscoped.filter(pk__in=keys[start : start + CHUNK], state__in=allowed)
        chunk.update(state=target, **values)
        log.record_moves(queryset.model, keys[start : start + CHUNK], transition, before, target, by=by, note=note)
    return keys


def refuse_unless(rows: Iterable[models.Model], transition: str) -> None:
    """Raise Refused, naming the first row whose state or conditions do not allow the transition."""
    for row in rows:
        if not can_proceed(getattr(row, transition)):
            text = _("%(row)s is %(state)s: this cannot be done to it now.")
            raise Refused(text % {"row": row, "state": row.get_state_display()}, code="state")


def allowed_moves(row: models.Model) -> list[str]:
    """The names of the transitions that the row's state and conditions allow now."""
    return [move.name for move in row.get_available_state_transitions()]
