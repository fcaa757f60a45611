"""Late fees: those that fall by rule, those by hand, and what is taken back of them."""

from .by_hand import add_late_fee, waive_late_fees
from .charging import apply_late_fees
from .in_time import reverse_late_fees_paid_in_time

__all__ = ["add_late_fee", "apply_late_fees", "reverse_late_fees_paid_in_time", "waive_late_fees"]
