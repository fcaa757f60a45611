"""What leasing does each day."""

from rentbook.kernel.contributions import Daily, daily_parts

from .services import expire_leases

daily_parts.register(Daily("leasing.expire_leases", 10, lambda landlord, on: expire_leases(landlord=landlord, on=on)))
