"""Tariffs and meters. What was priced is never priced again: new prices begin on a day of their own."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from modules.leasing.meter_book import MeterBook, NewReading
from modules.leasing.meter_selectors import priced_through
from modules.leasing.metering import Block, Kind, number
from modules.leasing.models import Meter, Tariff, TariffBlock, Unit
from rentbook.kernel import clock, editing, log
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord, User

from .lifecycle import lock_books, refuse_if
from .readings import store_readings

MOST_BLOCKS = 5


@transaction.atomic
def create_tariff(
    *, landlord: Landlord, name: str, stream: str, measure: str, standing: Decimal = Decimal(0),
    valid_from: date, blocks: Sequence[Block], by: User | None,
) -> Tariff:  # fmt: skip
    """A tariff in the landlord's currency with the prices that are valid from a day on.

    Raises ValidationError by field, as set_prices does for the blocks.
    """
    common = {"landlord": landlord, "name": name, "stream": stream, "measure": measure}
    tariff = editing.create(Tariff, by=by, currency=landlord.currency, standing=standing, **common)
    _price(tariff, valid_from, blocks, by)
    return tariff


def update_tariff(*, row: Tariff, seen: int | None = None, by: User | None, **values: Any) -> Tariff:
    """Change the name, the measure or the standing charge of readings to come. Raises StaleForm and ValidationError."""
    if "standing" in values:
        values["standing"] = Money(values["standing"], row.currency)
    return editing.change(row, by=by, seen=seen, **values)


@transaction.atomic
def set_prices(*, tariffs: Iterable[Tariff], valid_from: date, blocks: Sequence[Block], by: User | None) -> None:
    """Other prices for readings from a day on; those that begin on the same day are replaced.

    Raises Refused where a reading of that day or a later one was priced already, and ValidationError for blocks that
    do not begin at nothing or do not ascend.
    """
    rows = list(tariffs)
    lock_books(tariff.landlord_id for tariff in rows)
    for tariff in rows:
        last = priced_through(tariff)
        if last and last >= valid_from:
            text = _("%(tariff)s has priced readings through %(day)s: let new prices begin on a later day.")
            refuse_if(text % {"tariff": tariff, "day": last})
        _price(tariff, valid_from, blocks, by)


def _price(tariff: Tariff, valid_from: date, blocks: Sequence[Block], by: User | None) -> None:
    aboves = [block.above for block in blocks]
    if not blocks or aboves[0] != 0 or aboves != sorted(set(aboves)) or len(blocks) > MOST_BLOCKS:
        text = _("The first block begins at 0 and each of the others further up; %(most)s at most.")
        raise ValidationError({"blocks": text % {"most": MOST_BLOCKS}})
    TariffBlock.objects.of(tariff.landlord_id).filter(tariff=tariff, valid_from=valid_from).delete()
    common = {"landlord": tariff.landlord, "tariff": tariff, "valid_from": valid_from}
    for block in blocks:
        row = TariffBlock(above=block.above, price=block.price, **common)
        row.full_clean()
        row.save()
    told = ", ".join(f"{number(block.above)}: {number(block.price)}" for block in blocks)
    log.record([tariff], editing.CHANGED, by=by, changes={"prices": [None, f"{valid_from}, {told}"]})


@transaction.atomic
def create_meter(
    *, unit: Unit, tariff: Tariff, serial: str, installed_on: date, first_value: Decimal = Decimal(0), by: User | None
) -> Meter:
    """A meter of a unit that counts the tariff's stream, with what it showed on its first day.

    Raises ValidationError by field: a number that another meter has, a day in the future.
    """
    if installed_on > clock.today(unit.landlord):
        text = _("%(day)s lies in the future: a meter is read today or before.")
        raise ValidationError({"installed_on": text % {"day": installed_on}})
    values = {"landlord": unit.landlord, "unit": unit, "tariff": tariff, "stream": tariff.stream, "serial": serial}
    return editing.create(Meter, by=by, installed_on=installed_on, first_value=first_value, **values)


@transaction.atomic
def update_meter(*, row: Meter, serial: str, tariff: Tariff, seen: int | None = None, by: User | None) -> Meter:
    """Change a meter's number, or the tariff of its readings to come. Raises StaleForm and ValidationError."""
    if tariff.stream != row.stream:
        text = _("%(tariff)s is for %(stream)s: choose one for what this meter counts.")
        raise ValidationError({"tariff": text % {"tariff": tariff, "stream": tariff.get_stream_display()}})
    return editing.change(row, by=by, seen=seen, serial=serial, tariff=tariff)


@transaction.atomic
def replace_meter(
    *, meter: Meter, last_value: Decimal, serial: str, first_value: Decimal, on: date, by: User | None
) -> Meter:
    """Put another meter in the place of one; what each of the two counts is billed with the next reading.

    Raises ValidationError as record_readings does for the last value, and by field for the new meter.
    """
    [landlord] = lock_books([meter.landlord_id])
    closing = NewReading(meter, on, last_value)
    old, _history = MeterBook(landlord, [meter]).check(closing)
    store_readings(landlord, [(closing, None)], Kind.READ, by)
    editing.change(old, by=by, removed_on=on)
    values = {"landlord": landlord, "unit": old.unit, "tariff": old.tariff, "stream": old.stream, "serial": serial}
    return editing.create(Meter, by=by, installed_on=on, first_value=first_value, replaces=old, **values)
