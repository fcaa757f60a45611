"""What leasing does each day."""

from datetime import date

from rentbook.kernel.contributions import Daily, daily_parts
from rentbook.kernel.people import Landlord

from .services import expire_leases, go_on


def expire(landlord: Landlord, on: date) -> int:
    """An end is billed and credited on its day: in closed books it waits until they are open."""
    if landlord.locked_through and on <= landlord.locked_through:
        return 0
    return expire_leases(landlord=landlord, on=on)


daily_parts.register(Daily("leasing.go_on", 5, lambda landlord, on: go_on(landlord=landlord, on=on)))
daily_parts.register(Daily("leasing.expire_leases", 10, expire))
