"""Reads of what a lease bills beside its rent, and what stands in the way of changing it."""

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from .billed import billed_one_offs
from .models import Charge, Lease, OneOffCharge

BY_HAND = (OneOffCharge.Kind.CHARGE, OneOffCharge.Kind.DISCOUNT)


def charge_blocked(lease: Lease, start: date, end: date | None) -> str:
    """Why nothing can be charged on these days, as a sentence: the lease is not live, or does not run then."""
    if lease.state not in Lease.LIVE:
        return _("%(lease)s is %(state)s: nothing can be charged to it.") % {
            "lease": lease,
            "state": lease.get_state_display(),
        }
    last = lease.end or date.max
    if not (lease.start <= start <= last and (end or start) <= last):
        return _("%(lease)s runs from %(start)s to %(end)s: choose days within its time.") % {
            "lease": lease,
            "start": lease.start,
            "end": lease.end or "…",
        }
    return ""


def overlapping_charge(lease: Lease, stream: str, start: date, end: date | None) -> Charge | None:
    """A charge of the lease's stream that shares a day with these (docs/rules.md, R10)."""
    rows = Charge.objects.of(lease.landlord_id).filter(lease=lease, stream=stream, start__lte=end or date.max)
    return rows.filter(Q(end=None) | Q(end__gte=start)).first()


def one_off_fixed(charge: OneOffCharge) -> str:
    """Why a single charge cannot be withdrawn, as a sentence; empty when it can."""
    if charge.withdrawn_at:
        return _("It is withdrawn already.")
    if billed_one_offs(charge.landlord, [charge.pk]):
        return _("It is billed: correct it by a credit note.")
    if charge.kind not in BY_HAND:
        return _("It comes from a reading or a shared cost: withdraw that.")
    return ""


def one_offs_of(lease: Lease) -> QuerySet[OneOffCharge]:
    """The single charges of a lease that were not withdrawn, the latest first."""
    return OneOffCharge.objects.of(lease.landlord_id).filter(lease=lease, withdrawn_at=None)
