"""Moving out in one step: the last bill, what was damaged, the deposit, and what is given back (D8, D11, D25)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from modules.invoicing.deposits import deposit_held
from modules.invoicing.models import Credit, CreditNote, Invoice, InvoiceLine
from modules.invoicing.selectors import open_invoices
from modules.leasing.models import Lease, OneOffCharge
from modules.leasing.services import move_out_leases
from rentbook.kernel import clock, editing
from rentbook.kernel.money import Money
from rentbook.kernel.people import User, check_open

from .deposits import apply_deposit, refund_deposit
from .lifecycle import cancel_invoices, send_invoices

STREAM = "damage"


@dataclass(frozen=True)
class Deduction:
    """What the tenant owes for the state of the home: a broken window, in the lease's currency."""

    what: str
    amount: Money


@dataclass(frozen=True)
class MoveOut:
    """What a move-out did, or would do; amounts in the lease's currency.

    `bills` and `notes` are those that it made. `held` is the deposit before, of which `applied` paid bills and `refund`
    goes back to the tenant. `owed` is left to pay after that, on `unpaid` bills; `credit` is the tenant's beside it.
    """

    bills: Sequence[Invoice]
    notes: Sequence[CreditNote]
    unpaid: Sequence[Invoice]
    held: Money
    applied: Money
    credit: Money

    @property
    def refund(self) -> Money:
        """Deposit less arrears and deductions, never below zero."""
        return self.held - self.applied

    @property
    def owed(self) -> Money:
        return sum((bill.balance for bill in self.unpaid), self.held * 0)


@transaction.atomic
def move_out(
    *,
    lease: Lease,
    on: date,
    deductions: Iterable[Deduction] = (),
    reason: str = "",
    paid_from: str = "",
    reference: str = "",
    by: User | None,
) -> MoveOut:
    """The tenant has left on a day: all that follows from it, in one step.

    The lease ends; its last days are billed, days billed beyond them are credited. Deductions are billed at once. The
    deposit pays what is open, oldest due first, and never its own bill; what is left of it is to be given back, and is
    booked as refunded where `paid_from` names the account that paid it. Entries are dated today. Raises Refused as
    move_out_leases does, ValidationError, and BooksLocked where today lies in a closed month.
    """
    today = clock.today(lease.landlord)
    check_open(lease.landlord, today)
    bills, notes = _keys(_bills(lease)), _keys(_notes(lease))
    move_out_leases(leases=[lease], on=on, reason=reason, by=by)
    _bill(lease, list(deductions), on, by)
    _forgo_deposit(lease, by)
    held, applied = _apply(lease, today, by)
    if paid_from and held > applied:
        given = {"account": paid_from, "reference": reference, "reason": _("Moved out")}
        refund_deposit(lease=lease, amount=held - applied, on=today, by=by, **given)
    return MoveOut(
        bills=list(_bills(lease).exclude(pk__in=bills)),
        notes=list(_notes(lease).exclude(pk__in=notes)),
        unpaid=list(open_invoices(lease)),
        held=held,
        applied=applied,
        credit=_credit(lease),
    )


def foresee_move_out(
    *, lease: Lease, on: date, deductions: Iterable[Deduction] = (), reason: str = "", by: User | None
) -> MoveOut:
    """What move_out would do, done by the very services and taken back. Raises as it does."""
    with transaction.atomic():
        found = move_out(lease=lease, on=on, deductions=deductions, reason=reason, by=by)
        transaction.set_rollback(True)
    return found


def _bills(lease: Lease) -> QuerySet[Invoice]:
    return Invoice.objects.of(lease.landlord_id).filter(lease=lease).order_by("period_start", "pk")


def _notes(lease: Lease) -> QuerySet[CreditNote]:
    return CreditNote.objects.of(lease.landlord_id).filter(invoice__lease=lease).order_by("pk")


def _keys(rows: QuerySet) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def _bill(lease: Lease, deductions: list[Deduction], on: date, by: User | None) -> None:
    """One bill for all deductions, issued at once and due on the last day, with a single charge behind each line."""
    if not deductions:
        return
    common = {"landlord": lease.landlord, "lease": lease, "currency": lease.currency}
    day = {"period_start": on, "period_end": on}
    total = sum(deduction.amount.amount for deduction in deductions)
    invoice = Invoice.objects.of(lease.landlord).create(**common, **day, due_date=on, total=total)
    for deduction in deductions:
        given = common | {"stream": STREAM, "amount": deduction.amount}
        own = {"kind": OneOffCharge.Kind.CHARGE, "start": on, "end": on, "bill_on": on, "reason": deduction.what}
        charge = editing.create(OneOffCharge, by=by, **given, **own)
        line = given | day | {"invoice": invoice, "kind": InvoiceLine.Kind.CHARGE, "one_off": charge}
        InvoiceLine.objects.of(lease.landlord).create(**line)
    send_invoices(invoices=[invoice], by=by)


def _forgo_deposit(lease: Lease, by: User | None) -> None:
    """Nobody who has left is asked for a deposit: a bill of it on which nothing was paid is withdrawn."""
    asked = open_invoices(lease).filter(lines__kind=InvoiceLine.Kind.DEPOSIT, amount_paid=0, amount_reserved=0)
    cancel_invoices(invoices=asked.distinct(), by=by)


def _apply(lease: Lease, on: date, by: User | None) -> tuple[Money, Money]:
    """What is held of the deposit, and what of it pays open bills now."""
    held, none = deposit_held(lease), Money(0, lease.currency)
    open_bills = list(open_invoices(lease).exclude(lines__kind=InvoiceLine.Kind.DEPOSIT))
    applied = max(min(held, sum((bill.available for bill in open_bills), none)), none)
    if applied:
        apply_deposit(lease=lease, invoices=open_bills, amount=applied, reason=_("Moved out"), on=on, by=by)
    return held, applied


def _credit(lease: Lease) -> Money:
    left = Credit.objects.of(lease.landlord_id).filter(lease=lease, applied__lt=F("amount"))
    return sum((credit.amount - credit.applied for credit in left), Money(0, lease.currency))
