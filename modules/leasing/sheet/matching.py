"""What in the book a row speaks of: a lease that is known, and its tenant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from modules.leasing.models import Lease, Tenant
from rentbook.exchange.sheets import Row
from rentbook.kernel.contacts import Contact
from rentbook.kernel.people import Landlord

from .homes import Home, home

Person = tuple[str, str]


@dataclass(frozen=True)
class Match:
    """The lease of the row's home with the row's first day, and whose it is; or a tenant known by name and phone."""

    lease: Lease | None = None
    tenant: Tenant | None = None

    @property
    def ended(self) -> bool:
        return self.lease is not None and self.lease.state not in Lease.LIVE

    @property
    def running(self) -> Lease | None:
        return None if self.ended else self.lease

    def span(self, row: Row) -> tuple[date | None, date | None]:
        """From when to when the lease runs once the row is written: an empty end leaves the one of the book."""
        return row.get("lease_start"), row.get("lease_end") or (self.lease.end if self.lease else None)


def person(row: Row) -> Person:
    """Two rows with the same name and phone are one person."""
    return row.get("tenant_name", "").casefold(), row.get("phone", "")


def match(
    rows: Iterable[Row], homes: Mapping[Home, int], landlord: Landlord, *, lock: bool = False
) -> dict[int, Match]:
    """What each row with a tenant speaks of, by the row's number; the leases are locked if that is asked for."""
    signed = [row for row in rows if row.get("tenant_name")]
    leases = _leases({homes[home(row)] for row in signed if home(row) in homes}, landlord, lock=lock)
    known = {row.number: leases.get((homes.get(home(row)), row.get("lease_start"))) for row in signed}
    tenants = Tenant.objects.of(landlord).select_related("contact")
    people = {_known_person(tenant.contact): tenant for tenant in tenants}
    for row in signed:
        found = Match(known[row.number])
        if found.running:
            people.setdefault(person(row), found.running.tenant)
    return {
        row.number: Match(lease, lease.tenant if lease else people.get(person(row)))
        for row in signed
        for lease in [known[row.number]]
    }


def _known_person(contact: Contact) -> Person:
    return contact.name.casefold(), str(contact.phone or "")


def _leases(units: set[int], landlord: Landlord, *, lock: bool) -> dict[tuple[int, date], Lease]:
    leases = Lease.objects.of(landlord).filter(unit__in=units).exclude(state=Lease.State.CANCELLED)
    leases = leases.select_related("tenant__contact").order_by("pk")
    if lock:
        leases = leases.select_for_update(of=("self",))
    # Where two began on one day, the one that runs.
    found = sorted(leases, key=lambda lease: lease.state in Lease.LIVE)
    return {(lease.unit_id, lease.start): lease for lease in found}
