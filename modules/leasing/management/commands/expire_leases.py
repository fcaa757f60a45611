from datetime import date

from modules.leasing.services import expire_leases
from rentbook.kernel.commands import EachLandlord
from rentbook.kernel.people import Landlord


class Command(EachLandlord):
    help = "Expire the active leases whose last day is over."

    def each(self, landlord: Landlord, on: date) -> int:
        return expire_leases(landlord=landlord, on=on)
