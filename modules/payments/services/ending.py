"""A payment that ends without money gives back what it had reserved."""

from django.db import transaction

from modules.invoicing.models import Invoice
from modules.invoicing.services import release
from modules.payments.models import Payment
from rentbook.kernel import clock
from rentbook.kernel.people import User
from rentbook.kernel.states import move


@transaction.atomic
def end_payment(payment: Payment, transition: str, *, reason: str, by: User | None) -> bool:
    """Fail or cancel a pending payment and give back its reservation; False when it was not pending any more."""
    own = Payment.objects.of(payment.landlord_id).filter(pk=payment.pk)
    # The invoice is locked before the payment, here as everywhere.
    Invoice.objects.of(payment.landlord_id).select_for_update(of=("self",)).get(pk=payment.invoice_id)
    if not move(own, transition, by=by, note=reason, reason=reason, expires_at=None):
        return False
    release(invoice=payment.invoice, amount=payment.amount)
    state = own.values_list("state", flat=True).get()
    payment.attempts.filter(state=Payment.State.PENDING).update(state=state, reason=reason, ended_at=clock.now())
    return True
