"""A payment is completed once, on evidence, whichever door it came through (docs/rules.md, D32, D33, R4)."""

from datetime import date, timedelta

from django.db import transaction

from modules.invoicing.models import Invoice, Settlement
from modules.invoicing.services import apply_credits, give_credit, lock_bills, lock_invoice, release, settle
from modules.payments.accounts import RECEIVED
from modules.payments.events import PaymentCompleted
from modules.payments.models import Attempt, Method, Payment, Receipt
from modules.payments.providers.base import FactState, PaymentFact
from rentbook.exchange.webhooks import Mismatch
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from rentbook.kernel.numbering import lock_series, take_numbers
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.states import move

from .ending import end_payment
from .links import replace_links

SERIES = "RCT"


def apply_fact(fact: PaymentFact, *, provider: str) -> Payment | None:
    """Act on what a provider proved about an attempt of its own.

    A repeated or late fact changes nothing; raises Mismatch for staff to look at.
    """
    attempts = Attempt.unscoped.filter(provider=provider, reference=fact.reference)
    attempt = attempts.select_related("payment__invoice__landlord").first()
    if attempt is None:
        raise Mismatch(f"No payment of ours has the reference {fact.reference}.")
    payment = attempt.payment
    if fact.state == FactState.COMPLETED:
        if fact.money != payment.amount:
            text = f"{fact.money} was reported for {fact.reference}, which is about {payment.amount}."
            raise Mismatch(text, payment.landlord_id)
        return complete_payment(payment=payment, attempt=attempt)
    if fact.state in (FactState.FAILED, FactState.CANCELLED):
        end_payment(payment, "fail" if fact.state == FactState.FAILED else "cancel", reason=fact.reason, by=None)
    return payment


@transaction.atomic
def complete_payment(
    *, payment: Payment, attempt: Attempt | None = None, value_date: date | None = None, by: User | None = None
) -> Payment:
    """Record that the money is there: settle, number the receipt, replace the pay link. Done before, do nothing.

    What the invoice cannot take is kept as the tenant's credit (R4): money that arrived is a fact.
    """
    landlord = payment.landlord
    today = clock.today(landlord)
    lock_series(landlord, SERIES)
    invoice = lock_bills(payment.invoice)
    own = Payment.objects.of(landlord).filter(pk=payment.pk)
    pending = own.filter(state=Payment.State.PENDING).exists()
    value_date, entry_date = value_date or payment.value_date or today, _open_day(invoice.landlord, today)
    if not move(own, "complete", by=by, expires_at=None, reason="", value_date=value_date, entry_date=entry_date):
        return own.get()
    if pending and payment.expires_at:
        release(invoice=invoice, amount=payment.amount)
    if attempt:
        Attempt.objects.of(landlord).filter(pk=attempt.pk).update(state=Payment.State.COMPLETED, ended_at=clock.now())
    payment = own.select_related("invoice__lease__tenant__contact").get()
    _give_receipt(payment, _allocate(payment, value_date, entry_date, by), today)
    replace_links(payment.invoice.lease)
    PaymentCompleted(landlord.pk, payment.pk).emit()
    return payment


def _open_day(landlord: Landlord, today: date) -> date:
    """Today, or the first day after it that the books are open (D48): money that is there is not refused."""
    return max(today, landlord.locked_through + timedelta(days=1)) if landlord.locked_through else today


def _give_receipt(payment: Payment, left: Money, on: date) -> None:
    [number] = take_numbers(payment.landlord, SERIES, 1)
    Receipt.unscoped.create(
        landlord_id=payment.landlord_id,
        payment=payment,
        number=number,
        issued_on=on,
        currency=payment.currency,
        balance_left=left,
    )


def _allocate(payment: Payment, value_date: date, entry_date: date, by: User | None) -> Money:
    """Settle the payment's invoice as far as it goes, keep the rest as credit; returns what the invoice still owes.

    Credit settles the other open invoices of the lease at once.
    """
    invoice = lock_invoice(payment.invoice)
    payable = invoice.available if invoice.state in Invoice.OPEN else Money(0, invoice.currency)
    part = min(payment.amount, payable)
    if part.amount > 0:
        settle(
            invoice=invoice,
            kind=Settlement.Kind.PAYMENT,
            amount=part,
            value_date=value_date,
            entry_date=entry_date,
            source=f"payment:{payment.pk}",
            account=RECEIVED[Method(payment.method)],
            by=by,
        )
    if rest := payment.amount - part:
        give_credit(
            lease=invoice.lease,
            amount=rest,
            value_date=value_date,
            entry_date=entry_date,
            source=f"payment:{payment.pk}:rest",
            account=RECEIVED[Method(payment.method)],
            note=f"More than invoice {invoice} could take",
        )
        apply_credits(landlord=payment.landlord, leases=[invoice.lease_id], on=entry_date)
    return lock_invoice(invoice).balance if invoice.state != Invoice.State.CANCELLED else Money(0, invoice.currency)
