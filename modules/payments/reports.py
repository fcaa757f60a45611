"""Reports of payments."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from rentbook.kernel.contributions import Report, reports
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord

from .models import Payment, Reversal

READ = ("receipt", "invoice__lease__tenant__contact")


def received_rows(landlord: Landlord, on: date):
    """The payments whose value date lies in the month, up to the day; then what was taken back in it (D48)."""
    month = (on.replace(day=1), on)
    paid = Payment.objects.of(landlord).filter(state=Payment.State.COMPLETED, value_date__range=month)
    for payment in paid.select_related(*READ).order_by("value_date", "pk"):
        yield _row(payment, payment.value_date, payment.amount)
    back = Reversal.objects.of(landlord).filter(entry_date__range=month)
    for reversal in back.select_related(*(f"payment__{name}" for name in READ)).order_by("entry_date", "pk"):
        yield _row(reversal.payment, reversal.entry_date, -reversal.amount)


def _row(payment: Payment, day: date, amount: Money) -> tuple[object, ...]:
    tenant = payment.invoice.lease.tenant.contact.name
    return day, payment.receipt.number, tenant, payment.get_method_display(), amount


reports.register(
    Report(
        "payments-received",
        _("Payments received"),
        (_("Day"), _("Receipt"), _("Tenant"), _("Method"), _("Amount")),
        received_rows,
        Payment,
        _("What came in this month, by day, less what was taken back."),
    )
)
