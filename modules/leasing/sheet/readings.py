"""The sheet of readings: a meter by its number, or by its home and what it counts; a day and a value."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from modules.leasing.headings import ALIASES, READING_ALIASES
from modules.leasing.meter_book import MeterBook, NewReading
from modules.leasing.models import Meter, Reading
from modules.leasing.services import record_readings
from modules.leasing.typed import parse_quantity, stream_key
from rentbook.exchange import cells
from rentbook.exchange.sheets import Outcome, Row
from rentbook.kernel.contributions import Column, SheetPart, sheet_parts
from rentbook.kernel.people import Landlord

from .homes import same

Found = Iterator[tuple[Row, str, str]]


def quantity(cell: Any, row: Row) -> Decimal:
    return parse_quantity(cells.written(cell))


def stream(cell: Any, row: Row) -> str:
    return stream_key(str(cell))


def column(name: str, parse: Any, *, required: bool = False) -> Column:
    return Column(name, parse, (ALIASES | READING_ALIASES)[name], required=required)


COLUMNS = [
    column("meter", cells.text(40)),
    column("property", cells.text(120)),
    column("unit", cells.text(60)),
    column("stream", stream),
    column("on", cells.day, required=True),
    column("value", quantity, required=True),
]


def check(rows: Iterable[Row], landlord: Landlord) -> Found:
    """What no single cell shows: a meter that is not there, and a reading that cannot follow on those before it."""
    rows = list(rows)
    meters = _by_number_and_home(landlord)
    for row in rows:
        row.made["meter"] = None
        yield from _find_meter(row, meters)
    good = [row for row in rows if row.made["meter"] and {"on", "value"} <= row.values.keys()]
    known = _known(good, landlord)
    book = MeterBook(landlord, [row.made["meter"] for row in good])
    for row in sorted(good, key=lambda row: row.get("on")):
        row.made["known"] = known.get(_key(row)) == row.get("value")
        if not row.made["known"]:
            yield from _refused(row, book)


def _by_number_and_home(landlord: Landlord) -> dict[tuple[str, str], list[Meter]]:
    """The meters under their number; those that are in place also under their home's name."""
    found: dict[tuple[str, str], list[Meter]] = defaultdict(list)
    for meter in Meter.objects.of(landlord).select_related("unit__property").order_by("pk"):
        found["meter", same(meter.serial)].append(meter)
        if meter.removed_on is None:
            found["unit", same(meter.unit.name)].append(meter)
    return found


def _find_meter(row: Row, meters: Mapping[tuple[str, str], list[Meter]]) -> Found:
    for name in ("on", "value"):
        if name not in row.cells:
            yield row, name, "This cell is empty: when was the meter read, and what did it show?"
    named = next((name for name in ("meter", "unit") if name in row.values), "")
    fitting = [meter for meter in meters.get((named, same(row.get(named, ""))), ()) if _fits(row, meter)]
    if len(fitting) == 1:
        row.made["meter"] = fitting[0]
    elif not named:
        yield row, "meter", "Write the meter's number, or its home and what it counts."
    else:
        yield row, named, _too_many(fitting) if fitting else "There is no such meter."


def _fits(row: Row, meter: Meter) -> bool:
    """Whether all that the row says of its meter is so."""
    has = {"unit": meter.unit.name, "property": meter.unit.property.name, "stream": meter.stream}
    return all(same(row.get(name)) == same(value) for name, value in has.items() if name in row.values)


def _too_many(meters: list[Meter]) -> str:
    return f"{len(meters)} meters fit, such as {meters[0].serial} and {meters[1].serial}: write the meter's number."


def _key(row: Row) -> tuple[int, Any]:
    return row.made["meter"].pk, row.get("on")


def _known(rows: list[Row], landlord: Landlord) -> dict[tuple[int, Any], Decimal]:
    """What was read on the days of the rows already."""
    readings = Reading.objects.of(landlord).filter(meter__in={row.made["meter"].pk for row in rows})
    return {(meter, on): value for meter, on, value in readings.values_list("meter", "on", "value")}


def _new(row: Row) -> NewReading:
    return NewReading(row.made["meter"], row.get("on"), row.get("value"))


def _refused(row: Row, book: MeterBook) -> Found:
    try:
        book.take(_new(row))
    except ValidationError as refusal:
        yield row, "value", " ".join(refusal.messages)


def apply(rows: list[Row], landlord: Landlord, outcome: Outcome) -> None:
    """Record what is new; a reading that is known stays as it is."""
    record_readings(readings=[_new(row) for row in rows if not row.made["known"]], by=outcome.by)
    for row in rows:
        outcome.mark("reading", _key(row), "unchanged" if row.made["known"] else "created")


sheet_parts.register(SheetPart("leasing.readings", "readings", COLUMNS, apply, check))
