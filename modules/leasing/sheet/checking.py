"""What no single cell shows: a half-filled row, two tenants in one home at a time, a row that the book contradicts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations, product
from typing import Any

from modules.leasing.models import Lease, Property
from modules.leasing.usual_terms import Usual, read, settle, usual_at
from rentbook.exchange.sheets import Row
from rentbook.kernel.people import Landlord

from .columns import said_of_lease
from .homes import Home, find_properties, home, homes_beside, is_total, known_homes, same
from .matching import Match, match

NEEDED = ("tenant_name", "rent", "lease_start")
FIXED = {"frequency": "billed", "alignment": "aligned to"}
Found = Iterator[tuple[Row, str, str]]
RowsOf = Mapping[int, list[Row]]


def check(rows: Iterable[Row], landlord: Landlord) -> Found:
    find_properties(rows)
    rows = [row for row in rows if not is_total(row)]
    homes: dict[Home, list[Row]] = defaultdict(list)
    for row in rows:
        homes[home(row)].append(row)
    known = known_homes(landlord)
    matches = match(rows, known, landlord)
    usual = usual_by_name(landlord)
    for row in rows:
        yield from _half_filled(row)
        yield from _contradictory(row, matches.get(row.number, Match()), usual(row))
    yield from _two_names_for_one(rows, matches)
    yield from _renamed_elsewhere(rows, matches, landlord)
    yield from _clashes_in_file(homes, matches)
    rows_of = {known[key]: rows for key, rows in homes.items() if key in known}
    beside = homes_beside(landlord, rows_of)
    yield from _clashes_around(rows_of, beside, matches)
    yield from _clashes_in_book(rows_of, beside, matches, landlord)


def usual_by_name(landlord: Landlord) -> Callable[[Row], Mapping[str, Usual]]:
    """The usual terms of a row's property, which the book may not have yet."""
    rows = read(landlord)
    keys = {same(name): pk for pk, name in Property.objects.of(landlord).order_by("-pk").values_list("pk", "name")}
    known = {key: usual_at(rows, key) for key in {None, *rows}}
    return lambda row: known.get(keys.get(same(row.made["property"] or "")), known[None])


def _half_filled(row: Row) -> Found:
    if "unit" not in row.cells:
        yield row, "unit", "The row has no unit: write the home's name or number."
    if row.made["property"] is None and "property" not in row.cells:
        yield row, "property", "This cell is empty, and the property above it cannot be read."
    # A row with a home and no tenant is a vacant home, and a rent beside it is what is asked for it.
    if "tenant_name" in row.cells:
        for name in NEEDED:
            if name not in row.cells:
                yield row, name, "This cell is empty: a row with a tenant needs it."
    elif {"phone", "lease_start", "opening_balance"} & row.cells.keys():
        yield row, "tenant_name", "This cell is empty: whose lease is it?"


def _contradictory(row: Row, found: Match, usual: Mapping[str, Usual]) -> Found:
    start, end = row.get("lease_start"), row.get("lease_end")
    if start and end and end < start:
        yield row, "lease_end", f"The lease ends on {end}, before it starts on {start}."
    if "charge_rent" in row.cells:
        yield row, "charge_rent", "The rent has a column of its own: write it under “rent”."
    if found.running:
        yield from _fixed_by_the_book(row, found.running)
    elif not found.lease and _fortnights_by_calendar(settle({"currency": row.currency} | said_of_lease(row), usual)):
        yield row, "frequency", "Fortnights have no place in the calendar: set the alignment to anniversary."


def _fortnights_by_calendar(terms: Mapping[str, Any]) -> bool:
    return (terms["frequency"], terms["alignment"]) == ("fortnightly", "calendar")


def _fixed_by_the_book(row: Row, lease: Lease) -> Found:
    """Terms follow one another, each in a lease of its own: what is billed already would overlap."""
    for name, word in FIXED.items():
        now = getattr(lease, name)
        if row.get(name, now) != now:
            yield (
                row,
                name,
                (
                    f"The lease is {word} {now} and stays so, as its periods would overlap: "
                    f"end it, and write a new lease for {row.get(name)}."
                ),
            )
    if row.currency != lease.currency:
        column = "currency" if "currency" in row.cells else "rent"
        yield row, column, f"The row is in {row.currency}, and the lease is in {lease.currency}: it stays in that."


