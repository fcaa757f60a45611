"""People move out: the lease ends if it has not yet, and nobody is looked for in the home any more (D11)."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from modules.leasing.life_selectors import moving_out_blocked
from modules.leasing.models import Lease
from rentbook.kernel import clock, editing
from rentbook.kernel.people import User
from rentbook.kernel.states import Refused, move

from .lifecycle import announce_ended, held, refuse_if, terminate_leases


@transaction.atomic
def move_out_leases(*, leases: Iterable[Lease], on: date | None = None, reason: str = "", by: User | None) -> list[int]:
    """Keep that people left on a day, by default the lease's last or today; returns the leases' keys.

    A lease that is active ends on that day, as by terminate_leases. Raises Refused for one that never ran, that they
    have left before, and for a day to come or before its first day.
    """
    return [_move_out(lease, on, reason, by) for lease in held(leases)]


def _move_out(lease: Lease, on: date | None, reason: str, by: User | None) -> int:
    today = clock.today(lease.landlord)
    day = on or min(today, lease.end or today)
    refuse_if(moving_out_blocked(lease))
    if day > today or day < lease.start:
        said = {"lease": lease, "first": lease.start, "today": today}
        raise Refused(_("%(lease)s: people have moved out on a day from %(first)s to %(today)s.") % said)
    if lease.state == Lease.State.ACTIVE:
        _end(lease, day, reason, by)
    return editing.change(lease, by=by, moved_out_on=day).pk


def _end(lease: Lease, day: date, reason: str, by: User | None) -> None:
    """It ends on that day, or has run to its last one."""
    if lease.end is None or day < lease.end:
        terminate_leases(leases=[lease], on=day, reason=reason, by=by)
    else:
        announce_ended(move(Lease.objects.of(lease.landlord).filter(pk=lease.pk), "expire", by=by, note=reason), by)
