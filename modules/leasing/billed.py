"""What bills say of a lease: asked of the modules above by slots, for leasing makes no bills."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from rentbook.kernel.money import billing_unit
from rentbook.kernel.people import Landlord
from rentbook.kernel.registry import slots

from .models import Lease


def billed_through(lease: Lease, stream: str) -> date | None:
    """The last day for which a stream of the lease stands on a bill, if there is any."""
    return slots.first("leasing.lease.billed_through", lease, stream, default=None)


def billed_one_offs(landlord: Landlord, keys: Collection[int]) -> set[int]:
    """Those of the single charges, by key, that stand on a bill."""
    return slots.first("leasing.one_offs.billed", landlord, keys, default=set())


def billing_step(landlord: Landlord, currency: str) -> Decimal:
    """The step to which the landlord's bills in this currency are rounded (docs/rules.md, D2)."""
    return slots.first("leasing.billing_unit", landlord, currency, default=None) or billing_unit(currency)
