"""The rent roll comes in whole or not at all, and every bad cell is named (docs/rules.md, D39, D49)."""

import io
import json
from datetime import date

import openpyxl
import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from modules.leasing.models import Charge, Lease, Tenant, Unit
from rentbook.exchange.files import Unreadable
from rentbook.exchange.importing import import_sheet
from rentbook.exchange.sheets import Outcome
from rentbook.kernel.contacts import Contact
from rentbook.kernel.log import LogEntry
from rentbook.kernel.people import Landlord
from rentbook.kernel.scoping import ScopedModel
from rentbook.paths import FIXTURES
from tests.factories import make_landlord

HEADINGS = ["property", "unit", "tenant_name", "phone", "lease_start", "lease_end", "rent"]
GOOD = {
    "property": "Bahari", "unit": "A-01", "tenant_name": "Neema Mushi", "phone": "0712345678",
    "lease_start": "2026-01-01", "lease_end": "2026-12-31", "rent": "500,000",
}  # fmt: skip
DAR, DOUALA, KUWAIT = ("dar-es-salaam.xlsx", "douala.csv", "kuwait.xlsx")


@pytest.fixture(autouse=True)
def _new_year(db, travel):
    travel(date(2026, 1, 10))


def sheet(*changes: dict, headings: list[str] = HEADINGS) -> list[list]:
    """A table of good rows, each in a home of its own, with these changes."""
    rows = [GOOD | {"unit": f"A-{number:02}"} | change for number, change in enumerate(changes, 1)]
    return [headings, *([row.get(heading) for heading in headings] for row in rows)]


def bring_in(landlord: Landlord, *changes: dict, **options) -> Outcome:
    return import_sheet(kind="leases", name="roll.csv", table=sheet(*changes, **options), landlord=landlord)


def bring_in_file(landlord: Landlord, name: str, content: bytes | None = None) -> Outcome:
    content = (FIXTURES / name).read_bytes() if content is None else content
    return import_sheet(kind="leases", name=name, content=content, landlord=landlord)


def named(outcome: Outcome) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in outcome.errors]


def database() -> dict[str, list]:
    """Every row of every book."""
    models = [model for model in apps.get_models() if issubclass(model, ScopedModel | LogEntry)]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def edited(name: str, cells: dict[str, object]) -> bytes:
    """A workbook of the fixtures with some cells changed."""
    book = openpyxl.load_workbook(FIXTURES / name)
    for place, value in cells.items():
        book.active[place] = value
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


# --- What cannot be taken -------------------------------------------------------------------------------------------

BAD_CELLS = [
    ("a letter O among the zeros", {"rent": "5OO,000"}, "rent", "5OO,000"),
    ("a negative rent", {"rent": "-500,000"}, "rent", "negative"),
    ("a rent in words", {"rent": "five hundred"}, "rent", "five hundred"),
    ("a fraction of a shilling's cent", {"rent": "500000.001"}, "rent", "500000.001"),
    ("no rent", {"rent": None}, "rent", "empty"),
    ("a phone one digit short", {"phone": "071234567"}, "phone", "is not a phone number; write it like"),
    ("a date that reads two ways", {"lease_start": "03/04/2026"}, "lease_start", "2026-04-03 for 3 April or"),
    ("a day that no calendar has", {"lease_start": "2026-02-30"}, "lease_start", "no day of the calendar"),
    ("a date in words", {"lease_start": "soon"}, "lease_start", "2026-01-31"),
    ("a year of two digits", {"lease_end": "31/12/26"}, "lease_end", "four digits"),
    ("an end before its start", {"lease_end": "2025-12-31"}, "lease_end", "before it starts"),
    ("a tenant without a start", {"lease_start": None}, "lease_start", "empty"),
    ("a lease without a tenant", {"tenant_name": None}, "tenant_name", "whose lease"),
    ("a row without a home", {"unit": None}, "unit", "no unit"),
    ("a home that is let already in the file", {"unit": "A-01"}, "unit", "row 2 already"),
    ("a name of 121 letters", {"tenant_name": "N" * 121}, "tenant_name", "120"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "column", "told"), [case[1:] for case in BAD_CELLS], ids=[c[0] for c in BAD_CELLS])
