from datetime import date

from modules.invoicing.services import mark_overdue
from rentbook.kernel.commands import EachLandlord
from rentbook.kernel.people import Landlord


class Command(EachLandlord):
    help = "Mark issued invoices that were due before today and are not settled as overdue."

    def each(self, landlord: Landlord, on: date) -> int:
        return mark_overdue(landlord=landlord, on=on)
