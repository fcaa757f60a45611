"""Where money meets an invoice: reservations, settlements, credit. The overpayment guard lives here (D31)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from modules.invoicing.accounts import SETTLED, credited
from modules.invoicing.events import InvoicePaid, MoneyFoundLater
from modules.invoicing.models import Credit, Invoice, Settlement
from modules.invoicing.wording import plain
from modules.leasing.models import Lease
from rentbook.kernel import log
from rentbook.kernel.money import Money, to_db, unit
from rentbook.kernel.people import Landlord, User, check_open
from rentbook.kernel.registry import slots
from rentbook.kernel.states import move


class Overpayment(ValidationError):
    """More than may be paid on an invoice; the sentence names the exact maximum."""

    def __init__(self, invoice: Invoice, amount: Money):
        self.maximum = invoice.available
        text = (
            f"Payment amount ({plain(amount)}) cannot exceed invoice balance due ({plain(invoice.balance)}). "
            f"Maximum payment allowed: {plain(self.maximum)}"
        )
        if invoice.amount_reserved:
            live = "; ".join(slots.all("invoice.reservations", invoice)) or plain(invoice.amount_reserved)
            text += f". Being paid now: {live}"
        super().__init__(text, code="overpayment")


def lock_invoice(invoice: Invoice) -> Invoice:
    """The invoice read anew under its lock: judge only what you hold."""
    return Invoice.objects.of(invoice.landlord_id).select_for_update(of=("self",)).get(pk=invoice.pk)


def is_exact(amount: Money) -> bool:
    """Whether it is a number that the currency has coins for: not NaN, not 1e400, not half a franc (D31)."""
    try:
        return to_db(amount.amount) % to_db(unit(str(amount.currency))) == 0
    except ValueError:
        return False


def refuse_no_amount(amount: Money, currency: str) -> None:
    """Refuse what nobody can pay in the currency: another one, not a number, zero or less, half a franc."""
    if str(amount.currency) != currency:
        raise ValidationError(f"The lease is in {currency}: give the amount in {currency}.", code="currency")
    if not is_exact(amount):
        raise ValidationError(f"The amount must be a number, and a multiple of {unit(currency)}.", code="amount")
    if amount.amount <= 0:
        raise ValidationError("The amount must be more than zero.", code="amount")


def lock_bills(invoice: Invoice) -> Invoice:
    """The invoice under its lock, and with it the other open ones of its lease, by key: credit may settle those."""
    rows = Invoice.objects.of(invoice.landlord_id).filter(
        Q(pk=invoice.pk) | Q(lease=invoice.lease_id, state__in=Invoice.OPEN)
    )
    return {row.pk: row for row in rows.select_for_update(of=("self",)).order_by("pk")}[invoice.pk]


def lock_ledgers(leases: Iterable[int]) -> None:
    """Every invoice of these leases under its lock, by key: money that is taken back may open any of them."""
    list(Invoice.unscoped.filter(lease__in=leases).order_by("pk").select_for_update(of=("self",)).values("pk"))


def guard(invoice: Invoice, amount: Money) -> None:
    """Refuse what is not payable on a locked invoice: too much, nothing, or an invoice that is not open."""
    if amount.currency != invoice.total.currency:
        raise ValidationError(f"This invoice is in {invoice.currency}: pay it in {invoice.currency}.", code="currency")
    refuse_no_amount(amount, invoice.currency)
    if invoice.state not in (*Invoice.OPEN, Invoice.State.PAID):
        raise ValidationError(f"Invoice {invoice} is {invoice.get_state_display()}: it cannot be paid.", code="state")
    if amount > invoice.available:
        raise Overpayment(invoice, amount)


@transaction.atomic
def reserve(*, invoice: Invoice, amount: Money) -> Invoice:
    """Hold a part of the balance for a payment that has begun; raises Overpayment when less is left (R5)."""
    locked = lock_invoice(invoice)
    guard(locked, amount)
    change_sums(locked, amount_reserved=amount.amount)
    return locked


@transaction.atomic
def release(*, invoice: Invoice, amount: Money) -> None:
    """Give back what a payment had reserved, since it ended without money or is being settled."""
    change_sums(lock_invoice(invoice), amount_reserved=-amount.amount)


@transaction.atomic
def settle(
    *,
    invoice: Invoice,
    kind: str,
    amount: Money,
    value_date: date,
    entry_date: date,
    source: str,
    reference: str = "",
    reason: str = "",
    account: str | None = None,
    by: User | None,
) -> Settlement | None:
    """Reduce the balance by a completed payment, credit and so on, and mark the invoice paid when nothing is left.

    `source` names the cause once and for ever: a second call with it changes nothing and returns None. `reference` is
    what proves it outside. `account` takes it in the books, by default that of its kind. Raises Overpayment when the
    amount is more than is left, and BooksLocked for an entry date in a closed month.
    """
    locked = lock_invoice(invoice)
    if Settlement.objects.of(invoice.landlord_id).filter(source=source).exists():
        return None
    check_open(locked.landlord, entry_date)
    guard(locked, amount)
    change_sums(locked, amount_paid=amount.amount)
    settlement = Settlement.unscoped.create(
        landlord_id=invoice.landlord_id,
        invoice=locked,
        kind=kind,
        currency=locked.currency,
        amount=amount,
        value_date=value_date,
        entry_date=entry_date,
        reference=reference,
        reason=reason,
        account=account or SETTLED[Settlement.Kind(kind)],
        source=source,
    )
    told = {"kind": kind, "amount": plain(amount), "source": source, "reason": reason}
    log.record([locked], "invoicing.invoice_settled", by=by, **told)
    if value_date < entry_date:
        MoneyFoundLater(invoice.landlord_id, invoice.pk).emit()
    if locked.is_settled():
        move(Invoice.objects.of(invoice.landlord_id).filter(pk=invoice.pk), "pay", by=by)
        InvoicePaid(invoice.landlord_id, invoice.pk).emit()
    return settlement


def next_source(invoice: Invoice, kind: str) -> str:
    """A cause that no settlement of the locked invoice has: what is entered by hand may be entered again."""
    return f"{kind}:{invoice.pk}:{invoice.settlements.count()}"


def change_sums(invoice: Invoice, **changes: Decimal) -> None:
    """Change the locked invoice's stored sums in the database and on the object; the constraint is the last guard."""
    for name, change in changes.items():
        value = getattr(invoice, name).amount + change
        changed = (
            Invoice.objects.of(invoice.landlord_id)
            .filter(
                pk=invoice.pk, amount_paid=invoice.amount_paid.amount, amount_reserved=invoice.amount_reserved.amount
            )
            .update(**{name: value})
        )
        if not changed:
            raise IntegrityError(f"Invoice {invoice.pk} changed while it was locked.")
        setattr(invoice, name, Money(value, invoice.currency))


