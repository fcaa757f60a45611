"""More time for a bill: asked for, agreed as promised days, declined, kept or broken (docs/rules.md, D20)."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Least

from modules.invoicing.lateness import extension_blocked
from modules.invoicing.models import Extension, Invoice, Promise
from modules.invoicing.promises import Promised, problems
from modules.invoicing.selectors import unkept
from modules.invoicing.services.settling import lock_invoice
from rentbook.kernel import clock, log
from rentbook.kernel.editing import CREATED
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.states import Refused, move, refuse_unless

Promises = Sequence[Promised]


@transaction.atomic
def request_extension(*, invoice: Invoice, promises: Promises, reason: str, by: User | None) -> Extension:
    """Ask for more time for a bill, as promised days in order; the bill stays as it is until that is agreed.

    Raises ValidationError for a day that is not to come or out of order, an amount that cannot be paid, or more than
    is left to pay; Refused for a bill that is not owed or for which time was asked or agreed already.
    """
    locked = lock_invoice(invoice)
    _refuse_unless_extendable(locked)
    today = clock.today(locked.landlord)
    extension = Extension.objects.of(locked.landlord_id).create(
        landlord_id=locked.landlord_id, invoice=locked, requested_on=today, reason=reason
    )
    _promise(extension, locked, promises)
    log.record([extension], CREATED, by=by, reason=reason)
    return extension


@transaction.atomic
def give_more_time(*, invoices: Iterable[Invoice], promises: Promises, reason: str, by: User | None) -> list[int]:
    """Ask and agree in one step, as staff do for a tenant who stands before them; returns the extensions' keys."""
    asked = [request_extension(invoice=each, promises=promises, reason=reason, by=by) for each in invoices]
    return agree_extensions(extensions=asked, by=by)


@transaction.atomic
def agree_extensions(*, extensions: Iterable[Extension], by: User | None, promises: Promises = ()) -> list[int]:
    """Agree to what was asked, or to other `promises` for each, counted from what is paid by now; returns the keys.

    Raises Refused for one that is not open for an answer, and ValidationError for promises that do not hold (any more).
    """
    moved = []
    for extension in extensions:
        invoice = lock_invoice(extension.invoice)
        own = Extension.objects.of(extension.landlord_id).filter(pk=extension.pk)
        refuse_unless(own, "agree")
        asked = [Promised(each.on, each.amount) for each in extension.promises.all()]
        extension.promises.all().delete()
        _promise(extension, invoice, promises or asked)
        moved += move(own, "agree", by=by, decided_on=clock.today(invoice.landlord), decided_by=by)
    return moved


@transaction.atomic
def decline_extensions(*, extensions: Iterable[Extension], reason: str, by: User | None) -> list[int]:
    """Say no, and why; returns the keys. Raises Refused for one that is not open for an answer."""
    moved = []
    for extension in extensions:
        lock_invoice(extension.invoice)
        own = Extension.objects.of(extension.landlord_id).filter(pk=extension.pk)
        refuse_unless(own, "decline")
        today = clock.today(extension.landlord)
        moved += move(own, "decline", by=by, note=reason, decided_on=today, decided_by=by, answer=reason)
    return moved


def _refuse_unless_extendable(invoice: Invoice) -> None:
    if reason := extension_blocked(invoice):
        raise Refused(reason, code="state")


def _promise(extension: Extension, invoice: Invoice, promises: Promises) -> None:
    """Write the promises down; what must be settled by each is counted from what is settled now."""
    if wrong := problems(promises, invoice.balance, clock.today(invoice.landlord)):
        raise ValidationError(wrong, code="promises")
    through = accumulate((promise.amount for promise in promises), initial=invoice.amount_paid)
    next(through)
    same = {"landlord_id": extension.landlord_id, "extension": extension, "currency": invoice.currency}
    Promise.objects.of(extension.landlord_id).bulk_create(
        Promise(on=promise.on, amount=promise.amount, settled_by_then=settled, **same)
        for promise, settled in zip(promises, through, strict=True)
    )


# --- What became of them --------------------------------------------------------------------------------------------


@transaction.atomic
def end_extensions(*, landlord: Landlord, on: date) -> int:
    """Mark agreed time that is over as `on` begins as broken or kept; returns how many. Nothing else waits for it.

    It ended with the day of the first promise that was not kept; if all were, with its last day, or as soon as nothing
    was owed any more.
    """
    agreed = Extension.objects.of(landlord).filter(state=Extension.State.AGREED)
    promised = Promise.objects.of(landlord).filter(extension=OuterRef("pk"))
    missed = unkept(on).filter(extension=OuterRef("pk"))
    broken = move(agreed.filter(Exists(missed)), "break_off", by=None, ended_on=_first(missed.order_by("on")))
    over = ~Q(invoice__state__in=Invoice.OPEN) | ~Exists(promised.filter(on__gte=on))
    last = Least(_first(promised.order_by("-on")), Value(on))
    return len(broken) + len(move(agreed.filter(over), "keep", by=None, ended_on=last))


def _first(promises: QuerySet[Promise]) -> Subquery:
    return Subquery(promises.values("on")[:1])