def test_d49_one_bad_cell_is_named_by_row_and_column_and_nothing_is_written(landlord, change, column, told):
    before = database()
    outcome = bring_in(landlord, {}, {}, change, {})
    assert named(outcome) == [(4, column)]
    assert told in outcome.errors[0].message
    assert database() == before


def test_d49_every_bad_cell_of_a_sheet_is_named_at_once(landlord):
    outcome = bring_in(landlord, {"rent": "5OO,000", "phone": "071234567"}, {}, {"lease_start": "03/04/2026"})
    assert sorted(named(outcome)) == [(2, "phone"), (2, "rent"), (4, "lease_start")]


def test_d49_a_bad_cell_is_named_by_the_heading_that_the_sheet_has(landlord):
    table = sheet({"rent": "5OO,000"})
    table[0] = [
        "Jengo",
        "Chumba",
        "Jina la mpangaji",
        "Namba ya simu",
        "Mwanzo wa mkataba",
        "Mwisho",
        " KODI  ya mwezi",
    ]
    outcome = import_sheet(kind="leases", name="roll.csv", table=table, landlord=landlord)
    assert [(p.row, p.column, p.value) for p in outcome.errors] == [(2, "KODI ya mwezi", "5OO,000")]


def test_d49_rows_count_as_the_spreadsheet_counts_them(landlord):
    table = [[], ["", None], *sheet({}, {"rent": "x"})]
    table.insert(4, [None] * 7)
    outcome = import_sheet(kind="leases", name="roll.csv", table=table, landlord=landlord)
    assert named(outcome) == [(6, "rent")]


@pytest.mark.parametrize("missing", ["unit", "tenant_name", "lease_start", "rent"])
def test_d49_a_column_that_is_missing_is_named_with_the_headings_that_are_there(landlord, missing):
    headings = [heading for heading in HEADINGS if heading != missing]
    outcome = bring_in(landlord, {}, headings=headings)
    assert named(outcome) == [(1, missing)]
    assert ", ".join(headings) in outcome.errors[0].message


def test_a_column_that_is_not_known_is_left_out_and_said(landlord):
    outcome = bring_in(landlord, {"star sign": "Leo"}, headings=[*HEADINGS, "star sign"])
    assert not outcome.errors
    assert [(note.row, note.column) for note in outcome.warnings] == [(1, "star sign")]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("roll.xlsx", b"", "is empty"),
        ("roll.csv", b" \n\n", "is empty"),
        ("roll.csv", b",,\n,,\n", "holds no cells"),
        ("roll.xlsx", b"%PDF-1.7 not a sheet", "is not a spreadsheet"),
        ("roll.xlsx", b"PK\x03\x04 half a zip", "is damaged"),
        ("photo.csv", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "is not a spreadsheet"),
    ],
)
def test_a_file_that_is_no_spreadsheet_is_refused_in_a_sentence(landlord, name, content, told):
    with pytest.raises(Unreadable, match=told):
        bring_in_file(landlord, name, content)


def test_d15_a_home_that_is_let_in_the_book_is_named_with_its_tenant(landlord):
    assert not bring_in(landlord, {}).errors
    before = database()
    outcome = bring_in(landlord, {"lease_start": "2026-06-01", "lease_end": None, "tenant_name": "Baraka Lema"})
    assert named(outcome) == [(2, "unit")]
    assert "let to Neema Mushi from 2026-01-01" in outcome.errors[0].message
    assert database() == before
    assert not bring_in(landlord, {"lease_start": "2027-01-01", "lease_end": None, "tenant_name": "Baraka Lema"}).errors


def test_d15_two_leases_of_a_home_one_after_the_other_may_stand_in_one_file(landlord):
    next_one = {"unit": "A-01", "tenant_name": "Baraka Lema", "lease_start": "2027-01-01", "lease_end": None}
    assert not bring_in(landlord, {}, next_one).errors
    assert Unit.objects.of(landlord).count() == 1
    assert Lease.objects.of(landlord).count() == 2


