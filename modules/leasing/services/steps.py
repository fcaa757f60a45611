"""What a lease costs from a day on: a step ends one row of a charge and begins the next (docs/rules.md, D9)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from modules.leasing.billed import billing_step
from modules.leasing.life_selectors import charge_on, step_before, step_blocked, withdrawal_blocked
from modules.leasing.models import Charge, Lease
from modules.leasing.rent_steps import Rise, stepped
from modules.leasing.term_lengths import DAY
from rentbook.kernel import editing
from rentbook.kernel.money import Money
from rentbook.kernel.people import User
from rentbook.kernel.states import Refused

from .lifecycle import held, refuse_if

#: What a row of a charge hands on to the one that follows it.
OWN_TERMS = (
    "stream", "kind", "currency", "end", "frequency", "alignment", "proration", "in_arrears", "due_day",
    "due_days_after", "lead_days", "tax_rate", "withholding_rate",
)  # fmt: skip


@transaction.atomic
def add_steps(
    *,
    leases: Iterable[Lease],
    on: date,
    rise: Rise,
    round_to: Decimal | None = None,
    stream: str = Charge.RENT,
    by: User | None,
) -> list[Charge]:
    """Change what a stream of leases costs from a day on; returns the new charges, one a lease.

    The new amount is a multiple of `round_to`, by default of what people can pay (docs/rules.md, D2). Raises Refused
    for a lease that is over, a day outside of it or inside what is billed, two steps on one day, and an amount below
    zero.
    """
    return [step(lease, on=on, rise=rise, round_to=round_to, stream=stream, by=by) for lease in held(leases)]


def step(
    lease: Lease, *, on: date, rise: Rise, round_to: Decimal | None, by: User | None, stream: str = Charge.RENT
) -> Charge:
    """One step of a lease that the caller holds; as add_steps."""
    refuse_if(step_blocked(lease, stream, on))
    before = charge_on(lease, stream, on)
    assert before, "step_blocked has seen it"
    amount = stepped(before.amount.amount, rise, round_to or billing_step(lease.landlord, lease.currency))
    if amount < 0:
        raise Refused(_("%(lease)s: the new amount would be below zero.") % {"lease": lease})
    own = {name: getattr(before, name) for name in OWN_TERMS} | rise.kept()
    editing.change(before, by=by, end=on - DAY)
    money = Money(amount, lease.currency)
    return editing.create(Charge, by=by, landlord=lease.landlord, lease=lease, start=on, amount=money, **own)


@transaction.atomic
def withdraw_steps(*, charges: Iterable[Charge], by: User | None) -> int:
    """Take back planned steps: the row before runs on as if they had never been agreed; returns how many.

    Raises Refused for one that is billed already, and for a charge that is not a step.
    """
    wanted = {charge.pk: charge.lease for charge in charges}
    rows = [row for lease in held(wanted.values()) for row in lease.charges.filter(pk__in=wanted).order_by("-start")]
    for row in rows:
        refuse_if(withdrawal_blocked(row))
        before, through = step_before(row), row.end
        assert before, "withdrawal_blocked has seen it"
        editing.delete(row, by=by)
        editing.change(before, by=by, end=through)
    return len(rows)
