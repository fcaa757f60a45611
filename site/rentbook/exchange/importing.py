"""One engine for every kind of sheet: map the headings, read and check every cell, then write all or nothing (D49)."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from rentbook.kernel import clock
from rentbook.kernel.contributions import Column, SheetPart, sheet_parts
from rentbook.kernel.people import Landlord, User

from .cells import clean, fold, letters
from .events import ImportFinished
from .files import CODE_PAGES, Cell, Unreadable, guessed_codec, read_table
from .models import ImportBatch
from .sheets import RANK, Outcome, Problem, Row, Sheet

BROKEN_OFF = re.compile(r"\s*\d{3}(\D.*)?")


class RolledBack(Exception):
    """Leaves the transaction of a dry run."""


def import_sheet(
    *,
    kind: str,
    name: str,
    content: bytes = b"",
    table: list[list[Cell]] | None = None,
    landlord: Landlord,
    by: User | None = None,
    dry_run: bool = False,
    skip_bad_rows: bool = False,
) -> Outcome:
    """Import a file (`content`) or a table that was read already.

    Nothing is written when a cell is bad, unless `skip_bad_rows`; nothing at all in a dry run, where the headings are
    bad or no row is good. The same sheet again changes nothing. Raises Unreadable for a file that is no spreadsheet.
    """
    parts = [part for part in sheet_parts if part.kind == kind]
    outcome = Outcome(landlord, clock.today(landlord), by)
    sheet = _read_headings(read_table(name, content) if table is None else table, parts, outcome)
    if outcome.refused:
        return outcome
    _tell_code_page(name, content, sheet, outcome)
    good = _checked(parts, _read_rows(sheet, parts, outcome), sheet, outcome, again=skip_bad_rows)
    outcome.good, outcome.bad_rows = len(good), _bad_rows(sheet, outcome)
    outcome.refused = bool(outcome.errors) and not (skip_bad_rows and good)
    if not outcome.refused:
        _write(kind, name, content, parts, good, outcome, dry_run=dry_run)
    return outcome


def _write(
    kind: str, name: str, content: bytes, parts: list[SheetPart], rows: list[Row], outcome: Outcome, *, dry_run: bool
) -> None:
    try:
        with transaction.atomic():
            Landlord.objects.select_for_update(no_key=True).get(pk=outcome.landlord.pk)
            for part in parts:
                part.apply(rows, outcome.landlord, outcome)
            if dry_run:
                raise RolledBack
            outcome.batch = _keep(kind, name, content, outcome)
    except RolledBack:
        pass


def _keep(kind: str, name: str, content: bytes, outcome: Outcome) -> int:
    counts = {what: outcome.counts(what) for what in RANK}
    digest = hashlib.sha256(content).hexdigest()
    batch = ImportBatch.unscoped.create(
        landlord=outcome.landlord, kind=kind, filename=name[:200], sha256=digest, counts=counts, by=outcome.by
    )
    ImportFinished(outcome.landlord.pk, batch.pk).emit()
    return batch.pk


def _read_headings(table: list[list[Cell]], parts: list[SheetPart], outcome: Outcome) -> Sheet:
    """The sheet, or an outcome that is refused: a column is missing, or stands there twice."""
    columns = [column for part in parts for column in part.columns]
    top = next(index for index, row in enumerate(table) if any(row))
    headings = [clean(cell) for cell in table[top]]
    sheet = Sheet(table, top, headings, [_find(heading, columns) for heading in headings])
    same = defaultdict(list)
    for heading, found in zip(headings, sheet.mapped, strict=True):
        if found:
            same[found[0]].append(heading)
        elif heading:
            outcome.warnings.append(Problem(top + 1, heading, "", "This column is not known: it is left out."))
    for name, several in same.items():
        if len(several) > 1:
            both = " and ".join(f"“{heading}”" for heading in several)
            message = f"{both} both stand for the column “{name}”: leave one, or give the other another heading."
            outcome.errors.append(Problem(top + 1, several[1], "", message))
    for column in columns:
        if column.required and column.name not in same:
            known = ", ".join(heading for heading in headings if heading)
            message = f"The sheet has no column “{column.name}”. Its headings are: {known}."
            outcome.errors.append(Problem(top + 1, column.name, "", message))
    outcome.refused = bool(outcome.errors)
    return sheet


def _find(heading: str, columns: Iterable[Column]) -> tuple[str, Column] | None:
    """The column that a heading means, by its own name or one of its other names; a family by its beginning."""
    wanted = fold(heading)
    for column in columns:
        if not column.family and wanted in (fold(column.name), *map(fold, column.aliases)):
            return column.name, column
    wanted = wanted.replace(" ", "_")
    for column in columns:
        rest = wanted.removeprefix(column.name)
        if column.family and wanted.startswith(column.name) and re.fullmatch(r"[a-z0-9_]{1,20}", rest):
            return column.name + rest.replace("_", "-"), column
    return None


def _tell_code_page(name: str, content: bytes, sheet: Sheet, outcome: Outcome) -> None:
    """A text that does not say how it is written was guessed: show one name, for its owner to see."""
    codec = guessed_codec(name, content)
    if not codec:
        return
    rows = [*sheet.table[sheet.top + 1 :], sheet.table[sheet.top]]
    read = next((cell for row in rows for cell in row if cell and not str(cell).isascii()), "")
    message = (
        f"The file is not written in UTF-8: it was read as {codec} ({CODE_PAGES[codec]}). "
        f"If “{clean(read)}” is wrong, save it as CSV UTF-8."
    )
    outcome.warnings.insert(0, Problem(1, sheet.headings[0], clean(read), message))


def _read_rows(sheet: Sheet, parts: list[SheetPart], outcome: Outcome) -> list[Row]:
    order = {column.name: place for place, column in enumerate(column for part in parts for column in part.columns)}
    rows: list[Row] = []
    for number, cells in sheet.body():
        given = [(found, cell) for found, cell in zip(sheet.mapped, cells, strict=False) if found and cell is not None]
        # In the order of the columns: the currency is read before the amounts.
        given.sort(key=lambda entry: order[entry[0][1].name])
        outcome.errors += _left_over(number, cells, sheet)
        if given:
            row = Row(number, outcome.landlord)
            rows.append(row)
            _read_row(row, given, sheet, outcome)
    if not rows and not outcome.errors:
        raise Unreadable("There is nothing under the headings of the sheet.")
    return rows


def _read_row(row: Row, given: Iterable[tuple[tuple[str, Column], Cell]], sheet: Sheet, outcome: Outcome) -> None:
    for (name, column), cell in given:
        row.cells[name] = cell
        try:
            row.values[name] = column.parse(cell, row)
        except ValueError as error:
            outcome.errors.append(_problem(row, name, sheet, str(error)))


def _left_over(number: int, cells: list[Cell], sheet: Sheet) -> Iterable[Problem]:
    """A cell without a heading is a cell that has slipped: an unquoted 500,000 is two cells of a CSV."""
    for place, cell in enumerate(cells):
        if cell is None or (place < len(sheet.headings) and sheet.headings[place]):
            continue
        message = f"“{clean(cell)}” is left over: it stands under no heading."
        if BROKEN_OFF.fullmatch(str(cell)):
            message += " Is an amount written with a comma without quotes?"
        yield Problem(number, letters(place), str(cell), message, place)


def _checked(parts: list[SheetPart], rows: list[Row], sheet: Sheet, outcome: Outcome, *, again: bool) -> list[Row]:
    """The rows without an error; `again`: checked on their own too, as a row may lean on one that is left out."""
    good = rows
    while True:
        count = len(good)
        for part in parts:
            for row, column, message in part.check(good, outcome.landlord):
                outcome.errors.append(_problem(row, column, sheet, message))
        bad = {problem.row for problem in outcome.errors}
        good = [row for row in good if row.number not in bad]
        if not again or len(good) == count:
            outcome.errors.sort(key=lambda problem: problem.row)
            return good


def _problem(row: Row, column: str, sheet: Sheet, message: str) -> Problem:
    cell, place = row.cells.get(column), sheet.places.get(column)
    heading = column if place is None else sheet.headings[place]
    return Problem(row.number, heading, "" if cell is None else str(cell), message, place)


def _bad_rows(sheet: Sheet, outcome: Outcome) -> list[list[Cell]]:
    """The sheet's headings and bad rows as they stand there, with a last column that says why."""
    why: dict[int, list[str]] = defaultdict(list)
    for problem in outcome.errors:
        why[problem.row].append(f"{problem.column}: {problem.message}")
    top, rows = sheet.table[sheet.top], {number: sheet.table[number - 1] for number in sorted(why)}
    width = max(map(len, [top, *rows.values()]))
    lines = [(top, "why"), *((cells, " ".join(why[number])) for number, cells in rows.items())]
    return [[*cells, *[None] * (width - len(cells)), last] for cells, last in lines]


__all__ = ["Outcome", "Problem", "Row", "Unreadable", "import_sheet"]
