"""What payments announces."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from rentbook.kernel.events import Event


@dataclass(frozen=True)
class PaymentCompleted(Event):
    """A payment's money is there, and its receipt is numbered."""

    name = "payments.payment_completed"
    title = _("Completed")
    payment_id: int


@dataclass(frozen=True)
class PaymentReversed(Event):
    """A payment was taken back, and its receipt is void."""

    name = "payments.payment_reversed"
    title = _("Taken back")
    payment_id: int


@dataclass(frozen=True)
class PayLinkAsked(Event):
    """Somebody with an old link asked for the live one, to the number on file."""

    name = "payments.pay_link_asked"
    title = _("Pay link asked for")
    link_id: int
