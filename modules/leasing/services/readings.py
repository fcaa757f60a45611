"""Readings: each makes the charge of who used what was counted, and is withdrawn while that is not billed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from modules.leasing.meter_book import MeterBook, NewReading
from modules.leasing.meter_selectors import reading_fixed
from modules.leasing.metering import Kind, estimate
from modules.leasing.models import Meter, OneOffCharge, Reading
from rentbook.kernel import clock, editing, log, uploads
from rentbook.kernel.people import Landlord, User

from .lifecycle import lock_books, refuse_if

Taken = list[tuple[NewReading, OneOffCharge | None]]


@transaction.atomic
def record_readings(*, readings: Iterable[NewReading], by: User | None) -> list[Reading]:
    """Record what meters show, all or none; each makes a single charge for the lease that used it.

    It is billed from the day of the reading. What a lease uses is counted from the highest value that was billed to
    it, so that an estimate which was too high evens out. Where no lease pays by meter there is no charge. Raises
    ValidationError with sentences by the meter's key: for a value below the last true one, a day in the future, of
    another reading or before it, and days of two tenants.
    """
    return _record(list(readings), Kind.READ, by)


@transaction.atomic
def estimate_readings(*, meters: Iterable[Meter], on: date, by: User | None) -> list[Reading]:
    """Record for meters that nobody read what they should show: the mean of their last three intervals goes on.

    Raises ValidationError by the meter's key, as record_readings does, and for one without an interval to go by.
    """
    news, problems = [], {}
    rows = list(meters)
    for landlord in lock_books(meter.landlord_id for meter in rows):
        own = [meter for meter in rows if meter.landlord_id == landlord.pk]
        book = MeterBook(landlord, own)
        for meter in own:
            history = book.histories[meter.pk]
            if (count := estimate(history, on)) is None:
                problems[str(meter.pk)] = [_("%(meter)s was not read often enough to estimate by.") % {"meter": meter}]
            else:
                news.append(NewReading(meter, on, count - history[-1].moved))
    _refuse(problems)
    return _record(news, Kind.ESTIMATED, by)


@transaction.atomic
def withdraw_readings(*, readings: Iterable[Reading], by: User | None) -> None:
    """Take wrong readings out, the latest of a meter first, and withdraw what they charged.

    Raises Refused for one that is billed, that a later one stands on, or that a replaced meter ended with.
    """
    books = {reading.pk: reading.landlord_id for reading in readings}
    for landlord in lock_books(books.values()):
        rows = Reading.objects.of(landlord).filter(pk__in=books).select_related("meter", "charge", "landlord")
        for reading in rows.order_by("-on", "-pk"):
            refuse_if(reading_fixed(reading))
            _withdraw(reading, by)


def _withdraw(reading: Reading, by: User | None) -> None:
    if reading.charge:
        editing.change(reading.charge, by=by, withdrawn_at=clock.now())
    uploads.drop(reading.photo)
    editing.delete(reading, by=by)


def _refuse(problems: dict[str, list[str]]) -> None:
    if problems:
        raise ValidationError(problems)


def _record(news: list[NewReading], kind: Kind, by: User | None) -> list[Reading]:
    taken: dict[Landlord, Taken] = {}
    problems: dict[str, list[str]] = {}
    for landlord in lock_books(new.meter.landlord_id for new in news):
        own = sorted((new for new in news if new.meter.landlord_id == landlord.pk), key=lambda new: new.on)
        book, taken[landlord] = MeterBook(landlord, [new.meter for new in own]), []
        for new in own:
            try:
                taken[landlord].append((_kept(new), book.take(new, kind)))
            except ValidationError as refusal:
                problems.setdefault(str(new.meter.pk), []).extend(refusal.messages)
    _refuse(problems)
    return [row for landlord, own_taken in taken.items() for row in store_readings(landlord, own_taken, kind, by)]


def _kept(new: NewReading) -> NewReading:
    """The reading with its picture as it is stored. Raises ValidationError for what is no picture."""
    return replace(new, photo=uploads.received(new.photo, uploads.PICTURES)) if new.photo else new


def store_readings(landlord: Landlord, taken: Taken, kind: Kind, by: User | None) -> list[Reading]:
    """The readings and their charges: a statement each for however many."""
    estimated = kind == Kind.ESTIMATED
    rows = [
        Reading(
            landlord=landlord, meter=new.meter, on=new.on, value=new.value, estimated=estimated, by=by,
            photo=new.photo or "",
        )
        for new, _charge in taken
    ]  # fmt: skip
    Reading.objects.of(landlord).bulk_create(rows)
    charged = [(row, charge) for row, (_new, charge) in zip(rows, taken, strict=True) if charge]
    for row, charge in charged:
        charge.source, charge.by = f"reading:{row.pk}", by
    OneOffCharge.objects.of(landlord).bulk_create([charge for _row, charge in charged])
    for row, charge in charged:
        row.charge = charge
    Reading.objects.of(landlord).bulk_update([row for row, _charge in charged], ["charge"])
    log.record(rows, editing.CREATED, by=by)
    log.record([charge for _row, charge in charged], editing.CREATED, by=by)
    return rows
