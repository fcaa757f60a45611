"""What an act on the life of many leases would do: old and new side by side, and who is passed over and why."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from modules.leasing.billed import billing_step
from modules.leasing.life_selectors import (
    charge_on,
    first_day_after,
    renewable,
    renewal_blocked,
    step_blocked,
)
from modules.leasing.models import Lease
from modules.leasing.rent_steps import Rise, stepped
from modules.leasing.selectors import with_rent_on
from modules.leasing.term_lengths import DAY, renewed_through
from rentbook.backoffice.acting import PREVIEWED, Preview
from rentbook.backoffice.columns import shown
from rentbook.kernel.money import Money
from rentbook.kernel.people import User

WHO = (gettext_lazy("Tenant"), pgettext_lazy("unit", "Home"))
RENEWED = (
    *WHO, gettext_lazy("Last day now"), gettext_lazy("Rent now"), gettext_lazy("New last day"),
    gettext_lazy("New rent"), gettext_lazy("Skipped"),
)  # fmt: skip
RAISED = (*WHO, gettext_lazy("Now"), gettext_lazy("Then"), gettext_lazy("Skipped"))


def renewal_preview(
    leases: QuerySet[Lease],
    user: User,
    *,
    months: int | None,
    end: date | None,
    rise: Rise | None,
    round_to: Decimal | None,
) -> Preview:
    """Each lease with its last day and rent before and after; those that cannot be renewed stand first."""
    able = renewable(leases)
    left = _some(leases.exclude(pk__in=able.order_by().values("pk")))
    going = _some(with_rent_on(able, OuterRef("end")))
    why = {lease: renewal_blocked(lease) for lease in left}
    rows = [_row(lease, lease.end, None, None, None, why[lease]) for lease in left]
    for lease in going:
        then = renewed_through(lease.start, first_day_after(lease) - DAY, months, end)
        rent = None if lease.rent_then is None else Money(lease.rent_then, lease.currency)
        rows.append(_row(lease, lease.end, rent, then, _raised(lease, rent, rise, round_to), ""))
    done, passed = able.count(), leases.count() - able.count()
    text = ngettext("%(count)s lease is renewed.", "%(count)s leases are renewed.", done) % {"count": done}
    return Preview(RENEWED, rows[:PREVIEWED], _sentence(text, passed), _skipped(why))


def step_preview(
    leases: QuerySet[Lease], user: User, *, on: date, stream: str, rise: Rise, round_to: Decimal | None
) -> Preview:
    """Each lease with the amount before and after; those whose amount cannot change that day stand first."""
    rows = _some(leases)
    why = {lease: reason for lease in rows if (reason := step_blocked(lease, stream, on))}
    cells = [_row(lease, None, None, why[lease]) for lease in why]
    for lease in rows:
        if lease not in why and (charge := charge_on(lease, stream, on)):
            cells.append(_row(lease, charge.amount, _raised(lease, charge.amount, rise, round_to), ""))
    done = leases.count() - len(why)
    text = ngettext("%(count)s amount changes.", "%(count)s amounts change.", done) % {"count": done}
    return Preview(RAISED, cells, _sentence(text, len(why)), _skipped(why))


def _some(leases: QuerySet[Lease]) -> list[Lease]:
    return list(leases.select_related("landlord", "unit", "tenant__contact").order_by("end", "pk")[:PREVIEWED])


def _row(lease: Lease, *cells: Any) -> tuple[Any, ...]:
    return (shown(lease.tenant), shown(lease.unit), *map(shown, cells))


def _raised(lease: Lease, amount: Money | None, rise: Rise | None, round_to: Decimal | None) -> Money | None:
    if amount is None or rise is None:
        return amount
    step = round_to or billing_step(lease.landlord, lease.currency)
    return Money(stepped(amount.amount, rise, step), lease.currency)


def _sentence(text: str, passed: int) -> str:
    over = ngettext("%(count)s is passed over.", "%(count)s are passed over.", passed) % {"count": passed}
    return f"{text} {over}" if passed else text


def _skipped(why: dict[Lease, str]) -> list[str]:
    return list(why.values())
