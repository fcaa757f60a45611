"""What leasing reads from a row of the leases sheet: property, unit, tenant, lease and its charges."""

from rentbook.kernel.contributions import SheetPart, sheet_parts

from .checking import check
from .columns import COLUMNS
from .writing import apply

sheet_parts.register(SheetPart("leasing", "leases", COLUMNS, apply, check))
