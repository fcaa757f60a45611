"""Reports of payments."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from rentbook.kernel.contributions import Report, reports
from rentbook.kernel.people import Landlord

from .models import Payment


def received_rows(landlord: Landlord, on: date):
    """The payments whose value date lies in the month, up to the day."""
    paid = Payment.objects.of(landlord).filter(
        state=Payment.State.COMPLETED, value_date__gte=on.replace(day=1), value_date__lte=on
    )
    for payment in paid.select_related("receipt", "invoice__lease__tenant__contact").order_by("value_date", "pk"):
        tenant = payment.invoice.lease.tenant.contact.name
        yield payment.value_date, payment.receipt.number, tenant, payment.get_method_display(), payment.amount


reports.register(
    Report(
        "payments-received",
        _("Payments received"),
        (_("Day"), _("Receipt"), _("Tenant"), _("Method"), _("Amount")),
        received_rows,
        _("What came in this month, by day."),
    )
)
