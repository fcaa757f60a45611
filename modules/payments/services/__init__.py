"""Writes of payments."""

from .completing import apply_fact, complete_payment
from .links import ask_for_link, find_link, link_url, live_link, live_links, replace_links
from .recording import record_payment
from .reversing import reverse_payments
from .starting import cancel_payments, expire_payments, live_payment, start_payment

__all__ = [
    "apply_fact",
    "ask_for_link",
    "cancel_payments",
    "complete_payment",
    "expire_payments",
    "find_link",
    "link_url",
    "live_link",
    "live_links",
    "live_payment",
    "record_payment",
    "replace_links",
    "reverse_payments",
    "start_payment",
]
