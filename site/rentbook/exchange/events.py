"""What the exchange announces."""

from dataclasses import dataclass

from rentbook.kernel.events import Event


@dataclass(frozen=True)
class ImportFinished(Event):
    """A sheet was imported.

    What it changed of a row that was known stands in that row's log under this name.
    """

    name = "exchange.sheet_imported"
    batch_id: int