# --- What is taken --------------------------------------------------------------------------------------------------


def test_a_row_makes_an_active_lease_with_its_people_home_and_charges(landlord):
    more = {
        "charge_wifi": "15,000",
        "due_day_wifi": "20",
        "charge_guard": "5000",
        "due_day": "10",
        "deposit": "1,000,000",
    }
    bring_in(landlord, more, headings=[*HEADINGS, *more])
    lease = Lease.objects.of(landlord).get()
    assert (lease.state, str(lease.unit), lease.unit.property.name) == ("active", "A-01", "Bahari")
    assert (lease.start, lease.end, lease.due_day) == (date(2026, 1, 1), date(2026, 12, 31), 10)
    assert (str(lease.tenant.contact.phone), str(lease.deposit.amount)) == ("+255712345678", "1000000.00")
    charges = Charge.objects.of(landlord).values_list("stream", "amount", "due_day")
    assert set(charges) == {("rent", 500000, None), ("wifi", 15000, 20), ("guard", 5000, None)}


def test_d49_the_same_sheet_again_changes_nothing(landlord):
    vacant = dict.fromkeys(("tenant_name", "phone", "lease_start", "lease_end", "rent"))
    bring_in(landlord, {}, {}, vacant)
    before = database() | {"ImportBatch": ...}
    outcome = bring_in(landlord, {}, {}, vacant)
    assert database() | {"ImportBatch": ...} == before
    assert (outcome.counts("created"), outcome.counts("updated")) == ({}, {})
    assert outcome.counts("unchanged") == {"property": 1, "unit": 3, "tenant": 1, "lease": 2}


def test_a_sheet_with_a_new_rent_and_phone_changes_the_same_lease(landlord):
    bring_in(landlord, {})
    outcome = bring_in(landlord, {"rent": "550,000", "phone": "0713 000 111"})
    assert outcome.counts("created") == {}
    assert outcome.counts("updated") == {"tenant": 1, "lease": 1}
    assert Charge.objects.of(landlord).get().amount.amount == 550000
    assert str(Tenant.objects.of(landlord).get().contact.phone) == "+255713000111"


def test_a_dry_run_counts_and_writes_nothing(landlord):
    before = database()
    outcome = import_sheet(kind="leases", name="a.csv", table=sheet({}, {}), landlord=landlord, dry_run=True)
    assert outcome.counts("created") == {"property": 1, "unit": 2, "tenant": 1, "lease": 2}
    assert database() == before


def test_the_good_rows_come_in_when_that_is_asked_for(landlord):
    table = sheet({}, {"rent": "x"}, {})
    outcome = import_sheet(kind="leases", name="a.csv", table=table, landlord=landlord, skip_bad_rows=True)
    assert named(outcome) == [(3, "rent")]
    assert [str(lease.unit) for lease in Lease.objects.of(landlord)] == ["A-01", "A-03"]


def test_a_neighbour_with_the_same_names_and_homes_keeps_a_book_of_their_own(landlord):
    other = make_landlord(code="ARU")
    bring_in(other, {})
    before = list(Contact.objects.of(other).values()), list(Charge.objects.of(other).values())
    assert bring_in(landlord, {"rent": "1"}).counts("created")["lease"] == 1
    assert bring_in(landlord, {"rent": "2", "phone": "0713 000 111"}).counts("updated") == {"tenant": 1, "lease": 1}
    assert (list(Contact.objects.of(other).values()), list(Charge.objects.of(other).values())) == before


@pytest.mark.django_db(transaction=True)
def test_d49_the_same_file_twice_at_once_is_imported_once(landlord, together):
    outcomes = together(lambda: bring_in(landlord, {}, {}), lambda: bring_in(landlord, {}, {}))
    made = sorted(outcome.counts("created").get("lease", 0) for outcome in outcomes)
    assert made == [0, 2]
    assert Lease.objects.of(landlord).count() == 2


