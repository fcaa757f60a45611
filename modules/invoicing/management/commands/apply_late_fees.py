from datetime import date

from modules.invoicing.services import apply_late_fees
from rentbook.kernel.commands import EachLandlord
from rentbook.kernel.people import Landlord


class Command(EachLandlord):
    help = "Charge the late fees that fell by today and were not charged. Run again it charges nothing."

    key = "created"

    def each(self, landlord: Landlord, on: date) -> int:
        return apply_late_fees(landlord=landlord, on=on)
