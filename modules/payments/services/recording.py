"""Money that staff have in hand: cash, a transfer seen on the bank's statement, a cheque."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from modules.invoicing.models import Invoice
from modules.invoicing.services import lock_bills, lock_invoice
from modules.invoicing.services.settling import guard
from modules.payments.models import Method, Payment
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from rentbook.kernel.numbering import lock_series
from rentbook.kernel.people import Landlord, User, check_open

from .completing import SERIES, complete_payment
from .ending import end_payment


@transaction.atomic
def record_payment(
    *,
    invoice: Invoice,
    amount: Money,
    method: str = Method.CASH,
    value_date: date | None = None,
    reference: str = "",
    releasing: Iterable[Payment] = (),
    once: str | None = None,
    by: User | None,
) -> Payment:
    """Record money received for an invoice: settled, receipted and announced at once.

    `releasing` are live payments that staff give up in the same step; if their money comes after all, it is kept as
    credit. `once` names the form: saved twice, it is one payment. Raises Overpayment, or ValidationError for an amount
    of nothing, another currency, a day in the future or in a closed month, or a form saved before with other figures.
    """
    lock_series(invoice.landlord, SERIES)
    locked = lock_bills(invoice)
    if known := _saved_before(once, invoice, amount, method):
        return known
    value_date = value_date or clock.today(locked.landlord)
    _check_day(locked.landlord, value_date)
    for payment in releasing:
        end_payment(payment, "cancel", reason="released at the desk", by=by)
    guard(lock_invoice(invoice), amount)
    payment = Payment.unscoped.create(
        landlord_id=locked.landlord_id,
        invoice=locked,
        method=method,
        currency=locked.currency,
        amount=amount,
        reference=reference,
        value_date=value_date,
        once=once,
        by=by,
    )
    return complete_payment(payment=payment, value_date=value_date, by=by)


def _saved_before(once: str | None, invoice: Invoice, amount: Money, method: str) -> Payment | None:
    known = Payment.objects.of(invoice.landlord_id).filter(once=once).first() if once else None
    if known and (known.invoice_id, known.amount, known.method) != (invoice.pk, amount, method):
        text = _("This form was saved already with another amount: open it anew.")
        raise ValidationError(text, code="once")
    return known


def _check_day(landlord: Landlord, value_date: date) -> None:
    if value_date > clock.today(landlord):
        raise ValidationError(_("The day of the payment is in the future."), code="future")
    check_open(landlord, value_date)
