"""Our log: who did what to which row, when and through which door; scoped by landlord, never edited."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import BaseLogEntry, BaseLogEntryManager
from wagtail.models.audit_log import LogEntryQuerySet

from . import clock
from .scoping import landlord_ids

if TYPE_CHECKING:
    from .people import User

TRANSITION = "rentbook.transition"


class LogQuerySet(LogEntryQuerySet):
    def with_instances(self):
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
    def get_queryset(self):
        return LogQuerySet(self.model, using=self._db)

    def log_action(self, instance, action, **kwargs):
        # An entry of its own for each object: the history shows one row per uuid, so a bulk act would hide the others.
        landlord_id = getattr(instance, "landlord_id", None)
        kwargs.update(object_id=str(instance.pk), landlord_id=landlord_id, uuid=uuid4())
        return super().log_action(instance, action, **kwargs)

    def viewable_by_user(self, user):
        return self.filter(landlord__in=landlord_ids(user))

    def for_instance(self, instance):
        kind = ContentType.objects.get_for_model(instance, for_concrete_model=False)
        return self.filter(content_type=kind, object_id=str(instance.pk))


class LogEntry(BaseLogEntry):
    """One act on one row."""

    object_id = models.CharField(max_length=40, db_index=True)
    landlord = models.ForeignKey("kernel.Landlord", models.PROTECT, null=True, blank=True, related_name="+")

    objects = LogManager()

    class Meta(BaseLogEntry.Meta):
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")

    def __str__(self) -> str:
        return f"{self.action} {self.label}"


def record(rows: Iterable[models.Model], action: str, *, by: "User | None", **data: Any) -> None:
    """Log one act on each of the rows: one INSERT for all. `data` is kept as JSON (money and dates as text)."""
    rows = list(rows)
    if rows:
        kind = ContentType.objects.get_for_model(rows[0], for_concrete_model=False)
        LogEntry.objects.bulk_create(_entry(kind, row.pk, row.landlord_id, str(row), action, by, data) for row in rows)


def record_moves(
    model: type[models.Model],
    keys: list[int],
    transition: str,
    before: Mapping[int, str],
    after: str,
    *,
    by: "User | None",
    note: str,
) -> None:
    """Log a state change of each key, with the state before and after."""
    kind = ContentType.objects.get_for_model(model, for_concrete_model=False)
    rows = model.unscoped.filter(pk__in=keys)
    LogEntry.objects.bulk_create(
        _entry(
            kind, row.pk, row.landlord_id, str(row), TRANSITION, by,
            {"name": transition, "from": before[row.pk], "to": after, "note": note},
        )
        for row in rows
    )  # fmt: skip


def _entry(kind, key, landlord_id, label, action, by, data) -> LogEntry:
    return LogEntry(
        content_type=kind,
        object_id=str(key),
        landlord_id=landlord_id,
        label=label[:200],
        action=action,
        user=by,
        data=data,
        timestamp=clock.now(),
        uuid=uuid4(),
        content_changed=True,
        deleted=False,
    )
