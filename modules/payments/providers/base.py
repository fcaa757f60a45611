"""What every payment provider's adapter answers. Adapters return facts and never touch the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from rentbook.kernel.money import Money


class FactState(StrEnum):
    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"  # never stored: keep what is stored and ask again


class Verdict(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What a provider needs to begin; `reference` is ours, unique, and stored before the call."""

    reference: str
    money: Money
    description: str
    return_url: str
    callback_url: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class StartResult:
    """Where to send the payer."""

    provider_reference: str
    url: str


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """What the provider says, from a callback or a query. Never an instruction: the service decides.

    `event_key` tells a repeated callback; `money` is None where it is absent or cannot be read.
    """

    state: FactState
    event_key: str
    reference: str
    provider_reference: str = ""
    money: Money | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RawCallback:
    """A callback as it came: headers with lower-case names, the body's very bytes."""

    headers: Mapping[str, str]
    body: bytes


class ProviderError(Exception):
    """The text is safe to show to staff."""


class ConfigurationError(ProviderError):
    """Credentials or account: stop and alert."""


class OutcomeUnknown(ProviderError):
    """A timeout or a broken answer after sending: it may have happened."""


class PaymentProvider(Protocol):
    """`start` raises a ProviderError or returns a usable result; `parse` raises ValueError for an unreadable body."""

    code: str

    def start(self, request: StartRequest) -> StartResult: ...
    def fetch_status(self, *, reference: str, provider_reference: str) -> PaymentFact: ...
    def verify(self, callback: RawCallback) -> Verdict: ...
    def parse(self, callback: RawCallback) -> Sequence[PaymentFact]: ...
