"""How good rows are written: homes, tenants, leases and charges, in that order, and what changed into the log."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from modules.leasing.models import Charge, Lease, Property, Tenant, Unit
from modules.leasing.services import activate_leases, restore
from modules.leasing.services.lifecycle import lock_homes
from modules.leasing.usual_terms import read, settle, still_inherited, usual_at
from rentbook.exchange.events import ImportFinished
from rentbook.exchange.sheets import Outcome, Row
from rentbook.exchange.upserting import upsert
from rentbook.kernel import log
from rentbook.kernel.contacts import Contact
from rentbook.kernel.keys import among
from rentbook.kernel.people import Landlord

from .columns import CONTACT_FIELDS, said_of_lease
from .ended import leave_ended
from .homes import home, is_total, known_homes, same
from .matching import Match, match, person


def apply(rows: list[Row], landlord: Landlord, outcome: Outcome) -> None:
    """Write the rows, all in the caller's transaction; imported leases are active, and billed from today on."""
    rows = _remarked(rows, outcome)
    _units(rows, landlord, outcome)
    units = {home(row): row.made["unit"].pk for row in rows}
    # Before their leases, as every service does: nobody signs or ends one while the rows are written.
    lock_homes(Unit.objects.of(landlord).filter(among({*units.values()})))
    matches = match(rows, units, landlord, lock=True)
    signed = []
    for row in rows:
        if found := matches.get(row.number):
            row.made |= {"match": found, "lease_key": (units[home(row)], row.get("lease_start"))}
            signed.append(row)
    charges = _known_charges(matches.values(), landlord)
    leave_ended([row for row in signed if row.made["match"].ended], charges, outcome)
    signed = [row for row in signed if not row.made["match"].ended]
    _tenants(signed, landlord, outcome)
    _leases(signed, landlord, outcome)
    _charges(signed, charges, landlord, outcome)
    new = [row.made["lease"] for row in signed if not row.made["match"].lease]
    activate_leases(leases=new, by=outcome.by)
    _restore(rows, landlord, outcome)
    _log(signed, outcome)


def _remarked(rows: list[Row], outcome: Outcome) -> list[Row]:
    """The rows without those that add the others up; that is said, and whose property was read above."""
    for row in rows:
        if is_total(row):
            outcome.warn(row, "unit", "This row adds the others up: it is left out.")
    rows = [row for row in rows if not is_total(row)]
    inherited = [row for row in rows if row.made["inherited"]]
    if inherited:
        numbers = ", ".join(str(row.number) for row in inherited[:5]) + (" …" if len(inherited) > 5 else "")
        message = f"{len(inherited)} empty cells of this column take the property above them: in rows {numbers}."
        outcome.warn(inherited[0], "property", message)
    return rows


def _units(rows: list[Row], landlord: Landlord, outcome: Outcome) -> None:
    """A home that is known keeps its name, in whatever case the sheet writes it."""
    named = {home(row)[0]: row.made["property"] for row in reversed(rows)}
    existing = {same(each.name): each for each in Property.objects.of(landlord).order_by("-pk")}
    wanted = {key: {} if key in existing else {"name": named[key]} for key in sorted(named)}
    properties = upsert(Property, wanted, existing, outcome, "property")
    homes = known_homes(landlord)
    known = Unit.objects.of(landlord).in_bulk({homes[home(row)] for row in rows if home(row) in homes})
    existing = {home(row): known[homes[home(row)]] for row in rows if home(row) in homes}
    wanted = {}
    for row in rows:
        new = {"property": properties[home(row)[0]], "name": row.get("unit")}
        wanted.setdefault(home(row), {} if home(row) in existing else new)
    units = upsert(Unit, wanted, existing, outcome, "unit")
    for row in rows:
        row.made["unit"] = units[home(row)]


def _known_charges(matches: Iterable[Match], landlord: Landlord) -> dict[tuple[int, str], Charge]:
    """The latest charge of each stream."""
    leases = [found.lease.pk for found in matches if found.lease]
    latest = Charge.objects.of(landlord).filter(lease__in=leases).order_by("start")
    return {(charge.lease_id, charge.stream): charge for charge in latest}


def _tenants(rows: list[Row], landlord: Landlord, outcome: Outcome) -> None:
    """A row of a known lease is its tenant, even under a new name or phone; else name and phone tell."""
    existing, wanted = {}, {}
    for row in rows:
        tenant = row.made["match"].tenant
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


