"""What leasing reads from a row of the leases sheet: property, unit, tenant, lease and its charges."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import Any

from rentbook.exchange import cells
from rentbook.exchange.importing import Outcome, Row
from rentbook.exchange.upserting import upsert
from rentbook.kernel.contacts import Contact
from rentbook.kernel.contributions import Column, SheetPart, sheet_parts
from rentbook.kernel.money import CURRENCIES
from rentbook.kernel.people import Landlord

from .headings import ALIASES
from .models import Charge, Lease, Property, Tenant, Unit
from .services import activate_leases

NEEDED = ("tenant_name", "rent", "lease_start")
LEASE_FIELDS = {"lease_end": "end", "due_day": "due_day", "deposit": "deposit", "frequency": "frequency",
                "alignment": "alignment", "proration": "proration"}  # fmt: skip
CONTACT_FIELDS = {"tenant_name": "name", "phone": "phone", "email": "email", "id_number": "id_number",
                  "language": "language"}  # fmt: skip


def currency(cell: Any, row: Row) -> str:
    code = str(cell).strip().upper()
    if code not in CURRENCIES:
        raise ValueError(f"“{cell}” is not a currency; write its three letters, such as {row.landlord.currency}.")
    return code


def column(name: str, parse: Any, *, required: bool = False, family: bool = False) -> Column:
    return Column(name, parse, ALIASES.get(name, ()), required=required, family=family)


COLUMNS = [
    column("property", cells.text(120)),
    column("unit", cells.text(60), required=True),
    column("tenant_name", cells.text(120), required=True),
    column("phone", cells.phone),
    column("email", cells.email),
    column("id_number", cells.text(40)),
    column("language", cells.one_of(
        en="english", sw="swahili,kiswahili", fr="french,français,francais", ar="arabic,العربية,عربي",
    )),
    column("lease_start", cells.day, required=True),
    column("lease_end", cells.day),
    column("currency", currency),
    column("rent", cells.positive_amount, required=True),
    column("frequency", cells.one_of(
        weekly="hebdomadaire,kila wiki,أسبوعي", fortnightly="", monthly="month,mensuel,kila mwezi,mwezi,شهري",
        quarterly="quarter,trimestriel,robo mwaka,miezi 3,ربع سنوي",
        half_yearly="half-yearly,semestriel,miezi 6,نصف سنوي",
        yearly="annual,annuel,kila mwaka,mwaka,سنوي",
    )),
    column("alignment", cells.one_of(
        calendar="calendrier,kalenda,تقويمي", anniversary="anniversaire,tarehe ya kuanza",
    )),
    column("proration", cells.one_of(
        actual="réel,reel", **{"30_day": "30-day,30 jours", "365_day": "365-day,365 jours"},
    )),
    column("due_day", cells.whole(1, 31)),
    column("deposit", cells.positive_amount),
    *(column(f"charge_{stream}", cells.positive_amount) for stream in ("electricity", "water", "wifi")),
    *(column(f"due_day_{stream}", cells.whole(1, 31)) for stream in ("electricity", "wifi")),
    column("charge_", cells.positive_amount, family=True),
    column("due_day_", cells.whole(1, 31), family=True),
]  # fmt: skip


def check(rows: Iterable[Row], landlord: Landlord) -> Iterator[tuple[Row, str, str]]:
    """What no single cell shows: a half-filled row, an end before its start, two tenants in one home at a time."""
    homes: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if not row.get("unit") and "unit" not in row.cells:
            yield row, "unit", "The row has no unit: write the home's name or number."
        # A row with a home and no tenant is a vacant home, and a rent beside it is what is asked for it.
        if "tenant_name" in row.cells:
            for name in NEEDED:
                if name not in row.cells:
                    yield row, name, "This cell is empty: a row with a tenant needs it."
        elif {"phone", "lease_start", "opening_balance"} & row.cells.keys():
            yield row, "tenant_name", "This cell is empty: whose lease is it?"
        start, end = row.get("lease_start"), row.get("lease_end")
        if start and end and end < start:
            yield row, "lease_end", f"The lease ends on {end}, before it starts on {start}."
        if row.get("frequency") == "fortnightly" and row.get("alignment") != "anniversary":
            yield row, "frequency", "Fortnights have no place in the calendar: set the alignment to anniversary."
        homes[home(row)].append(row)
    yield from _clashes_in_file(homes)
    yield from _clashes_in_book(homes, landlord)


def home(row: Row) -> tuple[str, str]:
    """The natural key of a unit: its property's name and its own."""
    return row.get("property", row.landlord.name), row.get("unit", "")


def _overlap(start: date, end: date | None, other_start: date, other_end: date | None) -> bool:
    return start <= (other_end or date.max) and other_start <= (end or date.max)


def _clashes_in_file(homes: dict[tuple[str, str], list[Row]]) -> Iterator[tuple[Row, str, str]]:
    for (_property, unit), rows in homes.items():
        for first, second in combinations(rows, 2):
            if not first.get("lease_start") or not second.get("lease_start"):
                if unit:
                    yield second, "unit", f"{unit} stands in row {first.number} already."
            elif _overlap(*span(first), *span(second)):
                yield second, "unit", f"{unit} is let in row {first.number} already at that time."


def span(row: Row) -> tuple[date, date | None]:
    return row.get("lease_start"), row.get("lease_end")


