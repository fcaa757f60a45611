"""One engine for every kind of sheet: map the headings, read and check every cell, then write all or nothing (D49)."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from rentbook.kernel import clock
from rentbook.kernel.contributions import Column, SheetPart, sheet_parts
from rentbook.kernel.people import Landlord, User

from .files import Cell, Unreadable, read_table
from .models import ImportBatch

RANK = ("unchanged", "updated", "created")


@dataclass(frozen=True)
class Problem:
    """One cell that cannot be taken, or a remark about one; `row` counts as the spreadsheet does."""

    row: int
    column: str
    value: str
    message: str


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
    """What an import did or found: counts by model, problems by cell."""

    landlord: Landlord
    on: date
    by: User | None
    batch: int | None = None
    marks: dict[tuple[str, Any], str] = field(default_factory=dict)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

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
            "errors": [asdict(problem) for problem in self.errors],
            "warnings": [asdict(problem) for problem in self.warnings],
        }


class RolledBack(Exception):
    """Leaves the transaction of a dry run."""


def import_sheet(
    *,
    kind: str,
    name: str,
    content: bytes | None = None,
    table: list[list[Cell]] | None = None,
    landlord: Landlord,
    by: User | None = None,
    dry_run: bool = False,
    skip_bad_rows: bool = False,
) -> Outcome:
    """Import a file (`content`) or a table that was read already.

    Nothing is written when a cell is bad, unless `skip_bad_rows`; nothing at all in a dry run. The same sheet again
    changes nothing. Raises Unreadable for a file that is no spreadsheet.
    """
    parts = [part for part in sheet_parts if part.kind == kind]
    outcome = Outcome(landlord, clock.today(landlord), by)
    table = read_table(name, content) if table is None else table
    rows, headings = _read_rows(table, parts, landlord, outcome)
    for part in parts:
        for row, column, message in part.check(rows, landlord):
            outcome.errors.append(_problem(row, column, headings, message))
    outcome.errors.sort(key=lambda problem: problem.row)
    bad = {problem.row for problem in outcome.errors}
    if bad and (not skip_bad_rows or 1 in bad):
        return outcome
    try:
        with transaction.atomic():
            _apply(parts, [row for row in rows if row.number not in bad], outcome)
            if dry_run:
                raise RolledBack
            outcome.batch = _keep(kind, name, content, outcome)
    except RolledBack:
        pass
    return outcome


def _apply(parts: list[SheetPart], rows: list[Row], outcome: Outcome) -> None:
    Landlord.objects.select_for_update(no_key=True).get(pk=outcome.landlord.pk)
    for part in parts:
        part.apply(rows, outcome.landlord, outcome)


def _keep(kind: str, name: str, content: bytes | None, outcome: Outcome) -> int:
    counts = {what: outcome.counts(what) for what in RANK}
    digest = hashlib.sha256(content or b"").hexdigest()
    batch = ImportBatch.unscoped.create(
        landlord=outcome.landlord, kind=kind, filename=name[:200], sha256=digest, counts=counts, by=outcome.by
    )
    return batch.pk


def _read_rows(
    table: list[list[Cell]], parts: list[SheetPart], landlord: Landlord, outcome: Outcome
) -> tuple[list[Row], dict[str, str]]:
    columns = [column for part in parts for column in part.columns]
    top = next(index for index, row in enumerate(table) if any(row))
    headings = [clean(cell) for cell in table[top]]
    mapped = [_find(heading, columns) for heading in headings]
    names = {name: heading for (name, _column), heading in zip(mapped, headings, strict=True) if name}
    for heading, (name, _column) in zip(headings, mapped, strict=True):
        if heading and not name:
            outcome.warnings.append(Problem(top + 1, heading, "", "This column is not known: it is left out."))
    for column in columns:
        if column.required and column.name not in names:
            known = ", ".join(heading for heading in headings if heading)
            message = f"The sheet has no column “{column.name}”. Its headings are: {known}."
            outcome.errors.append(Problem(top + 1, column.name, "", message))
    if outcome.errors:
        return [], names
    rows = []
    for index, cells in enumerate(table[top + 1 :], top + 2):
        given = [(entry, cell) for entry, cell in zip(mapped, cells, strict=False) if entry[0] and cell is not None]
        if given:
            rows.append(_read_row(index, given, columns, landlord, names, outcome))
    return rows, names


def _read_row(index, given, columns, landlord, names, outcome) -> Row:
    row = Row(index, landlord)
    order = {column.name: place for place, column in enumerate(columns)}
    for (name, column), cell in sorted(given, key=lambda entry: order[entry[0][1].name]):
        row.cells[name] = cell
        try:
            row.values[name] = column.parse(cell, row)
        except ValueError as error:
            outcome.errors.append(_problem(row, name, names, str(error)))
    return row


def _problem(row: Row, column: str, headings: dict[str, str], message: str) -> Problem:
    cell = row.cells.get(column)
    return Problem(row.number, headings.get(column, column), "" if cell is None else str(cell), message)


def _find(heading: str, columns: Iterable[Column]) -> tuple[str | None, Column | None]:
    """The column that a heading means, by its own name or one of its other names; a family by its beginning."""
    wanted = fold(heading)
    for column in columns:
        if not column.family and wanted in (fold(column.name), *map(fold, column.aliases)):
            return column.name, column
    for column in columns:
        rest = wanted.replace(" ", "_").removeprefix(column.name)
        if (
            column.family
            and wanted.replace(" ", "_").startswith(column.name)
            and re.fullmatch(r"[a-z0-9_]{1,20}", rest)
        ):
            return column.name + rest.replace("_", "-"), column
    return None, None


def clean(cell: Cell) -> str:
    return " ".join(str(cell or "").split())


def fold(text: str) -> str:
    """A heading without case, accents, odd spaces and punctuation at its ends."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ـ", ""))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return clean(bare.casefold().replace("_", " ")).strip(" :.*")


__all__ = ["Outcome", "Problem", "Row", "Unreadable", "import_sheet"]
