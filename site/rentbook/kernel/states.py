"""States: django-fsm says whether a move is allowed, `move` is the only guarded way to make it."""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from . import log
from .keys import among

if TYPE_CHECKING:
    from .people import User

Condition = Callable[..., bool]


class Refused(ValidationError):
    """A move that the state or a condition does not allow, as a sentence for the person who asked."""


class StatefulModel(models.Model):
    """A model with a protected `state`.

    The package's own mixin flips a flag on the shared field while it refreshes, which two threads see; dropping
    the value first does the same without sharing.
    """

    # What the state field of each model brings.
    state: Any
    get_state_display: Callable[[], str]

    class Meta:
        abstract = True

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet | None = None,
    ) -> None:
        for field in self._meta.concrete_fields:
            if getattr(field, "protected", False) and (fields is None or field.name in fields):
                self.__dict__.pop(field.attname, None)
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Checking a row sets each field anew, which a protected one refuses: transitions alone set it."""
        protected = {field.name for field in self._meta.fields if getattr(field, "protected", False)}
        super().clean_fields(exclude={*(exclude or ()), *protected})


def keys_of(rows: Iterable[models.Model]) -> list[int]:
    """The keys of a set of rows; those of a queryset are read without the rows."""
    return list(rows.values_list("pk", flat=True)) if isinstance(rows, models.QuerySet) else [row.pk for row in rows]


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
    keys = list(movable.values_list("pk", flat=True))
    if keys:
        locked = queryset.model.unscoped.filter(among(keys), state__in=allowed)
        log.record_moves(locked, transition, target, by=by, note=note)
        locked.update(state=target, **values)
    return keys


def because(reason: object) -> Callable[[Condition], Condition]:
    """Give a transition's condition the sentence that says why it does not hold."""

    def mark(condition: Any) -> Condition:
        condition.reason = reason
        return condition

    return mark


def why_not(row: StatefulModel, transition: str) -> str:
    """Why the row cannot make the move now, as a sentence; empty when it can."""
    method = getattr(row, transition)
    if can_proceed(method):
        return ""
    for move_ in method._django_fsm.transitions.values():
        for condition in move_.conditions if move_.source == row.state else ():
            if not condition(row) and hasattr(condition, "reason"):
                return str(condition.reason)
    return _("%(row)s is %(state)s: this cannot be done to it now.") % {"row": row, "state": row.get_state_display()}


def refuse_unless(rows: Iterable[StatefulModel], transition: str) -> None:
    """Raise Refused, naming the first row whose state or conditions do not allow the transition, and why."""
    for row in rows:
        if reason := why_not(row, transition):
            raise Refused(reason, code="state")
