"""Money that staff have in hand: cash, a transfer seen on the bank's statement, a cheque."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from modules.invoicing.models import Invoice
from modules.invoicing.services import lock_invoice
from modules.invoicing.services.settling import guard
from modules.payments.models import Method, Payment
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from rentbook.kernel.numbering import lock_series
from rentbook.kernel.people import User, check_open

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
    credit. Raises Overpayment, or ValidationError for an amount of nothing, another currency, a day in the future
    or in a closed month.
    """
    lock_series(invoice.landlord, SERIES)
    locked = lock_invoice(invoice)
    if once and (known := Payment.objects.of(invoice.landlord_id).filter(once=once).first()):
        return known
    today = clock.today(locked.landlord)
    value_date = value_date or today
    if value_date > today:
        raise ValidationError(_("The day of the payment is in the future."), code="future")
    check_open(locked.landlord, value_date)
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
