"""What an import is made of: the sheet with its headings, its rows, and what came of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from rentbook.kernel.contributions import Column
from rentbook.kernel.people import Landlord, User

from .files import Cell

RANK = ("unchanged", "updated", "created")


@dataclass(frozen=True)
class Problem:
    """One cell that cannot be taken, or a remark about one; `row` counts as the spreadsheet does.

    `place`: where the cell stands in its row, from 0; None where it is of no one cell.
    """

    row: int
    column: str
    value: str
    message: str
    place: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"row": self.row, "column": self.column, "value": self.value, "message": self.message}


@dataclass
class Row:
    """A row of a sheet: the values by column name, and the rows of the database that it became."""

    number: int
    landlord: Landlord
    values: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        return self.values.get("currency", self.landlord.currency)

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)

    def family(self, prefix: str) -> dict[str, Any]:
        """The values of a family of columns by what follows the prefix: charge_ gives {"wifi": 15000}."""
        return {name.removeprefix(prefix): value for name, value in self.values.items() if name.startswith(prefix)}


@dataclass
class Outcome:
    """What an import did or found: counts by model, problems by cell.

    `refused`: nothing was written, nor would be without the dry run. `good`: how many rows are without an error.
    `changes`: the fields of what was known, old and new. `bad_rows`: the rows to be mended, under the sheet's headings.
    """

    landlord: Landlord
    on: date
    by: User | None
    batch: int | None = None
    refused: bool = False
    good: int = 0
    marks: dict[tuple[str, Any], str] = field(default_factory=dict)
    changes: dict[tuple[str, Any], dict[str, list[Any]]] = field(default_factory=dict)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    bad_rows: list[list[Cell]] = field(default_factory=list)

    def mark(self, model: str, key: Any, what: str) -> None:
        """Count one row of a model once, by the most that happened to it: created, updated, unchanged."""
        known = self.marks.get((model, key), RANK[0])
        self.marks[model, key] = max(known, what, key=RANK.index)

    def warn(self, row: Row, column: str, message: str) -> None:
        self.warnings.append(Problem(row.number, column, str(row.cells.get(column) or ""), message))

    def counts(self, what: str) -> dict[str, int]:
        return dict(Counter(model for (model, _key), mark in self.marks.items() if mark == what))

    def as_json(self) -> dict[str, Any]:
        return {
            "batch": self.batch,
            **{what: self.counts(what) for what in reversed(RANK)},
            "errors": [problem.as_json() for problem in self.errors],
            "warnings": [problem.as_json() for problem in self.warnings],
        }


@dataclass
class Sheet:
    """A table whose headings were found: `top` is their place, `mapped` the column that each means."""

    table: list[list[Cell]]
    top: int
    headings: list[str]
    mapped: list[tuple[str, Column] | None]

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each column stands in the sheet."""
        return {found[0]: place for place, found in enumerate(self.mapped) if found}

    def body(self) -> Iterable[tuple[int, list[Cell]]]:
        """The rows below the headings that hold anything, by their number."""
        for number, cells in enumerate(self.table[self.top + 1 :], self.top + 2):
            if any(cell is not None for cell in cells):
                yield number, cells
