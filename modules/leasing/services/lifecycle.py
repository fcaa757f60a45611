"""The moves of a lease. Every service works on a set; one is a set of one."""

from collections.abc import Iterable
from datetime import date

from django.db import models, transaction
from django.utils.translation import gettext as _

from modules.leasing.events import LeasesActivated, LeasesEnded
from modules.leasing.models import Lease, Unit
from modules.leasing.selectors import activation_blocked
from rentbook.kernel import clock
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.registry import slots
from rentbook.kernel.states import Refused, move, refuse_unless


def _locked(leases: Iterable[Lease]) -> models.QuerySet[Lease]:
    """The same leases, read anew under their locks, with all their units locked first.

    The unit's lock is what keeps two leases from being signed for it at once where the database has no exclusion
    constraint (docs/rules.md, D15).
    """
    keys = [lease.pk for lease in leases]
    rows = Lease.unscoped.filter(pk__in=keys)
    list(Unit.unscoped.filter(leases__in=rows).order_by("pk").select_for_update(of=("self",)).values("pk"))
    list(rows.order_by("pk").select_for_update(of=("self",)).values("pk"))
    return rows.select_related("unit", "tenant__contact", "landlord")


@transaction.atomic
def activate_leases(*, leases: Iterable[Lease], by: User | None) -> list[int]:
    """Activate pending leases; returns their keys. Raises Refused for one that is not pending or whose unit is let."""
    return _activate(_locked(leases), by)


@transaction.atomic
def sign_leases(*, leases: Iterable[Lease], by: User | None) -> list[int]:
    """Activate pending leases that are signed today: modules above bill them at once, and the tenants are welcomed.

    Returns their keys. Raises Refused as activate_leases does, and what the slot `leasing.lease.signed` raises.
    """
    leases = list(leases)
    landlords = lock_books({lease.landlord_id for lease in leases})
    rows = _locked(leases)
    moved = _activate(rows, by)
    for landlord in landlords:
        signed = Lease.objects.of(landlord).filter(pk__in=moved)
        signed.update(signed_on=clock.today(landlord))
        slots.all("leasing.lease.signed", landlord, signed, by)
    return moved


def lock_books(landlords: Iterable[int]) -> list[Landlord]:
    """The landlords by key, under their locks: who goes on to lock homes or to bill takes these first."""
    return list(Landlord.objects.select_for_update(no_key=True).filter(pk__in=set(landlords)).order_by("pk"))


def _activate(rows: models.QuerySet[Lease], by: User | None) -> list[int]:
    refuse_unless(rows, "activate")
    for lease in rows:
        refuse_if(activation_blocked(lease))
    moved = []
    for landlord in {lease.landlord for lease in rows}:
        own = Lease.objects.of(landlord).filter(pk__in=rows.values("pk"))
        keys = move(own, "activate", by=by, activated_on=clock.today(landlord))
        LeasesActivated(landlord.pk, tuple(keys)).emit()
        moved += keys
    return moved


def refuse_if(reason: str) -> None:
    """Raise Refused with the reason, if there is one."""
    if reason:
        raise Refused(reason)


@transaction.atomic
def cancel_leases(*, leases: Iterable[Lease], by: User | None) -> list[int]:
    """Cancel pending leases; returns their keys. Raises Refused for one that is not pending."""
    rows = _locked(leases)
    refuse_unless(rows, "cancel")
    return move(Lease.unscoped.filter(pk__in=rows.values("pk")), "cancel", by=by)


@transaction.atomic
def terminate_leases(*, leases: Iterable[Lease], on: date | None = None, by: User | None) -> list[int]:
    """End active leases on their last day `on` (today when none is given); returns their keys.

    Raises Refused for one that is not active, starts after that day or ends by itself before it.
    """
    rows = _locked(leases)
    moved = []
    for lease in rows:
        last_day = on or min(clock.today(lease.landlord), lease.end or date.max)
        if lease.end and last_day > lease.end:
            text = _("%(lease)s ends on %(end)s by itself: terminate it on that day at the latest.")
            raise Refused(text % {"lease": lease, "end": lease.end})
        if last_day < lease.start:
            raise Refused(
                _("%(lease)s starts on %(start)s: it cannot end before.") % {"lease": lease, "start": lease.start}
            )
        lease.end = last_day
        refuse_unless([lease], "terminate")
        moved += move(Lease.unscoped.filter(pk=lease.pk), "terminate", by=by, end=last_day)
    _announce_ended(moved)
    return moved


@transaction.atomic
def expire_leases(*, landlord: Landlord, on: date, by: User | None = None) -> int:
    """Expire the active leases whose last day is before `on`; returns how many."""
    keys = move(Lease.objects.of(landlord).filter(end__lt=on), "expire", by=by)
    _announce_ended(keys)
    return len(keys)


def _announce_ended(keys: list[int]) -> None:
    by_landlord: dict[int, list[int]] = {}
    for key, landlord_id in Lease.unscoped.filter(pk__in=keys).values_list("pk", "landlord_id"):
        by_landlord.setdefault(landlord_id, []).append(key)
    for landlord_id, ended in by_landlord.items():
        LeasesEnded(landlord_id, tuple(ended)).emit()