@transaction.atomic
def give_credit(
    *,
    lease: Lease,
    amount: Money,
    value_date: date,
    source: str,
    note: str,
    entry_date: date | None = None,
    account: str | None = None,
) -> Credit:
    """Keep money that no invoice can take as the tenant's credit; once for each `source` (R4, D26).

    It is entered on its value date, and from the account of its cause, where no other is given. Raises BooksLocked for
    an entry date in a closed month.
    """
    credit, new = Credit.objects.of(lease.landlord_id).get_or_create(
        source=source,
        defaults={
            "landlord_id": lease.landlord_id,
            "lease": lease,
            "currency": str(amount.currency),
            "amount": amount.amount,
            "value_date": value_date,
            "entry_date": entry_date or value_date,
            "account": account or credited(source),
            "note": note,
        },
    )
    if new:
        check_open(lease.landlord, credit.entry_date)
    return credit


@transaction.atomic
def apply_credits(*, landlord: Landlord, leases: Iterable[int], on: date) -> int:
    """Settle open invoices of these leases from their tenants' credit, oldest due first; returns how many.

    The invoices are locked by key before anything is settled, as everywhere.
    """
    leases = list(leases)
    owing = Invoice.objects.of(landlord).filter(lease__in=leases, state__in=Invoice.OPEN)
    if not Credit.objects.of(landlord).filter(lease__in=leases, applied__lt=F("amount")).exists():
        return 0
    list(owing.order_by("pk").select_for_update(of=("self",)).values("pk"))
    credits = Credit.objects.of(landlord).filter(lease__in=leases, applied__lt=F("amount"))
    applied = 0
    for credit in credits.select_for_update(of=("self",)).order_by("value_date", "pk"):
        for invoice in owing.filter(lease=credit.lease_id, currency=credit.currency).order_by("due_date", "pk"):
            amount = min(lock_invoice(invoice).available, credit.amount - credit.applied)
            if amount.amount <= 0:
                continue
            settle(
                invoice=invoice,
                kind=Settlement.Kind.CREDIT,
                amount=amount,
                value_date=on,
                entry_date=on,
                source=f"credit:{credit.pk}:{invoice.pk}:{plain(credit.applied)}",
                by=None,
            )
            credit.applied = credit.applied + amount
            credit.save(update_fields=["applied"])
            applied += 1
    return applied