def _leases(rows: list[Row], landlord: Landlord, outcome: Outcome) -> None:
    """A new lease takes over what is usual where its row says nothing; a known one keeps what it has."""
    wanted, existing, usual = {}, {}, read(landlord)
    for row in rows:
        key, lease = row.made["lease_key"], row.made["match"].lease
        wanted[key] = said_of_lease(row)
        if lease:
            existing[key] = lease
            wanted[key] |= _own_terms(lease, wanted[key])
        else:
            new = wanted[key] | _new_lease(row, outcome)
            wanted[key] = settle(new, usual_at(usual, row.made["unit"].property_id))
    leases = upsert(Lease, wanted, existing, outcome, "lease")
    for row in rows:
        row.made["lease"] = leases[row.made["lease_key"]]


def _own_terms(lease: Lease, said: Mapping[str, Any]) -> dict[str, Any]:
    """What follows for a known lease from what its row says: of two due rules one, and what is not usual any more."""
    differing = [name for name, value in said.items() if getattr(lease, name) != value]
    inherited = still_inherited(lease, differing)
    return {"inherited": inherited} | ({"due_days_after": None} if "due_day" in said else {})


def _new_lease(row: Row, outcome: Outcome) -> dict[str, Any]:
    unit, start = row.made["unit"], row.get("lease_start")
    values = {"unit": unit, "tenant": row.made["tenant"], "start": start, "currency": row.currency}
    values["exclusive"] = not unit.shared
    if start < outcome.on.replace(day=1):
        values["billed_from"] = outcome.on
    return values


def _charges(rows: list[Row], existing: Mapping[Any, Charge], landlord: Landlord, outcome: Outcome) -> None:
    """A stream that comes to a known lease is owed from this month on: what lies before was never agreed."""
    wanted, keys = {}, {}
    for row in rows:
        lease, due_days = row.made["lease"], row.family("due_day_")
        keys[lease.pk] = row.made["lease_key"]
        start = max(lease.start, outcome.on.replace(day=1)) if row.made["match"].lease else lease.start
        for stream, amount in ({Charge.RENT: row.get("rent")} | row.family("charge_")).items():
            key = (lease.pk, stream)
            values = {"amount": amount} | ({"due_day": due_days[stream]} if stream in due_days else {})
            if key not in existing:
                values |= {"lease": lease, "stream": stream, "currency": lease.currency, "start": start}
            wanted[key] = values
    charges = Outcome(landlord, outcome.on, outcome.by)
    upsert(Charge, wanted, existing, charges, "charge")
    for (_name, (lease_id, stream)), mark in charges.marks.items():
        if mark == "unchanged":
            continue
        outcome.mark("lease", keys[lease_id], "updated")
        changes = charges.changes["charge", (lease_id, stream)] or {
            "amount": [None, wanted[lease_id, stream]["amount"]]
        }
        noted = {stream if field == "amount" else f"{stream} {field}": values for field, values in changes.items()}
        outcome.changes["lease", keys[lease_id]] |= noted


def _restore(rows: list[Row], landlord: Landlord, outcome: Outcome) -> None:
    """What the file names as in use is taken out of the archive; a row of an ended lease says nothing of that."""
    units = [row.made["unit"].pk for row in rows if not row.made.get("match", Match()).ended]
    tenants = [row.made["tenant"].pk for row in rows if "tenant" in row.made]
    named = ((Property, Q(units__in=units)), (Unit, Q(pk__in=units)), (Tenant, Q(pk__in=tenants)))
    for model, these in named:
        for archived in model.objects.of(landlord).filter(these).exclude(archived_at=None).distinct():
            restore(archived, by=outcome.by)


def _log(rows: list[Row], outcome: Outcome) -> None:
    """An entry for each known lease and tenant that changed."""
    known = [row for row in rows if row.made["match"].lease]
    leases = [(row.made["lease"], dict(outcome.changes["lease", row.made["lease_key"]])) for row in known]
    for _lease, changes in leases:
        changes.pop("inherited", None)  # follows from the others
    _log_alike(leases, outcome)
    people = {row.made["person"]: row.made["tenant"] for row in rows if row.made["match"].tenant}
    _log_alike([(tenant, outcome.changes["tenant", key]) for key, tenant in people.items()], outcome)


def _log_alike(changed: list[tuple[Any, dict[str, list[Any]]]], outcome: Outcome) -> None:
    """Those that changed alike are written at once."""
    alike: dict[str, list[Any]] = defaultdict(list)
    said: dict[str, dict[str, list[str | None]]] = {}
    for row, changes in changed:
        texts = {field: [None if each is None else str(each) for each in pair] for field, pair in changes.items()}
        if texts:
            said[str(texts)] = texts
            alike[str(texts)].append(row)
    for key, rows in alike.items():
        log.record(rows, ImportFinished.name, by=outcome.by, changes=said[key])
