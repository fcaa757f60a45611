"""Reports of invoicing."""

from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rentbook.kernel.contributions import Report, reports
from rentbook.kernel.people import Landlord

from .corrections import withholdings
from .models import Invoice, Settlement
from .selectors import not_paid


def not_paid_rows(landlord: Landlord, on: date):
    """Who has not paid what fell due in the month by the day, the longest late first (docs/rules.md, D38)."""
    for invoice in not_paid(landlord, on):
        lease = invoice.lease
        late = (on - invoice.due_date).days
        yield lease.tenant.contact.name, lease.unit.name, invoice.number, invoice.due_date, late, invoice.balance


def withholding_rows(landlord: Landlord, on: date):
    """The certificates of this year up to the day, for whoever claims the tax back (docs/rules.md, D27)."""
    for row in withholdings(landlord, on.replace(month=1, day=1), on):
        lease = row.invoice.lease
        yield lease.tenant.contact.name, lease.unit.name, row.invoice.number, row.reference, row.value_date, row.amount


reports.register(
    Report(
        "not-paid",
        _("Not paid this month"),
        (_("Tenant"), pgettext_lazy("unit", "Home"), _("Bill"), _("Due on"), _("Days late"), _("Owes")),
        not_paid_rows,
        Invoice,
        _("Who has not paid what fell due this month."),
    )
)

reports.register(
    Report(
        "withholding",
        _("Withholding tax"),
        (_("Tenant"), pgettext_lazy("unit", "Home"), _("Bill"), _("Certificate"), _("Day"), _("Amount")),
        withholding_rows,
        Settlement,
        _("What tenants withheld this year, with the certificates."),
    )
)
