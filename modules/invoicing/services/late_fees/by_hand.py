"""Late fees that a person charges, and those that a person waives (docs/rules.md, D18)."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from modules.invoicing.corrections import creditable
from modules.invoicing.events import LateFeesCharged, LateFeesWaived
from modules.invoicing.lateness import fee_blocked, waiver_blocked
from modules.invoicing.models import Invoice, InvoiceLine, LateFee
from modules.invoicing.services.crediting import SERIES, checked_reason, credit_lines
from modules.invoicing.services.settling import change_sums, is_exact, lock_invoice, lock_ledgers
from modules.leasing.services.lifecycle import lock_books
from rentbook.kernel import clock, log
from rentbook.kernel.accounts import Account
from rentbook.kernel.money import Money
from rentbook.kernel.numbering import lock_series
from rentbook.kernel.people import User, check_open
from rentbook.kernel.states import Refused, keys_of

from .charging import STREAM


@transaction.atomic
def add_late_fee(*, invoices: Iterable[Invoice], amount: Money, reason: str, by: User | None) -> list[int]:
    """Charge a fee by hand on each of the invoices, dated today; returns the fees' keys.

    Raises Refused for an invoice that is not owed, is being paid, or for which time was given (D19); ValidationError
    without a reason, and for nothing or another currency; BooksLocked where today lies in a closed month.
    """
    invoices, reason = list(invoices), checked_reason(reason)
    lock_books({invoice.landlord_id for invoice in invoices})
    fees = [_add(invoice, amount, reason) for invoice in sorted(invoices, key=lambda invoice: invoice.pk)]
    log.record(fees, LateFeesCharged.name, by=by, reason=reason)
    for landlord_id in {fee.landlord_id for fee in fees}:
        LateFeesCharged(landlord_id).emit()
    return keys_of(fees)


def _add(invoice: Invoice, amount: Money, reason: str) -> LateFee:
    locked = lock_invoice(invoice)
    if blocked := fee_blocked(locked):
        raise Refused(blocked, code="state")
    if amount.currency != locked.total.currency or not is_exact(amount) or amount.amount <= 0:
        text = _("%(invoice)s: an amount above zero in %(currency)s is expected.")
        raise ValidationError({"amount": text % {"invoice": locked, "currency": locked.currency}}, code="amount")
    today = clock.today(locked.landlord)
    check_open(locked.landlord, today)
    same = {"landlord_id": locked.landlord_id, "invoice": locked, "currency": locked.currency, "amount": amount}
    line = InvoiceLine.objects.of(locked.landlord_id).create(
        **same,
        lease_id=locked.lease_id,
        kind=InvoiceLine.Kind.LATE_FEE,
        stream=STREAM,
        period_start=today,
        period_end=today,
        account=Account.LATE_FEES,
    )
    change_sums(locked, total=amount.amount)
    return LateFee.objects.of(locked.landlord_id).create(**same, line=line, on=today, reason=reason)


@transaction.atomic
def waive_late_fees(*, fees: Iterable[LateFee], reason: str, by: User | None) -> list[int]:
    """Waive fees, for ever: what is left of each is credited today, and it never falls again; returns their keys.

    Raises Refused for one that was waived before or whose invoice is cancelled, ValidationError without a reason, and
    BooksLocked where today lies in a closed month.
    """
    reason, rows = checked_reason(reason), locked_fees(fees)
    for fee in rows:
        if blocked := waiver_blocked(fee):
            raise Refused(blocked, code="state")
        today = clock.today(fee.landlord)
        check_open(fee.landlord, today)
        take_back(fee, left_of(fee), reason=reason, source="waived", on=today, by=by)
        fee.waived_on, fee.waived_by, fee.waived_reason = today, by, reason
        fee.save(update_fields=["waived_on", "waived_by", "waived_reason"])
    log.record(rows, LateFeesWaived.name, by=by, reason=reason)
    for landlord_id in {fee.landlord_id for fee in rows}:
        LateFeesWaived(landlord_id).emit()
    return keys_of(rows)


def locked_fees(fees: Iterable[LateFee]) -> list[LateFee]:
    """The fees read anew under their locks: after their landlords, the credit notes' numbers and the invoices."""
    fees = list(fees)
    for landlord in lock_books({fee.landlord_id for fee in fees}):
        lock_series(landlord, SERIES)
    rows = LateFee.unscoped.filter(pk__in=keys_of(fees))
    lock_ledgers(list(rows.values_list("invoice__lease", flat=True)))
    held = rows.order_by("pk").select_for_update(of=("self",))
    return list(held.select_related("landlord", "invoice__landlord", "line"))


def left_of(fee: LateFee) -> Money:
    """What credit notes did not take back of a fee."""
    nothing = Money(0, fee.currency)
    return creditable(fee.invoice).get(fee.line, nothing) if fee.line else nothing


def take_back(fee: LateFee, amount: Money, *, reason: str, source: str, on: date, by: User | None) -> None:
    """Credit so much of a fee, dated `on`, once for each `source`; nothing where it is nothing."""
    if amount and fee.line:
        cause = f"late_fee:{fee.pk}:{source}"
        credit_lines(invoice=fee.invoice, lines=[(fee.line, amount)], reason=reason, on=on, by=by, source=cause)
