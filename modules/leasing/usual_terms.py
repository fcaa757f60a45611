"""The usual terms: what a new lease takes over, where nobody set it, from its property, else its landlord.

The program's own are those of a lease of which nothing was said.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from rentbook.kernel.people import Landlord

from .models import Lease, Property, TermDefaults

PROPERTY, LANDLORD, PROGRAM = "property", "landlord", "program"
DUE = ("due_day", "due_days_after")
#: Terms that are one choice stand together: who sets one of them has set them all.
CHOICES = [DUE, *((name,) for name in TermDefaults.TERMS if name not in DUE)]
SAID = {
    PROPERTY: _("%(value)s, as usual at %(property)s"),
    LANDLORD: _("%(value)s, as usual with the landlord"),
    PROGRAM: _("%(value)s, where nothing else is said"),
}
Rows = Mapping[int | None, TermDefaults]


class Usual(NamedTuple):
    """A term, and where it comes from: the property, the landlord or the program."""

    value: Any
    origin: str


def resolve(landlord: Landlord, property: Property) -> dict[str, Usual]:
    """The usual terms of the property by name: its own, else the landlord's, else the program's."""
    return usual_at(read(landlord), property.pk)


def read(landlord: Landlord) -> Rows:
    """What the landlord has set, by the property's key; under None what holds for all."""
    rows = TermDefaults.objects.of(landlord).select_related("late_fee")
    return {row.property_id: row for row in rows}


def usual_at(rows: Rows, property_id: int | None) -> dict[str, Usual]:
    """The usual terms of one property, of rows that are read already."""
    levels = [(PROPERTY, rows.get(property_id)), (LANDLORD, rows.get(None))]
    found: dict[str, Usual] = {}
    for names in CHOICES:
        setting = (level for level in levels if level[1] and any(_is_set(getattr(level[1], name)) for name in names))
        origin, source = next(setting, (PROGRAM, Lease()))
        found |= {name: Usual(getattr(source, name), origin) for name in names}
    return found


def settle(given: Mapping[str, Any], usual: Mapping[str, Usual]) -> dict[str, Any]:
    """The fields of a new lease: what is given, and the usual for what is not, with `inherited` saying whence.

    A late fee in another currency than the lease's is not taken over.
    """
    fee = usual["late_fee"].value
    if fee and fee.currency != given["currency"]:
        usual = {**usual, "late_fee": Usual(None, PROGRAM)}
    settled, inherited = dict(given), dict[str, str]()
    for names in CHOICES:
        if given.keys() & {*names}:
            settled |= {name: given.get(name) for name in names}
            continue
        settled |= {name: usual[name].value for name in names}
        inherited |= {name: usual[name].origin for name in names if _is_set(usual[name].value)}
    return settled | {"inherited": {name: origin for name, origin in inherited.items() if origin != PROGRAM}}


def still_inherited(lease: Lease, changed: Iterable[str]) -> dict[str, str]:
    """Where the lease's terms come from once these were changed: what is one choice is changed together."""
    touched = {name for names in CHOICES if {*changed} & {*names} for name in names}
    return {name: origin for name, origin in lease.inherited.items() if name not in touched}


# --- In words -------------------------------------------------------------------------------------------------------


def said(name: str, usual: Usual, property: Property | None) -> str:
    """A term with where it comes from: “5, as usual at Bahari”."""
    return str(SAID[usual.origin]) % {"value": in_words(name, usual.value), "property": property}


def in_words(name: str, value: Any) -> str:
    """The value of a term as people say it."""
    field: Any = Lease._meta.get_field(name)
    if isinstance(value, bool):
        return gettext("in arrears") if value else gettext("in advance")
    if value is None:
        return pgettext("late fee", "none") if name == "late_fee" else "–"
    return str(dict(field.flatchoices).get(value, value))


def _is_set(value: Any) -> bool:
    return value is not None and value != ""
