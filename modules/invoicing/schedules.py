"""What invoicing does each day, and its long work."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext_lazy as _

from rentbook.kernel.contributions import Daily, daily_parts
from rentbook.kernel.jobs import Work, works
from rentbook.kernel.people import Landlord

from .selectors import leases_with_credit
from .services import (
    apply_credits,
    apply_late_fees,
    end_extensions,
    issue_due,
    mark_overdue,
    reverse_late_fees_paid_in_time,
    send_reviewed,
)
from .services.billing import WORK, bill_leases


def apply_all_credits(landlord: Landlord, on: date) -> int:
    """Whatever credit is left meets whatever is open, however it came about."""
    if landlord.locked_through and on <= landlord.locked_through:
        return 0
    return apply_credits(landlord=landlord, leases=leases_with_credit(landlord), on=on)


def by_landlord(service: Callable[..., int]) -> Callable[[Landlord, date], int]:
    return lambda landlord, on: service(landlord=landlord, on=on)


# In this order: what is issued meets credit, what is late then is marked, and fees look at both.
EACH_DAY = {
    "issue_rent_invoices": (20, by_landlord(issue_due)),
    "send_reviewed": (22, by_landlord(send_reviewed)),
    "apply_credits": (25, apply_all_credits),
    "mark_overdue": (30, by_landlord(mark_overdue)),
    "end_extensions": (31, by_landlord(end_extensions)),
    "apply_late_fees": (32, by_landlord(apply_late_fees)),
    "reverse_late_fees": (33, by_landlord(reverse_late_fees_paid_in_time)),
}
for name, (order, part) in EACH_DAY.items():
    daily_parts.register(Daily(f"invoicing.{name}", order, part))
works.register(Work(WORK, _("Bill leases"), bill_leases, chunk=10_000))
