"""Our log: who did what to which row, when and through which door; scoped by landlord, never edited."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import BaseLogEntry, BaseLogEntryManager
from wagtail.models.audit_log import LogEntryQuerySet

from . import clock
from .inserting import NewUuid, insert_from
from .scoping import landlord_ids, operates

if TYPE_CHECKING:
    from .people import User

TRANSITION, NOTED = "rentbook.transition", "rentbook.noted"
LONGEST_NOTE = 500  # letters


class Door(models.TextChoices):
    """Where an act came in."""

    BACK_OFFICE = "back office", _("back office")
    PAY_PAGE = "pay page", _("pay page")
    API = "api", _("API")
    CALLBACK = "callback", _("callback of a provider")
    WORKER = "worker", _("by itself")
    COMMAND = "command", _("command")


_door: ContextVar[Door] = ContextVar("door", default=Door.COMMAND)


def stand_in(door: Door) -> None:
    """From here on this thread's acts come in by that door: for a process that has only one."""
    _door.set(door)


@contextmanager
def through(door: Door) -> Iterator[None]:
    """Inside the block acts come in by that door."""
    token = _door.set(door)
    try:
        yield
    finally:
        _door.reset(token)


class Kept(RuntimeError):
    """An attempt to change or remove what the log says."""


class LogQuerySet(LogEntryQuerySet):
    def update(self, **values: Any) -> NoReturn:
        raise Kept("The log is never changed.")

    def delete(self) -> NoReturn:
        raise Kept("Nothing is taken out of the log.")

    def with_instances(self) -> Iterator[tuple["LogEntry", Any]]:
        # Wagtail asks `model.objects`, which refuses to answer unscoped; its caller has narrowed the entries.
        entries = list(self)
        keys = defaultdict(set)
        for entry in entries:
            keys[entry.content_type_id].add(entry.object_id)
        rows = {}
        for kind_id, ids in keys.items():
            model = kind_id and ContentType.objects.get_for_id(kind_id).model_class()
            found = model._default_manager.in_bulk(ids) if model else {}
            rows.update({(kind_id, str(key)): row for key, row in found.items()})
        return ((entry, rows.get((entry.content_type_id, entry.object_id))) for entry in entries)


class LogManager(BaseLogEntryManager):
    def get_queryset(self) -> LogQuerySet:
        return LogQuerySet(self.model, using=self._db)

    def log_action(self, instance: models.Model, action: str, **kwargs: Any) -> "LogEntry":
        # An entry of its own for each object: the history shows one row per uuid, so a bulk act would hide the others.
        kwargs.update(object_id=str(instance.pk), landlord_id=_book(instance), uuid=uuid4(), door=_door.get())
        return super().log_action(instance, action, **kwargs)

    def viewable_by_user(self, user: "User") -> LogQuerySet:
        own = self.filter(landlord__in=landlord_ids(user, self.model))
        return self.all() if operates(user, self.model, ["view"]) else own

    def for_instance(self, instance: models.Model) -> LogQuerySet:
        kind = ContentType.objects.get_for_model(instance, for_concrete_model=False)
        return self.filter(content_type=kind, object_id=str(instance.pk))


class LogEntry(BaseLogEntry):
    """One act on one row."""

    object_id = models.CharField(max_length=40, db_index=True)
    landlord = models.ForeignKey("kernel.Landlord", models.PROTECT, null=True, blank=True, related_name="+")
    door = models.CharField(_("door"), max_length=12, choices=Door.choices, default=Door.COMMAND)

    objects = LogManager()

    class Meta(BaseLogEntry.Meta):
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")

    def __str__(self) -> str:
        return f"{self.action} {self.label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Kept("The log is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Kept("Nothing is taken out of the log.")


def plain(value: Any) -> Any:
    """A value as the log keeps it: text, number, or nothing."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def record(rows: Iterable[models.Model], action: str, *, by: "User | None", **data: Any) -> None:
    """Log one act on each of the rows: one INSERT for all. `data` is kept as JSON (money and dates as text)."""
    rows = list(rows)
    if rows:
        kind = ContentType.objects.get_for_model(rows[0], for_concrete_model=False)
        LogEntry.objects.bulk_create(_entry(kind, row, action, by, data) for row in rows)


def note(*, rows: Iterable[models.Model], text: str, by: "User | None") -> None:
    """Keep what somebody says about each of the rows. Raises ValidationError for no text, or more than 500 letters."""
    text = text.strip()
    if not 0 < len(text) <= LONGEST_NOTE:
        said = gettext("Write a note of at most %(most)s letters.")
        raise ValidationError(said % {"most": LONGEST_NOTE}, code="note")
    record(rows, NOTED, by=by, note=text)


def record_moves(rows: models.QuerySet, transition: str, after: str, *, by: "User | None", note: str) -> None:
    """Log a state change of each row, with the state before and after, by one INSERT ... SELECT.

    It is called before the rows are moved, so that the state before is read from them.
    """
    said = {"name": Value(transition), "from": "state", "to": Value(after), "note": Value(note)}
    _record_set(rows, TRANSITION, JSONObject(**said), by)


def record_made(rows: models.QuerySet, action: str, *, by: "User | None", **data: int | str) -> None:
    """Log that each row was made by one act on all of them, such as an import, by one INSERT ... SELECT.

    `data` is the same for every row.
    """
    _record_set(rows, action, JSONObject(**{name: Value(value) for name, value in data.items()}), by)


def _record_set(rows: models.QuerySet, action: str, data: JSONObject, by: "User | None") -> None:
    insert_from(
        rows,
        LogEntry,
        content_type=Value(ContentType.objects.get_for_model(rows.model, for_concrete_model=False).pk),
        object_id=Cast("pk", models.CharField()),
        landlord=F("landlord"),
        label=rows.model.log_label,
        action=Value(action),
        user=Value(by.pk if by else None, models.BigIntegerField()),
        data=data,
        door=Value(_door.get()),
        timestamp=Value(clock.now(), models.DateTimeField()),
        uuid=NewUuid(),
        content_changed=Value(True, models.BooleanField()),
        deleted=Value(False, models.BooleanField()),
    )


def _book(row: models.Model) -> int | None:
    """The landlord in whose book an act on the row stands; a landlord's own row stands in its own."""
    return row.pk if row._meta.label == "kernel.Landlord" else getattr(row, "landlord_id", None)


def _entry(kind: ContentType, row: models.Model, action: str, by: "User | None", data: dict[str, Any]) -> LogEntry:
    return LogEntry(
        content_type=kind,
        object_id=str(row.pk),
        landlord_id=_book(row),
        label=str(row)[:200],
        action=action,
        user=by,
        data=data,
        door=_door.get(),
        timestamp=clock.now(),
        uuid=uuid4(),
        content_changed=True,
        deleted=False,
    )
