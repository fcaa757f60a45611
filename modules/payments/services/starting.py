"""Payments through a provider: reserve, then ask the provider, then wait for evidence."""

import logging
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from modules.invoicing.models import Invoice
from modules.invoicing.services import Overpayment, reserve
from modules.payments.models import Attempt, Method, Payment
from modules.payments.providers import provider
from modules.payments.providers.base import ConfigurationError, FactState, OutcomeUnknown, ProviderError, StartRequest
from rentbook.exchange.webhooks import Mismatch, keep_for_staff
from rentbook.kernel import clock, log
from rentbook.kernel.money import Money
from rentbook.kernel.people import User
from rentbook.kernel.states import refuse_unless

from .completing import apply_fact
from .ending import end_payment

logger = logging.getLogger(__name__)


def live_payment(invoice: Invoice) -> Payment | None:
    """The pending payment that holds a part of the invoice, the latest first."""
    pending = Payment.objects.of(invoice.landlord_id).filter(invoice=invoice, state=Payment.State.PENDING)
    return pending.order_by("-pk").first()


def start_payment(
    *, invoice: Invoice, amount: Money, return_url: str, once: str, language: str, by: User | None = None
) -> Attempt:
    """Reserve an amount and send the payer to the landlord's online provider; returns the live attempt.

    `once` names the press of the button: pressed twice, it is one payment. Raises Overpayment (ValidationError)
    when less is left, and ProviderError when the provider refused; then nothing stays reserved.
    """
    attempt = _pressed_before(invoice, once)
    if attempt is None:
        if not settings.PAYMENT_PROVIDER:
            raise ConfigurationError("No online payment provider is set up.")
        try:
            attempt = _reserve(invoice, amount, once, by)
        except (IntegrityError, Overpayment):
            # Two presses of one button at the same moment: the second finds what the first has begun.
            attempt = _pressed_before(invoice, once)
            if attempt is None:
                raise
    if attempt.url or attempt.state != Payment.State.PENDING:
        return attempt
    return _ask_provider(attempt, return_url, language)


def _pressed_before(invoice: Invoice, once: str) -> Attempt | None:
    attempts = Attempt.objects.of(invoice.landlord_id).filter(payment__once=once)
    return attempts.select_related("payment__invoice").order_by("-pk").first()


@transaction.atomic
def _reserve(invoice: Invoice, amount: Money, once: str, by: User | None) -> Attempt:
    locked = reserve(invoice=invoice, amount=amount)
    payment = Payment.unscoped.create(
        landlord_id=locked.landlord_id,
        invoice=locked,
        method=Method.ONLINE,
        currency=locked.currency,
        amount=amount,
        expires_at=clock.now() + timedelta(minutes=settings.RESERVATION_MINUTES),
        once=once,
        by=by,
    )
    log.record([payment], "payments.payment_started", by=by, invoice=str(locked))
    return Attempt.unscoped.create(
        landlord_id=locked.landlord_id,
        payment=payment,
        provider=settings.PAYMENT_PROVIDER,
        reference=f"RENT-{payment.pk}-{secrets.token_hex(6)}",
    )


def _ask_provider(attempt: Attempt, return_url: str, language: str) -> Attempt:
    """The call itself, outside of any transaction: a lock is never held over the network."""
    payment = attempt.payment
    request = StartRequest(
        reference=attempt.reference,
        money=payment.amount,
        description=str(payment.invoice),
        return_url=return_url.format(reference=attempt.reference),
        callback_url=f"{settings.BASE_URL}/webhooks/{settings.WEBHOOK_SECRETS[0]}/{attempt.provider}/",
        language=language,
    )
    try:
        result = provider(attempt.provider).start(request)
    except OutcomeUnknown:
        return attempt
    except ProviderError as error:
        end_payment(payment, "fail", reason=str(error)[:120], by=None)
        raise
    attempt.provider_reference, attempt.url = result.provider_reference, result.url
    attempt.save(update_fields=["provider_reference", "url"])
    return attempt


def cancel_payments(*, payments: Iterable[Payment], by: User | None, reason: str = "cancelled") -> int:
    """Stop pending payments and free what they reserved; returns how many. Raises Refused for one not pending."""
    payments = list(payments)
    refuse_unless(payments, "cancel")
    return sum(end_payment(payment, "cancel", reason=reason, by=by) for payment in payments)


def expire_payments() -> dict[str, int]:
    """Ask the provider about every pending payment, and release those whose time is over (R5).

    Returns how many were completed, failed (or cancelled) and are still pending.
    """
    outcome = {"completed": 0, "failed": 0, "pending": 0}
    pending: QuerySet[Attempt] = Attempt.unscoped.filter(state=Payment.State.PENDING).select_related("payment__invoice")
    for attempt in pending.order_by("pk"):
        try:
            state = _ask_about(attempt)
        except Exception:
            # It is asked about again in a minute, and must not keep the others waiting.
            logger.exception("Attempt %s could not be asked about.", attempt.reference)
            state = Payment.State.PENDING
        outcome["failed" if state in ("failed", "cancelled") else state] += 1
    return outcome


def _ask_about(attempt: Attempt) -> str:
    """Do what the provider says, then what the clock says; returns the payment's state."""
    adapter, own = provider(attempt.provider), Payment.objects.of(attempt.landlord_id)
    try:
        fact = adapter.fetch_status(reference=attempt.reference, provider_reference=attempt.provider_reference)
    except ProviderError:
        return Payment.State.PENDING
    if fact.state in (FactState.COMPLETED, FactState.FAILED, FactState.CANCELLED):
        try:
            apply_fact(fact, provider=attempt.provider)
        except Mismatch as mismatch:
            # It waits for a person; what it holds of the bill is held no longer than that of others.
            keep_for_staff(attempt.provider, fact.event_key, mismatch)
    if own.filter(pk=attempt.payment_id, state=Payment.State.PENDING, expires_at__lte=clock.now()).exists():
        end_payment(attempt.payment, "cancel", reason="expired", by=None)
    return own.get(pk=attempt.payment_id).state
