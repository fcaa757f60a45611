"""What the exchange announces."""

from dataclasses import dataclass

from rentbook.kernel.events import Event


@dataclass(frozen=True)
class ImportFinished(Event):
    """Changed by an import."""

    name = "exchange.sheet_imported"
    batch_id: int
