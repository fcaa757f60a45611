"""Which home a row means: a property and a unit, whatever their case and spaces."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable

from modules.leasing.headings import TOTALS
from modules.leasing.models import Unit
from rentbook.exchange.cells import fold
from rentbook.exchange.sheets import Row
from rentbook.kernel.people import Landlord

Home = tuple[str, str]
SUMS = {fold(word) for word in TOTALS}


def same(name: str) -> str:
    """What two ways to write one name have in common: “a1 ” is “A1”."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def is_total(row: Row) -> bool:
    """A row that adds the others up, at the foot of many sheets."""
    unit, place = fold(row.get("unit", "")), fold(row.get("property", ""))
    return "tenant_name" not in row.cells and (unit in SUMS or (not unit and place in SUMS))


def find_properties(rows: Iterable[Row]) -> None:
    """Note each row's property, once, while the rows stand as they do in the sheet.

    Of merged cells a sheet has only the first: an empty one takes the value above. The landlord's name where there is
    none above either; nothing where the one above cannot be read.
    """
    above = None
    for row in rows:
        if "property" in row.cells and not is_total(row):
            above = row
        row.made.setdefault("property", above.get("property") if above else row.landlord.name)
        row.made.setdefault("inherited", above is not None and above is not row)


def home(row: Row) -> Home:
    """The natural key of a unit: its property's name and its own."""
    return same(row.made["property"] or ""), same(row.get("unit", ""))


def known_homes(landlord: Landlord) -> dict[Home, int]:
    """The key of every unit in the book."""
    # Where the book has one home in two ways, the older is meant.
    units = Unit.objects.of(landlord).order_by("-pk").values_list("property__name", "name", "pk")
    return {(same(building), same(unit)): pk for building, unit, pk in units}


def homes_beside(landlord: Landlord, units: Collection[int]) -> dict[int, set[int]]:
    """Each home with those of `units` that nobody can rent beside it: itself, and of two the one in the other (D15).

    One that is shared is open to others, and so is what lies in it.
    """
    found: dict[int, set[int]] = defaultdict(set)
    book = Unit.objects.of(landlord)
    shared = {*book.filter(shared=True).values_list("pk", flat=True)}
    for unit in {*units} - shared:
        found[unit].add(unit)
    for part, *larger in book.exclude(parent=None).values_list("pk", "parent", "parent__parent"):
        for unit in {*larger} - shared - {None}:
            for one, other in ((part, unit), (unit, part)):
                if one in units:
                    found[other].add(one)
    return found
