"""What the tests of payments do again and again: start, record, answer through the door, and look."""

from datetime import UTC, datetime

from django.conf import settings
from django.test import Client

from modules.invoicing.models import Invoice
from modules.payments.models import Attempt, Payment, Receipt
from modules.payments.providers.sandbox import OUTCOMES, SIGNATURE, Sandbox
from modules.payments.services import record_payment, reverse_payments, start_payment
from rentbook.kernel.contributions import book_checks
from rentbook.kernel.money import Money

SANDBOX = Sandbox()
NOON = datetime(2026, 1, 5, 9, tzinfo=UTC)  # in Dar es Salaam


def start(invoice: Invoice, amount: int = 500_000, once: str = "press") -> Attempt:
    page = "http://127.0.0.1/{reference}/"
    return start_payment(invoice=invoice, amount=Money(amount, "TZS"), return_url=page, once=once, language="en")


def record(invoice: Invoice, amount: int, **options) -> Payment:
    return record_payment(invoice=invoice, amount=Money(amount, "TZS"), **{"by": None} | options)


def call(body: bytes, *, signature: str | None = None, secret: str | None = None, source: str = "sandbox"):
    """A provider's callback at its address, signed as it should be unless it is told otherwise."""
    secret = secret or settings.WEBHOOK_SECRETS[0]
    headers = {SIGNATURE: Sandbox.sign(body) if signature is None else signature}
    return Client().post(f"/webhooks/{secret}/{source}/", body, content_type="application/json", headers=headers)


def tell(attempt: Attempt, outcome: str) -> list[int]:
    """What the sandbox's page makes of a button: its signed callbacks, each through the door."""
    body = SANDBOX.answer(attempt.reference, outcome)
    return [call(body).status_code for _ in range(OUTCOMES[outcome].times)]


def standing(invoice: Invoice) -> tuple[str, int, int]:
    """The invoice's state, what is paid and what is held."""
    invoice.refresh_from_db()
    return invoice.state, int(invoice.amount_paid.amount), int(invoice.amount_reserved.amount)


def states(attempt: Attempt) -> tuple[str, str]:
    """The states of the payment and of the attempt."""
    attempt.refresh_from_db()
    return attempt.payment.state, attempt.state


def receipts(invoice: Invoice) -> list[str]:
    return list(Receipt.objects.of(invoice.landlord_id).order_by("pk").values_list("number", flat=True))


def undo(*payments: Payment, reason: str = "The cheque bounced.", by=None) -> list[int]:
    return reverse_payments(payments=payments, reason=reason, by=by)


def breaks(landlord) -> list[str]:
    """What does not hold in the landlord's books."""
    return [text for check in book_checks for text in check.breaks(landlord)]
