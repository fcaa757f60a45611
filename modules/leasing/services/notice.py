"""Notice: who gives it, when, and until when they stay; and taking it back (docs/rules.md, D11)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from modules.leasing.life_selectors import end_blocked, last_day_by, notice_blocked, withdrawing_blocked
from modules.leasing.models import Lease
from rentbook.kernel import clock, editing
from rentbook.kernel.people import User
from rentbook.kernel.states import Refused

from .lifecycle import held, refuse_if


@transaction.atomic
def give_notice(
    *,
    leases: Iterable[Lease],
    by_whom: str,
    on: date | None = None,
    leaves_on: date | None = None,
    reason: str = "",
    by: User | None,
) -> list[int]:
    """Keep that the tenant or the landlord gave notice `on` a day, by default today; returns the leases' keys.

    They end on `leaves_on`, by default once the agreed days of notice are over, and do not go on after it. Raises
    Refused for one that is not active or has notice, for a day after the agreed last day or a notice of a day to come,
    and for a shorter notice than agreed without a `reason`.
    """
    return [_give(lease, by_whom, on or clock.today(lease.landlord), leaves_on, reason, by) for lease in held(leases)]


def _give(lease: Lease, by_whom: str, on: date, leaves_on: date | None, reason: str, by: User | None) -> int:
    refuse_if(notice_blocked(lease))
    first = last_day_by(lease, on)
    last_day = leaves_on or first
    refuse_if(end_blocked(lease, last_day))
    _refuse_days(lease, on, last_day)
    if last_day < first and not reason:
        text = _("%(lease)s: the agreed notice runs through %(first)s. Say why it is sooner.")
        raise Refused(text % {"lease": lease, "first": first})
    given: dict[str, Any] = {
        "notice_on": on,
        "notice_by": Lease.Giver(by_whom),
        "end": last_day,
        "agreed_end": lease.end,
    }
    return editing.change(lease, by=by, end_reason=reason, **given).pk


def _refuse_days(lease: Lease, on: date, last_day: date) -> None:
    if on > clock.today(lease.landlord):
        raise Refused(_("%(day)s is still to come: enter the notice once it is given.") % {"day": on})
    if last_day < on:
        raise Refused(_("The last day, %(last)s, is before the notice of %(day)s.") % {"last": last_day, "day": on})


@transaction.atomic
def withdraw_notice(*, leases: Iterable[Lease], by: User | None) -> list[int]:
    """Take notice back: the lease runs to its agreed last day again, if it has one; returns the leases' keys.

    Raises Refused for one that is not active or without notice, and where the home is let to another from then (D15).
    """
    return [_withdraw(lease, by) for lease in held(leases)]


def _withdraw(lease: Lease, by: User | None) -> int:
    refuse_if(withdrawing_blocked(lease))
    none: dict[str, Any] = {"notice_on": None, "notice_by": "", "agreed_end": None, "end_reason": ""}
    return editing.change(lease, by=by, end=lease.agreed_end, **none).pk
