"""Callbacks of payment providers, through the webhook inbox."""

from django.conf import settings

from rentbook.exchange.webhooks import Receiver, receivers

from .providers import PROVIDERS, PaymentProvider
from .providers.base import PaymentFact, RawCallback
from .services import apply_fact


def receiver(adapter: PaymentProvider) -> Receiver:
    """The inbox's view of a provider: what it says is about its own attempts, and heard while it is switched on."""

    def apply(fact: PaymentFact) -> int | None:
        payment = apply_fact(fact, provider=adapter.code)
        return payment.landlord_id if payment else None

    return Receiver(
        name=adapter.code,
        verify=lambda headers, body: adapter.verify(RawCallback(headers, body)),
        parse=lambda headers, body: adapter.parse(RawCallback(headers, body)),
        apply=apply,
        is_on=lambda: adapter.code == settings.PAYMENT_PROVIDER,
    )


for adapter in PROVIDERS.values():
    receivers.register(receiver(adapter))
