"""What came off a bill, each with what proves it: a receipt, a credit note, a certificate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from modules.invoicing.models import CreditNote, Settlement
from modules.invoicing.moves import cause
from rentbook.kernel.money import Money
from rentbook.kernel.registry import slots


@dataclass(frozen=True)
class Settled:
    """A settlement as it is printed; one that was taken back is followed by another with the opposite amount."""

    kind: Any  # in words, of whichever language is read
    number: str
    day: date
    amount: Money


def settled(rows: Iterable[Settlement], numbers: Mapping[str, str]) -> list[Settled]:
    return [Settled(Settlement.Kind(row.kind).label, _number(row, numbers), row.value_date, row.amount) for row in rows]


def _number(row: Settlement, numbers: Mapping[str, str]) -> str:
    """What people know the proof by: the certificate of a withholding (docs/rules.md, D27) or the document's number."""
    return row.reference or (row.reverses.reference if row.reverses else "") or numbers.get(cause(row), "")


def numbers_of(settlements: Iterable[Settlement]) -> dict[str, str]:
    """The number of each document that settled something, by its cause: {"payment:12": "RCT-DAR001"}."""
    found: dict[str, str] = {}
    for landlord_id, causes in _by_landlord(settlements).items():
        keys = [key for kind, _colon, key in (each.partition(":") for each in causes) if kind == "credit_note"]
        notes = CreditNote.objects.of(landlord_id).filter(pk__in=keys) if keys else ()
        found |= {f"credit_note:{note.pk}": note.number for note in notes}
        for proofs in slots.all("invoicing.settlement.proofs", landlord_id, causes):
            found |= {name: proof.number for name, proof in proofs.items()}
    return found


def _by_landlord(settlements: Iterable[Settlement]) -> dict[int, set[str]]:
    causes: dict[int, set[str]] = {}
    for row in settlements:
        causes.setdefault(row.landlord_id, set()).add(cause(row))
    return causes