def _two_names_for_one(rows: list[Row], matches: Mapping[int, Match]) -> Found:
    """Rows of one person that say two things of them: one of the rows is another's."""
    said: dict[tuple[int, str], Row] = {}
    for row in rows:
        found = matches.get(row.number, Match())
        if found.ended or not found.tenant:
            continue
        for name in ("tenant_name", "phone"):
            if name not in row.values:
                continue
            first = said.setdefault((found.tenant.pk, name), row)
            if not _alike(first.get(name), row.get(name)):
                yield (
                    row,
                    name,
                    (
                        f"Row {first.number} says “{first.get(name)}” of the same person, {found.tenant} in the book: "
                        "whose tenant is it?"
                    ),
                )


def _alike(one: str | None, other: str | None) -> bool:
    return str(one or "").casefold() == str(other or "").casefold()


def _renamed_elsewhere(rows: list[Row], matches: Mapping[int, Match], landlord: Landlord) -> Found:
    """A new name or phone for somebody who rents another home that is not in the file."""
    changed: dict[int, tuple[Row, str]] = {}
    for row in rows:
        found = matches.get(row.number, Match())
        if found.running:
            contact = found.running.tenant.contact
            for name, now in (("phone", contact.phone), ("tenant_name", contact.name)):
                if now and not _alike(row.get(name, now), now):
                    changed[found.running.tenant_id] = (row, name)
    here = {found.lease.pk for found in matches.values() if found.lease}
    others = Lease.objects.of(landlord).filter(tenant__in=changed, state__in=Lease.LIVE).exclude(pk__in=here)
    for lease in others.select_related("unit", "tenant__contact"):
        if row_and_name := changed.pop(lease.tenant_id, None):
            yield *row_and_name, f"{lease.tenant} rents {lease.unit} too, which has no row here: whose tenant is it?"


# --- One home, one tenant at a time (D15) ---------------------------------------------------------------------------


def _overlap(start: date, end: date | None, other_start: date, other_end: date | None) -> bool:
    return start <= (other_end or date.max) and other_start <= (end or date.max)


def _clashes_in_file(homes: dict[Home, list[Row]], matches: Mapping[int, Match]) -> Found:
    for rows in homes.values():
        # A lease that has ended stays as the book has it, whatever its row says.
        open_rows = [row for row in rows if not matches.get(row.number, Match()).ended]
        for first, second in combinations(open_rows, 2):
            unit = second.get("unit")
            spans = [matches.get(row.number, Match()).span(row) for row in (first, second)]
            if not all(start for start, _end in spans):
                if unit:
                    yield second, "unit", f"{unit} stands in row {first.number} already."
            elif _overlap(*spans[0], *spans[1]):
                yield second, "unit", f"{unit} is let in row {first.number} already at that time."


def _clashes_around(rows_of: RowsOf, beside: Mapping[int, set[int]], matches: Mapping[int, Match]) -> Found:
    """A home and one that lies in it, in two rows of the file."""
    for unit, rows in rows_of.items():
        inner = (row for other in beside.get(unit, ()) if other > unit for row in rows_of[other])
        for pair in product(rows, inner):
            first, second = sorted(pair, key=lambda row: row.number)
            spans = [_span(row, matches) for row in (first, second)]
            if all(spans) and _overlap(*spans[0], *spans[1]):
                yield (
                    second,
                    "unit",
                    f"{first.get('unit')} is let in row {first.number} already, and one is in the other.",
                )


def _span(row: Row, matches: Mapping[int, Match]) -> tuple[date, date | None] | None:
    """From when to when the row's lease runs; nothing for a row without one, or whose lease has ended."""
    found = matches.get(row.number, Match())
    begins, ends = found.span(row)
    return (begins, ends) if begins and not found.ended else None


def _clashes_in_book(
    rows_of: RowsOf, beside: Mapping[int, set[int]], matches: Mapping[int, Match], landlord: Landlord
) -> Found:
    """Against the leases without a row of their own: those that have one end when their row says."""
    live = Lease.objects.of(landlord).filter(state__in=Lease.LIVE, unit__in=beside)
    live = live.exclude(pk__in={found.lease.pk for found in matches.values() if found.lease})
    for lease in live.select_related("unit", "tenant__contact"):
        for row in (row for unit in beside[lease.unit_id] for row in rows_of[unit]):
            span = _span(row, matches)
            if span and _overlap(*span, lease.start, lease.end):
                text = f"{lease.unit} is let to {lease.tenant} from {lease.start}: "
                yield row, "unit", f"{text}two leases cannot run at the same time."
