"""Invoices that a person writes: a draft first, issued by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from modules.invoicing.accounts import account_of
from modules.invoicing.models import Invoice, InvoiceLine
from modules.leasing.models import Lease
from modules.leasing.streams import stream_word
from rentbook.kernel import log
from rentbook.kernel.editing import CREATED
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord, User

Kind = InvoiceLine.Kind
BY_HAND = (Kind.RENT, Kind.CHARGE, Kind.DISCOUNT, Kind.DEPOSIT)


@dataclass(frozen=True)
class ManualLine:
    """What a person asks for, or with a negative amount takes off, in the lease's currency."""

    stream: str
    amount: Money
    kind: str = Kind.CHARGE


@transaction.atomic
def draft_invoice(
    *,
    lease: Lease,
    lines: Iterable[ManualLine],
    due_date: date,
    period: tuple[date, date] | None = None,
    reason: str = "",
    by: User | None = None,
) -> Invoice:
    """A draft for the days of `period`, or for the due day alone; it has no number until it is issued.

    Rent of one's own needs a reason. Raises ValidationError for another currency than the lease's, an amount of the
    wrong sign or of nothing, and for days that are billed already, naming the bill (docs/rules.md, R10).
    """
    list(Landlord.objects.select_for_update(no_key=True).filter(pk=lease.landlord_id))
    lines, (start, end) = list(lines), period or (due_date, due_date)
    _refuse_wrong(lease, lines, reason)
    if end < start:
        raise ValidationError({"end": _("The last day is before the first day.")})
    for line in lines:
        _refuse_billed(lease, line, start, end)
    common = {"landlord": lease.landlord, "lease": lease, "currency": lease.currency}
    common |= {"period_start": start, "period_end": end}
    total = sum(line.amount.amount for line in lines)
    invoice = Invoice.unscoped.create(**common, due_date=due_date, total=total, reason=reason)
    InvoiceLine.unscoped.bulk_create(
        InvoiceLine(
            **common,
            invoice=invoice,
            kind=line.kind,
            stream=line.stream,
            amount=line.amount,
            account=account_of(line.stream),
        )
        for line in lines
    )
    log.record([invoice], CREATED, by=by, reason=reason)
    return invoice


def _refuse_wrong(lease: Lease, lines: Sequence[ManualLine], reason: str) -> None:
    if any(str(line.amount.currency) != lease.currency for line in lines):
        raise ValidationError(_("The lease is in %s: charge it in the same currency.") % lease.currency)
    for line in lines:
        if (line.amount.amount < 0) != (line.kind == Kind.DISCOUNT) or not line.amount:
            text = _("%(line)s: a charge is more than zero, a discount less.")
            raise ValidationError(text % {"line": stream_word(line.stream)})
    if any(line.kind == Kind.RENT for line in lines) and not reason:
        raise ValidationError({"reason": _("Say why this rent is billed by hand.")})
    if sum(line.amount.amount for line in lines) <= 0:
        raise ValidationError(_("What is taken off is as much as what is asked for: nothing is left to bill."))


def _refuse_billed(lease: Lease, line: ManualLine, start: date, end: date) -> None:
    """The database keeps two bills of one first day apart; this names the bill that has any of the days."""
    if line.kind not in InvoiceLine.RECURRING:
        return
    if other := billed_on(lease, line.stream, start, end).select_related("invoice").first():
        text = _("%(stream)s is billed from %(start)s through %(end)s already, by %(invoice)s: choose other days.")
        values = {"stream": stream_word(line.stream), "start": other.period_start, "end": other.period_end}
        raise ValidationError(text % (values | {"invoice": other.invoice}))


def billed_on(lease: Lease, stream: str, start: date, end: date) -> QuerySet[InvoiceLine]:
    """The live lines of a stream that share a day with those (docs/rules.md, R10)."""
    live = InvoiceLine.objects.of(lease.landlord_id).filter(lease=lease, stream=stream, cancelled=False)
    return live.filter(kind__in=InvoiceLine.RECURRING, period_start__lte=end, period_end__gte=start)
