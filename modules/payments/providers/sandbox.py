"""A provider that takes no money: its page offers every outcome, and the worker delivers it through the real door."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from rentbook.kernel.contributions import Text
from rentbook.kernel.money import CURRENCIES, Money, to_db, unit

from .base import FactState, PaymentFact, RawCallback, StartRequest, StartResult, Verdict

SIGNATURE = "x-sandbox-signature"
REMEMBERED = 7 * 24 * 3600
LONGEST = 120  # letters of an event's name or a reason


@dataclass(frozen=True)
class Outcome:
    """What a button of the sandbox's page makes happen: `times` callbacks after `delay` seconds."""

    label: Text
    state: FactState
    times: int = 1
    delay: int = 0
    extra: bool = False


OUTCOMES = {
    "paid": Outcome(_("Paid"), FactState.COMPLETED),
    "declined": Outcome(_("Declined"), FactState.FAILED),
    "cancelled": Outcome(_("Cancelled"), FactState.CANCELLED),
    "no-answer": Outcome(_("No answer"), FactState.PENDING, times=0),
    "late-answer": Outcome(_("Late answer"), FactState.COMPLETED, delay=45),
    "answer-twice": Outcome(_("Answer twice"), FactState.COMPLETED, times=2),
    "wrong-amount": Outcome(_("Wrong amount"), FactState.COMPLETED, extra=True),
}


class Sandbox:
    code = "sandbox"

    def start(self, request: StartRequest) -> StartResult:
        order = {
            "amount": str(request.money.amount),
            "currency": str(request.money.currency),
            "return_url": request.return_url,
            "callback_url": request.callback_url,
            "description": request.description,
            "state": FactState.PENDING,
        }
        cache.set(self._key(request.reference), order, REMEMBERED)
        return StartResult(f"SBX-{request.reference}", f"{settings.BASE_URL}/sandbox/{request.reference}/")

    def fetch_status(self, *, reference: str, provider_reference: str) -> PaymentFact:
        order = self.order(reference)
        if order is None:
            return PaymentFact(FactState.UNKNOWN, f"{reference}:query", reference, provider_reference)
        money = Money(Decimal(order["amount"]), order["currency"])
        state = FactState(order["state"])
        return PaymentFact(state, f"{reference}:query", reference, provider_reference, money)

    def verify(self, callback: RawCallback) -> Verdict:
        given = callback.headers.get(SIGNATURE, "")
        if not given:
            return Verdict.ABSENT
        keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        known = (self.sign(callback.body, key).encode() for key in keys)
        valid = any(hmac.compare_digest(given.encode(), wanted) for wanted in known)
        return Verdict.VALID if valid else Verdict.INVALID

    def parse(self, callback: RawCallback) -> Sequence[PaymentFact]:
        try:
            event = json.loads(callback.body)
            money = _money(event["amount"], event["currency"])
            state, reference, key = FactState(event["state"]), _word(event["reference"]), _word(event["event"])
            reason = _word(event.get("reason", ""))
        except (ArithmeticError, KeyError, TypeError, ValueError) as error:
            raise ValueError("The body is no sandbox event.") from error
        return [PaymentFact(state, key, reference, f"SBX-{reference}", money, reason)]

    # What follows is the other side: the provider's own page and books.

    def order(self, reference: str) -> dict | None:
        """What was asked for under a reference; None for one that the sandbox does not know."""
        return cache.get(self._key(reference))

    def answer(self, reference: str, outcome: str) -> bytes:
        """Decide an order, and the callback's body that tells of it. KeyError for an unknown outcome or order."""
        order, decided = self.order(reference), OUTCOMES[outcome]
        if order is None:
            raise KeyError(reference)
        if decided.state != FactState.PENDING and not decided.extra:
            cache.set(self._key(reference), order | {"state": decided.state}, REMEMBERED)
        amount = Decimal(order["amount"]) + (unit(order["currency"]) if decided.extra else 0)
        event = {
            "event": f"{reference}:{outcome}",
            "reference": reference,
            "state": decided.state,
            "amount": str(amount),
            "currency": order["currency"],
            "reason": "" if decided.state == FactState.COMPLETED else outcome,
        }
        return json.dumps(event).encode()

    @staticmethod
    def sign(body: bytes, key: str | None = None) -> str:
        """By SECRET_KEY or one of its fallbacks: who knows the address that callbacks come to cannot sign one."""
        return salted_hmac("payments.sandbox", body, secret=key, algorithm="sha256").hexdigest()

    @staticmethod
    def _key(reference: str) -> str:
        return f"sandbox:{reference}"


def _money(amount: str, currency: str) -> Money:
    """ValueError for what is no amount, such as sNaN or 1e400, and for a currency that nobody has."""
    value = Decimal(amount)
    if not value.is_finite() or currency not in CURRENCIES:
        raise ValueError(f"{amount} {currency} is no money.")
    to_db(value)  # as large and as fine as an amount can be
    return Money(value, currency)


def _word(text: object) -> str:
    """ValueError for what no column could keep: too long, or with a NUL in it."""
    if not isinstance(text, str) or len(text) > LONGEST or not text.isprintable():
        raise ValueError("This is no word.")
    return text
