"""Reports of leasing."""

from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rentbook.kernel.contributions import Report, reports
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord

from .models import Charge
from .selectors import occupied, vacant_units, with_rent_on


def rent_roll(landlord: Landlord, on: date):
    """Every home on a day: who rents it, since when, until when, at what rent; the vacant ones too."""
    leases = with_rent_on(occupied(landlord, on), on).select_related("unit__property", "tenant__contact")
    rows = [
        (lease.unit.property.name, lease.unit.name, lease.tenant.contact.name, lease.start, lease.end,
         Money(lease.rent_then or 0, lease.currency))
        for lease in leases
    ]  # fmt: skip
    vacant = vacant_units(landlord, on).select_related("property")
    rows += [(unit.property.name, unit.name, None, None, None, None) for unit in vacant]
    return sorted(rows, key=lambda row: row[:2])


reports.register(
    Report(
        "rent-roll",
        _("Rent roll"),
        (_("Property"), pgettext_lazy("unit", "Home"), _("Tenant"), _("From"), _("Until"), _("Rent")),
        rent_roll,
        Charge,
        _("Every home, who rents it and for how much; vacant ones too."),
    )
)
