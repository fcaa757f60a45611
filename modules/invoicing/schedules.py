"""What invoicing does each day."""

from datetime import date

from rentbook.kernel.contributions import Daily, daily_parts
from rentbook.kernel.people import Landlord

from .selectors import leases_with_credit
from .services import apply_credits, issue_due, mark_overdue


def apply_all_credits(landlord: Landlord, on: date) -> int:
    """Whatever credit is left meets whatever is open, however it came about."""
    if landlord.locked_through and on <= landlord.locked_through:
        return 0
    return apply_credits(landlord=landlord, leases=leases_with_credit(landlord), on=on)


daily_parts.register(
    Daily("invoicing.issue_rent_invoices", 20, lambda landlord, on: issue_due(landlord=landlord, on=on))
)
daily_parts.register(Daily("invoicing.apply_credits", 25, apply_all_credits))
daily_parts.register(Daily("invoicing.mark_overdue", 30, lambda landlord, on: mark_overdue(landlord=landlord, on=on)))
