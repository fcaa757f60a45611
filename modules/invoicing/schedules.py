"""What invoicing does each day."""

from rentbook.kernel.contributions import Daily, daily_parts

from .services import issue_due, mark_overdue

daily_parts.register(
    Daily("invoicing.issue_rent_invoices", 20, lambda landlord, on: issue_due(landlord=landlord, on=on))
)
daily_parts.register(Daily("invoicing.mark_overdue", 30, lambda landlord, on: mark_overdue(landlord=landlord, on=on)))
