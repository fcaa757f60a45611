"""The moves of a lease. Every service works on a set; one is a set of one."""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date
from typing import Any, TypeVar

from django.db import models, transaction

from modules.leasing.events import LeasesActivated, LeasesEnded
from modules.leasing.life_selectors import end_blocked
from modules.leasing.models import Lease, Unit
from modules.leasing.selectors import activation_blocked, households
from rentbook.kernel import clock
from rentbook.kernel.keys import among
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.registry import slots
from rentbook.kernel.states import Refused, move, refuse_unless

M = TypeVar("M", bound=models.Model)


def _locked(leases: Iterable[Lease]) -> models.QuerySet[Lease]:
    """The same leases, read anew under their locks, with their homes locked first."""
    keys = [lease.pk for lease in leases]
    rows = Lease.unscoped.filter(among(keys))
    lock_homes(Unit.unscoped.filter(leases__in=rows))
    list(rows.order_by("pk").select_for_update(of=("self",)).values("pk"))
    return rows.select_related("unit", "tenant__contact", "landlord")


def held(leases: Iterable[Lease]) -> models.QuerySet[Lease]:
    """The same leases, read anew under their locks, with their landlords and homes locked first: one order everywhere.

    A billing run holds the landlord too, so that what is billed stays as it was read.
    """
    leases = list(leases)
    lock_books(lease.landlord_id for lease in leases)
    return _locked(leases).order_by("pk")


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


def lock_homes(homes: models.QuerySet[Unit]) -> None:
    """The homes under their locks, with those around and in them.

    It keeps two leases from being signed at once for a home, or for one and a part of it, where the database has no
    exclusion constraint (docs/rules.md, D15).
    """
    list(Unit.unscoped.filter(households(homes)).order_by("pk").select_for_update(of=("self",)).values("pk"))


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


def changed(row: M, values: Mapping[str, Any]) -> M:
    """The row as it would be, not stored."""
    other = copy(row)
    for name, value in values.items():
        setattr(other, name, value)
    return other


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
def terminate_leases(
    *, leases: Iterable[Lease], on: date | None = None, reason: str = "", by: User | None
) -> list[int]:
    """End active leases on their last day `on` (today when none is given), with the reason; returns their keys.

    Modules above bill what is left up to that day and credit what was billed beyond it (docs/rules.md, D8, D13).
    Raises Refused for one that is not active, starts after that day or ends by itself before it, and what the slot
    `leasing.lease.ended` raises.
    """
    moved = []
    for lease in held(leases):
        last_day = on or min(clock.today(lease.landlord), lease.end or date.max)
        refuse_if(end_blocked(lease, last_day))
        lease.end = last_day
        refuse_unless([lease], "terminate")
        own = Lease.objects.of(lease.landlord).filter(pk=lease.pk)
        moved += move(own, "terminate", by=by, note=reason, end=last_day, end_reason=reason or lease.end_reason)
    announce_ended(moved, by)
    return moved


@transaction.atomic
def expire_leases(*, landlord: Landlord, on: date, by: User | None = None) -> int:
    """Expire the active leases whose last day is before `on`; returns how many.

    Raises what the slot `leasing.lease.ended` raises.
    """
    lock_books([landlord.pk])
    keys = move(Lease.objects.of(landlord).filter(end__lt=on), "expire", by=by)
    announce_ended(keys, by)
    return len(keys)


def announce_ended(keys: list[int], by: User | None) -> None:
    """Tell the modules above, in this transaction, and everybody once it is committed."""
    rows = Lease.unscoped.filter(among(keys))
    for landlord in Landlord.objects.filter(pk__in=rows.values("landlord")).order_by("pk"):
        own = Lease.objects.of(landlord).filter(among(keys))
        slots.all("leasing.lease.ended", landlord, own, by)
        LeasesEnded(landlord.pk, tuple(own.order_by("pk").values_list("pk", flat=True))).emit()
