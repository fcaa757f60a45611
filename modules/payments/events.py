"""What payments announces."""

from dataclasses import dataclass

from rentbook.kernel.events import Event


@dataclass(frozen=True)
class PaymentCompleted(Event):
    """A payment's money is there, and its receipt is numbered."""

    name = "payments.payment_completed"
    payment_id: int


@dataclass(frozen=True)
class PayLinkAsked(Event):
    """Somebody with an old link asked for the live one, to the number on file."""

    name = "payments.pay_link_asked"
    link_id: int
