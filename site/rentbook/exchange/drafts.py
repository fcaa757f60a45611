"""A file between its check and its import: kept for a day, mended cell by cell, imported once (docs/rules.md, D49)."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from rentbook.kernel import clock
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.scoping import landlord_ids

from .cells import clean
from .files import Cell, Unreadable, as_workbook, read_table
from .importing import import_sheet
from .models import Draft
from .sheets import Outcome

KEPT = timedelta(days=1)
MOST_ROWS = 10_000


def open_to(user: User) -> QuerySet[Landlord]:
    """The landlords into whose book the user may import."""
    return Landlord.objects.filter(pk__in=landlord_ids(user, Draft, ["add"]))


def drafts_of(user: User) -> QuerySet[Draft]:
    """The user's own files of the last day, of books that they may still import into."""
    since = clock.now() - KEPT
    return Draft.objects.visible_to(user).filter(by=user, landlord__in=open_to(user), created_at__gt=since)


def stage(*, kind: str, name: str, content: bytes, landlord: Landlord, by: User) -> Draft:
    """Keep a file for its check. Raises Unreadable for one that is no spreadsheet, or of more than 10,000 rows."""
    if len(read_table(name, content)) > MOST_ROWS:
        raise Unreadable(_("%(file)s has more than 10,000 rows: split it.") % {"file": name})
    # The end of a name says what the file is.
    return Draft.objects.of(landlord).create(landlord=landlord, kind=kind, filename=name[-200:], content=content, by=by)


def check(draft: Draft) -> Outcome:
    """What the import of the good rows would do; nothing is written. Raises Unreadable for headings over nothing."""
    return _import(draft, skip_bad_rows=True, dry_run=True)


@transaction.atomic
def mend(*, draft: Draft, cells: Mapping[str, str], by: User) -> bool:
    """Write over cells of the user's file, named as in `Draft.edits`; says whether any is another now.

    What lies outside the sheet is left.
    """
    draft = _locked(draft, by)
    if draft.batch_id:
        return False
    table = _table(draft)
    changed = {name: text for name, text in cells.items() if _read(table, name) not in (None, text)}
    draft.edits |= changed
    draft.save(update_fields=["edits"])
    return bool(changed)


@transaction.atomic
def import_draft(*, draft: Draft, skip_bad_rows: bool, by: User) -> Outcome | None:
    """Import the user's file as it was mended; None where that was done already.

    A file that is refused stays as it is. Otherwise its content is gone but for the rows that were left out, which
    become a workbook with a last column that says why. Raises Unreadable for headings over nothing.
    """
    draft = _locked(draft, by)
    if draft.batch_id:
        return None
    outcome = _import(draft, skip_bad_rows=skip_bad_rows)
    if not outcome.refused:
        draft.batch_id, draft.edits = outcome.batch, {}
        draft.content = as_workbook(outcome.bad_rows) if outcome.errors else b""
        draft.save()
    return outcome


def forget_drafts(*, landlord: Landlord) -> int:
    """Delete the landlord's files that are older than a day, for they hold people's names and phones."""
    deleted, _by_model = Draft.objects.of(landlord).filter(created_at__lte=clock.now() - KEPT).delete()
    return deleted


def left_out(draft: Draft) -> int:
    """How many rows were left out of a file that was imported."""
    return len(read_table("left-out.xlsx", bytes(draft.content))) - 1 if draft.content else 0


def _locked(draft: Draft, by: User) -> Draft:
    return drafts_of(by).select_for_update().get(pk=draft.pk)


def _import(draft: Draft, *, skip_bad_rows: bool, dry_run: bool = False) -> Outcome:
    return import_sheet(
        kind=draft.kind,
        name=draft.filename,
        content=bytes(draft.content),
        table=_table(draft),
        landlord=draft.landlord,
        by=draft.by,
        skip_bad_rows=skip_bad_rows,
        dry_run=dry_run,
    )


def _table(draft: Draft) -> list[list[Cell]]:
    """The rows of the file, with the cells that were mended; each as wide as the widest."""
    table = read_table(draft.filename, bytes(draft.content))
    width = max(map(len, table))
    table = [[*cells, *[None] * (width - len(cells))] for cells in table]
    for name, text in draft.edits.items():
        row, place = _place(name)
        table[row][place] = text or None
    return table


def _read(table: list[list[Cell]], name: str) -> str | None:
    """The text of a cell; None outside the sheet."""
    row, place = _place(name)
    if not (0 <= row < len(table) and place < len(table[0])):
        return None
    return clean("" if table[row][place] is None else str(table[row][place]))


def _place(name: str) -> tuple[int, int]:
    row, place = name.split("-")
    return int(row) - 1, int(place)
