"""Reads of payments: which of them still count."""

from django.db.models import F, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rentbook.kernel.money import show

from .models import Payment

STANDING = Q(state=Payment.State.COMPLETED, reversal=None)


def with_reversals(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Payments with `reversed_on`, the day on which each was taken back, or None; its receipt is read along."""
    return payments.select_related("reversal", "receipt").annotate(reversed_on=F("reversal__entry_date"))


def standing(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """The payments whose money is there: completed, and not taken back (docs/rules.md, D36)."""
    return payments.filter(STANDING)


def reversal_blocked(payment: Payment) -> str:
    """Why a payment cannot be taken back, as a sentence; empty when it can (docs/rules.md, D36)."""
    amount = show(payment.amount, get_language(), plain=True)
    if payment.state != Payment.State.COMPLETED:
        text = _("The payment of %(amount)s is %(state)s: there is nothing to take back.")
        return text % {"amount": amount, "state": payment.get_state_display()}
    if payment.is_reversed:
        text = _("The payment of %(amount)s was taken back before: receipt %(receipt)s is void.")
        return text % {"amount": amount, "receipt": payment.receipt}
    return ""
