"""Repair requests: reported, seen to, done or declined."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import models, transaction
from django.utils.translation import gettext as _

from modules.leasing.models import RepairPhoto, RepairRequest, Unit
from modules.leasing.selectors import occupied
from rentbook.kernel import clock, editing, uploads
from rentbook.kernel.contacts import Contact
from rentbook.kernel.people import User
from rentbook.kernel.states import keys_of, move, refuse_unless


@transaction.atomic
def report_repair(
    *,
    unit: Unit,
    title: str,
    reported_on: date | None = None,
    reported_by: Contact | None = None,
    photo: File | None = None,
    by: User | None,
    **values: Any,
) -> RepairRequest:
    """Something in a home that is broken: its `urgency` and `description`, on today where no day is given.

    It stands on the lease of the home on that day, where there is one alone. Raises ValidationError by field.
    """
    today = clock.today(unit.landlord)
    on = reported_on or today
    if on > today:
        raise ValidationError({"reported_on": _("%(day)s is still to come.") % {"day": on}})
    there = list(occupied(unit.landlord, on).filter(unit=unit)[:2])
    values |= {"lease": there[0] if len(there) == 1 else None, "reported_by": reported_by, "reported_on": on}
    request = editing.create(RepairRequest, by=by, landlord=unit.landlord, unit=unit, title=title, **values)
    if photo:
        _add_photo(request, photo, by, field="photo")
    return request


@transaction.atomic
def start_repairs(*, requests: Iterable[RepairRequest], by: User | None) -> list[int]:
    """Say that somebody sees to them; returns their keys. Raises Refused for one that is past that."""
    return move(_movable(requests, "start"), "start", by=by)


@transaction.atomic
def finish_repairs(*, requests: Iterable[RepairRequest], outcome: str = "", by: User | None) -> list[int]:
    """Say that they are done, and how; returns their keys. Raises Refused for one that has ended already."""
    return _end(requests, "finish", outcome, by)


@transaction.atomic
def decline_repairs(*, requests: Iterable[RepairRequest], reason: str, by: User | None) -> list[int]:
    """Say that nothing is done about them, and why; returns their keys. Raises Refused for one that has ended."""
    return _end(requests, "decline", reason, by)


@transaction.atomic
def add_photos(*, requests: Iterable[RepairRequest], file: File, by: User | None) -> list[RepairPhoto]:
    """A picture of each of the requests, PNG or JPEG of 5 MB at most. Raises ValidationError."""
    return [_add_photo(request, file, by, field="file") for request in requests]


def _add_photo(request: RepairRequest, file: File, by: User | None, *, field: str) -> RepairPhoto:
    kept = uploads.received(file, uploads.PICTURES, field=field)
    return editing.create(RepairPhoto, by=by, landlord=request.landlord, request=request, file=kept)


def _end(requests: Iterable[RepairRequest], transition: str, outcome: str, by: User | None) -> list[int]:
    rows = _movable(requests, transition)
    moved = []
    for landlord in {row.landlord for row in rows.select_related("landlord")}:
        own = rows.filter(landlord=landlord)
        ended = {"ended_on": clock.today(landlord), "outcome": outcome}
        moved += move(own, transition, by=by, note=outcome, **ended)
    return moved


def _movable(requests: Iterable[RepairRequest], transition: str) -> models.QuerySet[RepairRequest]:
    """The same requests under their locks, each of which can make the move."""
    rows = RepairRequest.unscoped.filter(pk__in=keys_of(requests))
    refuse_unless(rows.order_by("pk").select_for_update(of=("self",)), transition)
    return rows
