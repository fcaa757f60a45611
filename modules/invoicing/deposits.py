"""Reads of deposits: charged by bills, received when those are settled, and what became of it (docs/rules.md, D25)."""

from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from modules.leasing.models import Lease
from rentbook.kernel.money import Money, amount, as_money, show

from .models import CreditNoteLine, DepositEntry, Invoice, InvoiceLine, Settlement

DEPOSIT = InvoiceLine.Kind.DEPOSIT
MONEY = Q(kind__in=(Settlement.Kind.PAYMENT, Settlement.Kind.CREDIT))
#: What brings money to a bill, less what was taken back of it.
PAID = MONEY | Q(reverses__kind__in=(Settlement.Kind.PAYMENT, Settlement.Kind.CREDIT))
WITHHELD = Q(kind=Settlement.Kind.WITHHOLDING) | Q(reverses__kind=Settlement.Kind.WITHHOLDING)
WRITTEN_OFF = Q(kind=Settlement.Kind.WRITE_OFF) | Q(reverses__kind=Settlement.Kind.WRITE_OFF)
SIGNED = Case(When(kind=DepositEntry.Kind.HELD, then=F("amount")), default=F("amount") * -1)


def _sum(rows: QuerySet, key: str, of: Any = "amount") -> Coalesce:
    """The sum over the rows of a subquery that all have the same key; nothing is 0."""
    summed = rows.order_by().values(key).annotate(summed=Sum(of)).values("summed")
    return Coalesce(Subquery(summed), amount(0))


def deposit_bills(bills: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those of the bills that charge a deposit and stand, with `asked` of the deposit, `received` of it, and `unpaid`.

    All else on such a bill is paid first. What was credited or withheld of a bill is not asked any more; what was
    written off is never received.
    """
    lines = InvoiceLine.unscoped.filter(invoice=OuterRef("pk"))
    notes = CreditNoteLine.unscoped.filter(line__invoice=OuterRef("pk"))
    settled = Settlement.unscoped.filter(invoice=OuterRef("pk"))
    own, own_notes = Q(kind=DEPOSIT), Q(line__kind=DEPOSIT)
    withheld = _sum(settled.filter(WITHHELD), "invoice")
    rows = bills.filter(Exists(lines.filter(own)), issue_date__isnull=False, cancelled_on=None).annotate(
        asked=_sum(lines.filter(own), "invoice") - _sum(notes.filter(own_notes), "line__invoice"),
        others=_sum(lines.filter(~own), "invoice") - _sum(notes.filter(~own_notes), "line__invoice") - withheld,
        paid=_sum(settled.filter(PAID), "invoice"),
        left=F("total") - F("amount_paid") + _sum(settled.filter(WRITTEN_OFF), "invoice"),
    )
    return rows.annotate(
        received=Greatest(Least(F("paid") - F("others"), F("asked")), amount(0)), unpaid=Least(F("left"), F("asked"))
    )


def with_deposit_held(leases: QuerySet[Lease]) -> QuerySet[Lease]:
    """Leases with `deposit_charged`, what stands on bills of their deposits, and `deposit_held`, plain numbers.

    Held is what was received or held before, less what was applied and refunded.
    """
    bills = deposit_bills(Invoice.unscoped.filter(lease=OuterRef("pk")))
    entries = DepositEntry.unscoped.filter(lease=OuterRef("pk"))
    return leases.annotate(
        deposit_charged=_sum(bills, "lease", "asked"),
        deposit_held=_sum(bills, "lease", "received") + _sum(entries, "lease", SIGNED),
    )


def deposit_held(lease: Lease) -> Money:
    """What is held of the lease's deposit, read anew."""
    row = with_deposit_held(Lease.objects.of(lease.landlord_id)).get(pk=lease.pk)
    return as_money(vars(row)["deposit_held"], lease.currency)


def deposit_reversal_blocked(entry: DepositEntry) -> str:
    """Why an entry cannot be taken back, as a sentence; empty when it can."""
    if entry.reverses_id:
        return _("This entry takes another one back: it stays.")
    if DepositEntry.objects.of(entry.landlord_id).filter(reverses=entry).exists():
        return _("This entry was taken back before.")
    held = deposit_held(entry.lease)
    if entry.kind == DepositEntry.Kind.HELD and held < entry.amount:
        text = _("Only %(held)s of the deposit is held: take back first what was applied or refunded.")
        return text % {"held": show(held, get_language(), plain=True)}
    return ""
