"""A sheet is read as its owner meant it, or asked back: slipped cells, guessed letters, sums, rounded numbers."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from modules.leasing.models import Charge, Lease, Unit
from rentbook.exchange.files import Unreadable, as_csv, read_table
from rentbook.exchange.importing import import_sheet
from rentbook.exchange.models import ImportBatch
from rentbook.exchange.sheets import Outcome
from rentbook.kernel.people import Landlord
from rentbook.paths import FIXTURES

HEADINGS = "unit,tenant_name,lease_start,rent"
GOOD, BAD = "A1,John,2026-01-01,500000", "A2,Mary,2026-01-01,5OO000"


@pytest.fixture(autouse=True)
def _new_year(db, travel):
    travel(date(2026, 1, 10))


def roll(landlord: Landlord, *lines: str, headings: str = HEADINGS, code: str = "utf-8", **options) -> Outcome:
    content = "\n".join([headings, *lines, ""]).encode(code)
    return import_sheet(kind="leases", name="roll.csv", content=content, landlord=landlord, **options)


def workbook(*rows: list) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def named(outcome: Outcome) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in outcome.errors]


# --- Cells that have slipped ----------------------------------------------------------------------------------------


def test_an_amount_with_a_comma_and_without_quotes_is_asked_back(landlord):
    outcome = roll(landlord, "A1,John,2026-01-01,500,000")
    [problem] = outcome.errors
    assert (problem.row, problem.column, problem.value) == (2, "E", "000")
    assert "left over" in problem.message
    assert "comma without quotes?" in problem.message
    assert not Lease.objects.of(landlord).exists()


def test_a_cell_under_an_empty_heading_is_asked_back(landlord):
    outcome = roll(landlord, "A1,John,call him,2026-01-01,1", headings="unit,tenant_name,,lease_start,rent")
    assert named(outcome) == [(2, "C")]
    assert "“call him” is left over" in outcome.errors[0].message


def test_two_headings_for_one_column_are_both_named(landlord):
    outcome = roll(landlord, f"{GOOD},450000", headings=f"{HEADINGS},Monthly rent", skip_bad_rows=True)
    assert named(outcome) == [(1, "Monthly rent")]
    assert "“rent” and “Monthly rent”" in outcome.errors[0].message
    assert outcome.refused


def test_the_rent_is_no_charge_beside_the_rent(landlord):
    outcome = roll(landlord, f"{GOOD},7", headings=f"{HEADINGS},charge_rent")
    assert named(outcome) == [(2, "charge_rent")]


def test_headings_with_nothing_under_them_are_refused(landlord):
    with pytest.raises(Unreadable, match="nothing under the headings"):
        roll(landlord)
    with pytest.raises(Unreadable, match="nothing under the headings"):
        roll(landlord, ",,,", " , ,,")


# --- Letters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("cp1252", "Hélène Mbàrga"),
        ("cp1252", "Zoë Bâ"),
        ("cp1252", "ÉCOLE ÈBÈNE"),
        ("cp1250", "Stanisław Wałęsa"),
        ("cp1256", "محمد العلي"),
    ],
)
def test_a_text_of_an_old_code_page_is_read_in_its_own_alphabet_and_one_name_is_shown(landlord, code, name):
    outcome = roll(landlord, GOOD, f"A2,{name},2026-01-01,1", code=code)
    assert Lease.objects.of(landlord).filter(tenant__contact__name=name).exists()
    [note] = outcome.warnings
    assert (note.row, note.value) == (1, name)
    assert code in note.message


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_that_says_how_it_is_written_is_not_remarked(landlord, code):
    assert not roll(landlord, "A1,Hélène,2026-01-01,1", code=code).warnings


def test_the_french_portfolio_is_read_as_french():
    table = read_table("douala.csv", (FIXTURES / "douala.csv").read_bytes())
    assert table[0][3:5] == ["Téléphone", "N° CNI"]
    assert table[1][2] == "Ebénézer Moukoko"


# --- Buildings and sums ---------------------------------------------------------------------------------------------


def test_of_merged_cells_each_home_is_in_the_property_above_it_and_that_is_said_once(landlord):
    rows = ("Bahari,A1,,,", ",A2,,,", ",,,,", ",A3,,,", "Mlima,B1,,,", ",B2,,,")
    outcome = roll(landlord, *rows, headings=f"property,{HEADINGS}")
    homes = {unit.name: unit.property.name for unit in Unit.objects.of(landlord)}
    assert homes == {"A1": "Bahari", "A2": "Bahari", "A3": "Bahari", "B1": "Mlima", "B2": "Mlima"}
    assert [(note.row, note.column) for note in outcome.warnings] == [(3, "property")]
    assert "in rows 3, 5, 7" in outcome.warnings[0].message


def test_without_a_property_the_home_is_the_landlord_s(landlord):
    roll(landlord, ",A1,,,", "Mlima,B1,,,", headings=f"property,{HEADINGS}")
    homes = {unit.name: unit.property.name for unit in Unit.objects.of(landlord)}
    assert homes == {"A1": landlord.name, "B1": "Mlima"}


def test_a_home_is_not_put_into_the_wrong_property_when_the_one_above_is_bad(landlord):
    rows = ("Bahari,A1,,,", f"{'M' * 121},B1,,,", ",B2,,,")
    outcome = roll(landlord, *rows, headings=f"property,{HEADINGS}", skip_bad_rows=True)
    assert named(outcome) == [(3, "property"), (4, "property")]
    assert [unit.name for unit in Unit.objects.of(landlord)] == ["A1"]


@pytest.mark.parametrize("word", ["TOTAL", "Jumla:", "somme", "الإجمالي", "المجموع"])
def test_a_row_that_adds_the_others_up_is_left_out_and_said(landlord, word):
    outcome = roll(landlord, GOOD, f"{word},,,500000")
    assert not outcome.errors
    assert [unit.name for unit in Unit.objects.of(landlord)] == ["A1"]
    assert [(note.row, note.column, note.value) for note in outcome.warnings] == [(3, "unit", word)]


# --- Numbers of a workbook ------------------------------------------------------------------------------------------


def test_a_number_that_the_spreadsheet_has_rounded_is_asked_back(landlord):
    rows = [[*HEADINGS.split(","), "id_number"], ["A1", "John", date(2026, 1, 1), 5, 19900101123450000123]]
    outcome = import_sheet(kind="leases", name="roll.xlsx", content=workbook(*rows), landlord=landlord)
    assert named(outcome) == [(2, "id_number")]
    assert "Format the column as text" in outcome.errors[0].message


def test_a_number_is_read_as_its_owner_sees_it(landlord):
    rows = [[*HEADINGS.split(","), "id_number"], [101.0, "John", date(2026, 1, 1), 5e5, 123456789012345]]
    assert not import_sheet(kind="leases", name="a.xlsx", content=workbook(*rows), landlord=landlord).errors
    lease = Lease.objects.of(landlord).get()
    assert (lease.unit.name, lease.tenant.contact.id_number) == ("101", "123456789012345")
    assert Charge.objects.of(landlord).get().amount.amount == 500000


def test_a_workbook_s_cell_of_spaces_is_empty(landlord):
    rows = [HEADINGS.split(","), ["A1", "John", date(2026, 1, 1), 5, " "], ["A2", "  ", None, " ", None]]
    assert not import_sheet(kind="leases", name="a.xlsx", content=workbook(*rows), landlord=landlord).errors
    assert (Unit.objects.of(landlord).count(), Lease.objects.of(landlord).count()) == (2, 1)


# --- Bad rows -------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(landlord, tmp_path, capsys):
    """Import lines by the command: gives its exit code and its JSON."""

    def run(*lines: str, options: tuple[str, ...] = ()) -> tuple[int, dict]:
        path = tmp_path / "roll.csv"
        path.write_text("\n".join([*lines, ""]))
        try:
            call_command("import_file", "leases", str(path), "--landlord", "DAR", "--json", *options)
            code = 0
        except SystemExit as end:
            code = end.code
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["", "unit,tenant_name,rent", "A1,John,500000"], 1),
        ([HEADINGS, BAD], 1),
        ([HEADINGS, GOOD, BAD], 0),
        ([HEADINGS, GOOD], 0),
    ],
    ids=["a column is missing", "no row is good", "one row is good", "all rows are good"],
)
def test_with_bad_rows_skipped_a_dry_run_ends_as_the_real_one(landlord, command, lines, code, dry):
    assert command(*lines, options=("--skip-bad-rows", *dry))[0] == code
    written = 0 if code or dry else 1
    assert (Lease.objects.of(landlord).count(), ImportBatch.objects.of(landlord).count()) == (written, written)


def test_bad_rows_come_back_under_the_file_s_own_headings_with_the_reason(landlord, command, tmp_path):
    out = tmp_path / "bad.csv"
    lines = ["Room,Jina,lease_start,kodi,Note", f"{GOOD},", f"{BAD},=cmd|calc", 'A3,@John,2026-01-01,"-5",-2+3']
    code, answer = command(*lines, options=("--skip-bad-rows", "--bad-rows", str(out)))
    assert (code, len(answer["errors"])) == (0, 2)
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    headings, mary, john = csv.reader(io.StringIO(out.read_text("utf-8-sig")))
    assert headings == ["Room", "Jina", "lease_start", "kodi", "Note", "why"]
    assert mary[:5] == ["A2", "Mary", "2026-01-01", "5OO000", "'=cmd|calc"]
    assert mary[5].startswith("kodi: 5OO000 is not an amount")
    assert john[:5] == ["A3", "'@John", "2026-01-01", "-5", "'-2+3"]


def test_bad_rows_once_mended_are_imported_as_they_came_back(landlord, command, tmp_path):
    out = tmp_path / "bad.csv"
    headings = f"{HEADINGS},phone"
    command(headings, f"{BAD},+255712345678", options=("--bad-rows", str(out)))
    mended = out.read_text("utf-8-sig").replace("5OO000,", "500000,", 1)
    assert command(*mended.splitlines())[0] == 0
    assert str(Lease.objects.of(landlord).get().tenant.contact.phone) == "+255712345678"


def test_what_came_back_with_a_mark_before_a_formula_is_read_without_it():
    table = [["=1+1", "@home", "+255 712", "-360", None], ["'tis", "", date(2026, 1, 31), None, "-2+3"]]
    again = read_table("bad.csv", as_csv(table))
    assert again == [["=1+1", "@home", "+255 712", "-360", None], ["'tis", None, "2026-01-31", None, "-2+3"]]


def test_bad_rows_are_not_written_over_the_file_itself(landlord, tmp_path):
    path = tmp_path / "roll.csv"
    path.write_text(f"{HEADINGS}\n{GOOD}\n")
    with pytest.raises(CommandError, match="is the file to be imported"):
        call_command("import_file", "leases", str(path), "--landlord", "DAR", "--bad-rows", str(path))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("import_file", "leases", str(path), "--landlord", "DAR", "--bad-rows", str(tmp_path / "no" / "x"))
    assert not Lease.objects.of(landlord).exists()
