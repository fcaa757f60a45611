"""What the exchange announces."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from rentbook.kernel.events import Event


@dataclass(frozen=True)
class ImportFinished(Event):
    """A sheet was imported.

    What it changed of a row that was known stands in that row's log under this name.
    """

    name = "exchange.sheet_imported"
    title = _("Imported from a sheet")
    batch_id: int
