"""What leasing reads of sheets: of leases, their property, unit, tenant and charges; and of readings of meters."""

from rentbook.kernel.contributions import SheetPart, sheet_parts

from . import readings  # noqa: F401  (registers itself)
from .checking import check
from .columns import COLUMNS
from .writing import apply

sheet_parts.register(SheetPart("leasing", "leases", COLUMNS, apply, check))