# --- The files as their owners have them ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code", "counts"),
    [
        (DAR, "DAR", {"property": 4, "unit": 88, "tenant": 83, "lease": 84}),
        (DOUALA, "DLA", {"property": 2, "unit": 25, "tenant": 24, "lease": 24}),
        (KUWAIT, "KWT", {"property": 1, "unit": 10, "tenant": 9, "lease": 9}),
    ],
)
def test_d49_a_landlord_s_own_file_is_imported_and_again_changes_nothing(name, code, counts):
    landlord = make_landlord(code=code)
    first = bring_in_file(landlord, name)
    assert not first.errors
    assert first.counts("created") == counts
    assert Lease.objects.of(landlord).filter(state="active").count() == counts["lease"]
    before = database() | {"ImportBatch": ...}
    again = bring_in_file(landlord, name)
    assert again.counts("unchanged") == counts
    assert database() | {"ImportBatch": ...} == before


def test_d49_three_broken_cells_among_83_tenants_are_named_and_mended_the_file_is_imported(landlord):
    before = database()
    mended = {"H2": "400,000", "D41": "0756000299", "K88": "2024-01-01"}
    broken = bring_in_file(landlord, DAR, edited(DAR, {"H2": "4OO,000", "D41": "075600029", "K88": "03/04/2024"}))
    assert named(broken) == [(2, "KODI"), (41, "namba ya SIMU"), (88, "Mwanzo wa mkataba")]
    assert [problem.value for problem in broken.errors] == ["4OO,000", "075600029", "03/04/2024"]
    assert database() == before
    assert bring_in_file(landlord, DAR, edited(DAR, mended)).counts("created")["lease"] == 84


# --- The command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def command(landlord, tmp_path, capsys):
    """Import a file by the command: gives its exit code and its JSON."""

    def run(content: bytes, *options: str) -> tuple[int, dict]:
        path = tmp_path / "roll.csv"
        path.write_bytes(content)
        try:
            call_command("import_file", "leases", str(path), "--landlord", "DAR", "--json", *options)
            code = 0
        except SystemExit as end:
            code = end.code
        return code, json.loads(capsys.readouterr().out)

    return run


CSV = b"unit,tenant_name,phone,lease_start,rent\nA-01,Neema Mushi,0712345678,2026-01-01,%s\n"
ANSWER = {"batch", "created", "updated", "unchanged", "errors", "warnings"}


def test_the_command_answers_with_counts_by_model(command):
    code, answer = command(CSV % b'"500,000"')
    assert (code, set(answer)) == (0, ANSWER)
    assert answer["created"] == {"property": 1, "unit": 1, "tenant": 1, "lease": 1}
    assert answer["batch"]
    code, answer = command(CSV % b'"500,000"')
    assert (code, answer["created"], answer["updated"]) == (0, {}, {})


def test_d49_the_command_names_each_bad_cell_and_ends_with_exit_code_1(command):
    before = database()
    code, answer = command(CSV % b'"5OO,000"')
    assert (code, set(answer), answer["batch"]) == (1, ANSWER, None)
    assert [(error["row"], error["column"], error["value"]) for error in answer["errors"]] == [(2, "rent", "5OO,000")]
    assert database() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.csv", "--landlord", "DAR"], "There is no file nowhere.csv"),
        ([__file__, "--landlord", "ZZZ"], "There is no landlord with the code ZZZ; there are: DAR"),
    ],
)
def test_the_command_refuses_in_a_sentence_with_exit_code_1(landlord, arguments, told):
    with pytest.raises(CommandError, match=told) as refusal:
        call_command("import_file", "leases", *arguments)
    assert refusal.value.returncode == 1


def test_with_bad_rows_skipped_the_good_ones_go_in_and_that_is_no_failure(landlord, tmp_path):
    path = tmp_path / "roll.csv"
    path.write_text("unit,tenant_name,rent,lease_start\nA-1,Asha,500000,2026-01-01\nA-2,Juma,5OO000,2026-01-01\n")
    call_command("import_file", "leases", str(path), "--landlord", "DAR", "--skip-bad-rows")
    assert [lease.unit.name for lease in Lease.objects.of(landlord)] == ["A-1"]