def _clashes_in_book(homes: dict[tuple[str, str], list[Row]], landlord: Landlord) -> Iterator[tuple[Row, str, str]]:
    live = Lease.objects.of(landlord).filter(state__in=Lease.LIVE, exclusive=True)
    names = {unit for _property, unit in homes}
    rows = live.filter(unit__name__in=names).values_list(
        "unit__property__name", "unit__name", "start", "end", "tenant__contact__name"
    )
    for building, unit, start, end, tenant in rows:
        for row in homes.get((building, unit), ()):
            begins, ends = span(row)
            if begins and begins != start and _overlap(begins, ends, start, end):
                yield row, "unit", f"{unit} is let to {tenant} from {start}: two leases cannot run at the same time."


def apply(rows: list[Row], landlord: Landlord, outcome: Outcome) -> None:
    """Write the rows, all in the caller's transaction; imported leases are active, and billed from today on."""
    _units(rows, landlord, outcome)
    signed = [row for row in rows if row.get("tenant_name")]
    known = _known_leases(signed, landlord)
    _tenants(signed, known, landlord, outcome)
    _leases(signed, known, outcome)
    _charges(signed, landlord, outcome)
    activate_leases(leases=[row.made["lease"] for row in signed if row.made["new"]], by=outcome.by)


def _units(rows: list[Row], landlord: Landlord, outcome: Outcome) -> None:
    names = {home(row)[0] for row in rows}
    existing = {row.name: row for row in Property.objects.of(landlord).filter(name__in=names)}
    properties = upsert(Property, {name: {"name": name} for name in sorted(names)}, existing, outcome, "property")
    wanted = {home(row): {"property": properties[home(row)[0]], "name": home(row)[1]} for row in rows}
    known = Unit.objects.of(landlord).filter(property__in=properties.values()).select_related("property")
    units = upsert(Unit, wanted, {(row.property.name, row.name): row for row in known}, outcome, "unit")
    for row in rows:
        row.made["unit"] = units[home(row)]


def _known_leases(rows: list[Row], landlord: Landlord) -> dict[tuple[int, date], Lease]:
    units = {row.made["unit"].pk for row in rows}
    leases = Lease.objects.of(landlord).filter(unit__in=units).exclude(state=Lease.State.CANCELLED)
    return {(lease.unit_id, lease.start): lease for lease in leases.select_related("tenant__contact")}


def person(row: Row) -> tuple[str, str]:
    """Two rows with the same name and phone are one person."""
    return row.get("tenant_name").casefold(), row.get("phone", "")


def _tenants(rows: list[Row], known: dict, landlord: Landlord, outcome: Outcome) -> None:
    """A row of a known lease is its tenant, even under a new name or phone; else name and phone tell."""
    people = {(t.contact.name.casefold(), str(t.contact.phone or "")): t for t in _all_tenants(landlord)}
    existing, wanted = {}, {}
    for row in rows:
        lease = known.get((row.made["unit"].pk, row.get("lease_start")))
        tenant = lease.tenant if lease else people.get(person(row))
        # The person is one key, so that two homes of a new tenant make one tenant.
        key = ("known", tenant.contact_id) if tenant else ("new", *person(row))
        row.made["person"] = key
        given = {target: row.get(name) for name, target in CONTACT_FIELDS.items() if row.get(name) is not None}
        wanted[key] = wanted.get(key, {}) | given
        if tenant:
            existing[key] = tenant.contact
        else:
            wanted[key].setdefault("language", landlord.language)
    contacts = upsert(Contact, wanted, existing, outcome, "tenant")
    tenants = upsert(
        Tenant, {key: {"contact": contact} for key, contact in contacts.items()},
        {key: contact.tenant for key, contact in existing.items()}, outcome,
    )  # fmt: skip
    for row in rows:
        row.made["tenant"] = tenants[row.made["person"]]


def _all_tenants(landlord: Landlord) -> Iterable[Tenant]:
    return Tenant.objects.of(landlord).select_related("contact")


def _leases(rows: list[Row], known: dict, outcome: Outcome) -> None:
    wanted = {}
    for row in rows:
        key = (row.made["unit"].pk, row.get("lease_start"))
        values = {target: row.get(name) for name, target in LEASE_FIELDS.items() if row.get(name) is not None}
        if key not in known:
            values |= {"unit": row.made["unit"], "start": row.get("lease_start"), "currency": row.currency}
            values["exclusive"] = not row.made["unit"].shared
            if row.get("lease_start") < outcome.on.replace(day=1):
                values["billed_from"] = outcome.on
        wanted[key] = {"tenant": row.made["tenant"]} | values
    leases = upsert(Lease, wanted, known, outcome, "lease")
    for row in rows:
        key = (row.made["unit"].pk, row.get("lease_start"))
        row.made |= {"lease": leases[key], "lease_key": key, "new": key not in known}


def _charges(rows: list[Row], landlord: Landlord, outcome: Outcome) -> None:
    leases = {row.made["lease"].pk: row for row in rows}
    latest = Charge.objects.of(landlord).filter(lease__in=leases).order_by("start")
    existing = {(charge.lease_id, charge.stream): charge for charge in latest}
    wanted = {}
    for row in rows:
        lease, due_days = row.made["lease"], row.family("due_day_")
        for stream, amount in ({Charge.RENT: row.get("rent")} | row.family("charge_")).items():
            key = (lease.pk, stream)
            values = {"amount": amount} | ({"due_day": due_days[stream]} if stream in due_days else {})
            if key not in existing:
                values = {"lease": lease, "stream": stream, "currency": lease.currency, "start": lease.start} | values
            wanted[key] = values
    changes = Outcome(landlord, outcome.on, outcome.by)
    upsert(Charge, wanted, existing, changes, "charge")
    for (_model, (lease_id, _stream)), mark in changes.marks.items():
        if mark != "unchanged":
            outcome.mark("lease", leases[lease_id].made["lease_key"], "updated")


sheet_parts.register(SheetPart("leasing", "leases", COLUMNS, apply, check))
