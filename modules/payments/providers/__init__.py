"""One file an outside system; `provider(code)` gives the adapter."""

from .base import PaymentProvider
from .sandbox import Sandbox

PROVIDERS: dict[str, PaymentProvider] = {"sandbox": Sandbox()}


def provider(code: str) -> PaymentProvider:
    return PROVIDERS[code]
