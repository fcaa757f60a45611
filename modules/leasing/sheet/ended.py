"""Rows of leases that have ended: the book stays as it is, and a row that says otherwise is remarked."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from modules.leasing.models import Charge, Lease
from rentbook.exchange.sheets import Outcome, Row

from .columns import LEASE_FIELDS


def leave_ended(rows: Iterable[Row], charges: Mapping[Any, Charge], outcome: Outcome) -> None:
    for row in rows:
        lease = row.made["match"].lease
        row.made["lease"] = lease
        outcome.mark("tenant", ("known", lease.tenant.contact_id), "unchanged")
        outcome.mark("lease", row.made["lease_key"], "unchanged")
        if other := next(_differences(row, lease, charges), None):
            outcome.warn(row, other, f"This lease ended on {lease.end}: the row is left as it is.")


def _differences(row: Row, lease: Lease, charges: Mapping[Any, Charge]) -> Iterator[str]:
    """The columns in which the row says something else than the book."""
    contact = lease.tenant.contact
    now = {name: getattr(lease, field) for name, field in LEASE_FIELDS.items()}
    now |= {"tenant_name": contact.name, "phone": contact.phone or "", "currency": lease.currency}
    now |= {"deposit": lease.deposit.amount, "rent": _amount(charges.get((lease.pk, Charge.RENT)))}
    for stream in row.family("charge_"):
        now[f"charge_{stream}"] = _amount(charges.get((lease.pk, stream)))
    yield from (name for name, value in now.items() if name in row.values and row.get(name) != value)
    if row.currency != lease.currency and "currency" not in row.values:
        yield "rent"


def _amount(charge: Charge | None) -> Any:
    return charge.amount.amount if charge else None
