"""Payments that are taken back whole: a bounced cheque, a chargeback, a wrong entry (docs/rules.md, D36)."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from modules.invoicing.models import Credit, Settlement
from modules.invoicing.services import apply_credits, lock_ledgers, reverse_credits, reverse_settlements
from modules.payments.events import PaymentReversed
from modules.payments.models import Payment, Reversal
from modules.payments.selectors import reversal_blocked
from rentbook.kernel import clock, log
from rentbook.kernel.people import User, check_open
from rentbook.kernel.states import Refused

from .links import replace_links


@transaction.atomic
def reverse_payments(*, payments: Iterable[Payment], reason: str, by: User | None) -> list[int]:
    """Take payments back, whole and for ever, dated today; returns their keys.

    Nothing of their money stays: what they settled is open again, also through credit that they left. Their receipts
    are void, the pay links replaced, the tenants told why. Each payment stays completed (D32). Raises ValidationError
    without a reason, Refused for one that is not completed or was taken back before, and BooksLocked where today lies
    in a closed month.
    """
    reason = _checked(reason)
    rows = _locked(payments)
    for payment in rows:
        if reason_against := reversal_blocked(payment):
            raise Refused(reason_against, code="state")
    for payment in rows:
        _reverse(payment, reason, by)
    for payment in rows:
        # Other credit of the tenant settles what is open at once (D26).
        apply_credits(landlord=payment.landlord, leases=[payment.invoice.lease_id], on=clock.today(payment.landlord))
    return [payment.pk for payment in rows]


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= Reversal.LONGEST_REASON:
        text = _("Say why, in at most %(most)s letters: the tenant reads it.")
        raise ValidationError(text % {"most": Reversal.LONGEST_REASON}, code="reason")
    return reason


def _locked(payments: Iterable[Payment]) -> list[Payment]:
    """The payments read anew under their locks, after every invoice of their leases: one order everywhere."""
    rows = Payment.unscoped.filter(pk__in=[payment.pk for payment in payments])
    lock_ledgers(list(rows.values_list("invoice__lease", flat=True)))
    held = rows.select_for_update(of=("self",)).select_related("landlord", "invoice__lease", "receipt")
    return list(held.order_by("pk"))


def _reverse(payment: Payment, reason: str, by: User | None) -> None:
    landlord, today, cause = payment.landlord, clock.today(payment.landlord), f"payment:{payment.pk}"
    check_open(landlord, today)
    Reversal.unscoped.create(landlord=landlord, payment=payment, reason=reason, entry_date=today, by=by)
    settled = Settlement.objects.of(landlord).filter(source=cause).select_related("invoice")
    reverse_settlements(settlements=settled, on=today, by=by)
    reverse_credits(credits=Credit.objects.of(landlord).filter(source=f"{cause}:rest"), on=today, by=by)
    log.record([payment], PaymentReversed.name, by=by, reason=reason, invoice=str(payment.invoice))
    replace_links(payment.invoice.lease)
    PaymentReversed(landlord.pk, payment.pk).emit()
