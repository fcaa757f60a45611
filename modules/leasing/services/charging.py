"""What a lease bills beside its rent: streams that begin and end, single charges and discounts by hand."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from modules.leasing.billed import billed_through
from modules.leasing.charge_selectors import charge_blocked, one_off_fixed, overlapping_charge
from modules.leasing.models import Charge, Lease, OneOffCharge
from modules.leasing.terms import Alignment, Frequency, Proration, TermsError
from rentbook.kernel import clock, editing, log
from rentbook.kernel.money import Money
from rentbook.kernel.people import User, check_open
from rentbook.kernel.states import Refused

from .lifecycle import lock_books, refuse_if

#: The terms that a charge may have of its own, and what they are made of.
OWN_TERMS = {
    "frequency": Frequency, "alignment": Alignment, "proration": Proration, "in_arrears": bool, "due_day": int,
    "due_days_after": int, "lead_days": int,
}  # fmt: skip


def _locked(leases: Iterable[Lease]) -> models.QuerySet[Lease]:
    """The leases of one landlord, read anew under their locks, after the landlord's."""
    rows = list(leases)
    [landlord] = lock_books(lease.landlord_id for lease in rows)
    held = Lease.objects.of(landlord).filter(pk__in=[lease.pk for lease in rows]).order_by("pk")
    list(held.select_for_update(of=("self",)).values("pk"))
    return held.select_related("unit", "tenant__contact", "landlord")


# --- Streams ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_charge(
    *, lease: Lease, stream: str, kind: str = Charge.Kind.FIXED, amount: Money | None = None, start: date,
    end: date | None = None, by: User | None, **terms: Any,
) -> Charge:  # fmt: skip
    """A new stream of a live lease: an amount a period, or by meter, or its part of shared costs, which have none.

    `terms` are its own frequency, alignment, proration, in_arrears, due_day, due_days_after, lead_days, tax_rate and
    withholding_rate (hundredths of a percent); what is not given is the lease's. Raises Refused for a lease that is
    not live, days outside of it, of the same stream (docs/rules.md, R10) or billed already, and ValidationError by
    field for another currency than the lease's (D22), no amount, or terms that contradict each other.
    """
    [lease] = _locked([lease])
    amount = amount if amount is not None and kind == Charge.Kind.FIXED else Money(0, lease.currency)
    _check_amount(lease, kind, amount)
    own = {name: value for name, value in terms.items() if value not in (None, "")}
    _check_terms(lease, own)
    values = {"landlord": lease.landlord, "lease": lease, "stream": stream, "kind": kind, "currency": lease.currency}
    values |= {"amount": amount, "start": start, "end": end}
    refuse_if(charge_blocked(lease, start, end))
    if other := overlapping_charge(lease, stream, start, end):
        text = _("%(charge)s runs from %(day)s already: end it first.")
        raise Refused(text % {"charge": other, "day": other.start})
    _refuse_billed(lease, stream, start)
    return editing.create(Charge, by=by, **values, **own)


@transaction.atomic
def end_charges(*, charges: Iterable[Charge], on: date, by: User | None) -> None:
    """Let streams end on a last day. Raises Refused for a day before they begin, after they end, or in billed days."""
    for charge in charges:
        [lease] = _locked([charge.lease])
        charge.refresh_from_db()
        if not charge.start <= on <= (charge.end or date.max):
            text = _("%(charge)s runs from %(start)s: choose a last day within its time.")
            raise Refused(text % {"charge": charge, "start": charge.start})
        last = billed_through(lease, charge.stream)
        if last and on < last:
            text = _("%(charge)s is billed through %(day)s: end it on that day or later.")
            raise Refused(text % {"charge": charge, "day": last})
        editing.change(charge, by=by, end=on)


def _check_amount(lease: Lease, kind: str, amount: Money) -> None:
    _same_currency(lease, amount)
    if kind == Charge.Kind.FIXED and amount.amount <= 0:
        raise ValidationError({"amount": _("Each amount must be more than zero.")})


def _same_currency(lease: Lease, amount: Money) -> None:
    if str(amount.currency) != lease.currency:
        raise ValidationError(
            {"amount": _("The lease is in %s: charge it in the same currency.") % lease.currency}, code="currency"
        )


def _check_terms(lease: Lease, own: dict[str, Any]) -> None:
    """Raise ValidationError where the terms of the stream and what it takes over from the lease contradict."""
    given = {name: OWN_TERMS[name](value) for name, value in own.items() if name in OWN_TERMS}
    if len({"due_day", "due_days_after"} & given.keys()) == 1:
        given = {"due_day": None, "due_days_after": None} | given
    try:
        replace(lease.terms, **given)
    except TermsError as error:
        raise ValidationError([_(problem) for problem in error.problems]) from error


def _refuse_billed(lease: Lease, stream: str, start: date) -> None:
    last = billed_through(lease, stream)
    if last and start <= last:
        text = _("This stream is billed through %(day)s: choose a later day.")
        raise Refused(text % {"day": last})


# --- Single charges --------------------------------------------------------------------------------------------------


@transaction.atomic
def create_one_offs(
    *, leases: Iterable[Lease], stream: str, amount: Money, reason: str, bill_on: date, by: User | None
) -> list[OneOffCharge]:
    """The same single charge, or below zero the same discount, for each of a landlord's leases, with its reason.

    It goes on the first bill that is issued on or after `bill_on`. Raises ValidationError by field without a reason,
    for nothing or another currency than a lease's (docs/rules.md, D22), Refused for a lease that is not live on that
    day, and BooksLocked where the books are closed (D48).
    """
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": _("Say why: the tenant reads it on the bill.")}, code="reason")
    if not amount.amount:
        raise ValidationError({"amount": _("Write an amount; with a minus it is a discount.")})
    rows = list(_locked(leases))
    kind = OneOffCharge.Kind.CHARGE if amount.amount > 0 else OneOffCharge.Kind.DISCOUNT
    for lease in rows:
        check_open(lease.landlord, bill_on)
        _same_currency(lease, amount)
        refuse_if(charge_blocked(lease, bill_on, bill_on))
    values = {"stream": stream, "kind": kind, "amount": amount, "reason": reason, "by": by}
    values |= dict.fromkeys(("start", "end", "bill_on"), bill_on)
    made = [OneOffCharge(landlord=lease.landlord, lease=lease, currency=lease.currency, **values) for lease in rows]
    for charge in made[:1]:
        charge.clean_fields(exclude={"landlord", "lease", "by"})
    OneOffCharge.objects.of(rows[0].landlord).bulk_create(made)
    log.record(made, editing.CREATED, by=by, reason=reason)
    return made


@transaction.atomic
def withdraw_one_offs(*, charges: Iterable[OneOffCharge], by: User | None) -> None:
    """Take back single charges that were made by hand and are on no bill yet; each stays to be read.

    Raises Refused for one that is billed, withdrawn, or comes from a reading or a shared cost.
    """
    rows = list(charges)
    lock_books(charge.landlord_id for charge in rows)
    for charge in rows:
        charge.refresh_from_db()
        refuse_if(one_off_fixed(charge))
        editing.change(charge, by=by, withdrawn_at=clock.now())
