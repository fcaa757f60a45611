"""Files that cannot be taken, and forms that were forged, are answered in a sentence and never break the page."""

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from rentbook.exchange.models import Draft

from .rent_rolls import HEADINGS, leases, press, roll, text_of, upload, written

pytest.importorskip("modules.leasing.models")


@pytest.fixture(autouse=True)
def _new_year(db, travel):
    travel(date(2026, 1, 10))


@pytest.fixture
def desk(client, alice):
    """Alice's browser."""
    client.force_login(alice)
    return client


def workbook(**cells: object) -> bytes:
    book = openpyxl.Workbook()
    for place, value in cells.items():
        book.active[place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


BAD_FILES = [
    ("an empty file", b"", "roll.csv", "empty"),
    ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "roll.csv", "is not a spreadsheet"),
    ("a picture that is called a workbook", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "roll.xlsx", "is not a spreadsheet"),
    ("half a workbook", workbook(A1="unit")[:2000], "roll.xlsx", "is damaged"),
    ("a sheet of 17 billion cells", workbook(A1="unit", XFD1048576="x"), "roll.xlsx", "is not a spreadsheet"),
    ("201 columns", written([["x"] * 201]), "roll.csv", "more than 200 columns"),
    ("10,001 rows", written([["x"]] * 10_001), "roll.csv", "more than 10,000 rows"),
    ("headings over nothing", written([HEADINGS]), "roll.csv", "There is nothing under the headings"),
    ("6 MB", b"unit\n" * 1_200_000, "roll.csv", "larger than 5 MB"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "name", "told"), [case[1:] for case in BAD_FILES], ids=[c[0] for c in BAD_FILES])
def test_a_file_that_cannot_be_taken_is_answered_in_a_sentence(desk, landlord, content, name, told):
    page = upload(desk, content, name)
    page = desk.get(page["Location"]) if page.status_code == 302 else page
    assert page.status_code == 200
    assert told in page.content.decode()
    assert leases(landlord) == 0


def test_a_form_without_a_file_says_so(desk, landlord):
    page = desk.post(reverse("import_file"), {"kind": "leases", "landlord": landlord.pk})
    assert page.context["form"].errors["file"]


def test_a_sheet_without_a_needed_column_names_it_and_offers_no_import(desk):
    page = upload(desk, written([["unit", "tenant_name"], ["A-1", "Neema Mushi"]]))
    assert "The sheet has no column “rent”." in text_of(page)
    assert 'name="do"' not in text_of(page)


def test_what_a_forged_form_says_of_cells_outside_the_sheet_is_left(desk, landlord):
    page = upload(desk, roll())
    address = page.request["PATH_INFO"]
    forged = {"cell-999-0": "x", "cell-0-0": "x", "cell-2-99999": "x", "cell-15-2": "0754\x00001000", "cell--1-0": "x"}
    page = desk.post(address, forged | {"cell-²-1": "x"}, follow=True)
    assert "78 good rows, 2 with problems" in text_of(page)
    assert Draft.objects.of(landlord).get().edits == {"15-2": "0754001000"}


def test_of_very_many_bad_cells_a_hundred_are_shown_and_the_rest_counted(desk):
    bad = dict.fromkeys(range(2, 142), ("rent", "5OO,000"))
    page = upload(desk, roll(bad, rows=200))
    assert "60 good rows, 140 with problems" in text_of(page)
    assert page.content.decode().count('type="text"') == 100
    assert "And 40 more" in text_of(page)


def test_a_cell_that_looks_like_a_formula_comes_back_as_the_text_it_was(desk):
    table = [HEADINGS, ["=1+1", "Neema Mushi", "12", "2026-01-01", "", "500000"]]
    table.append(["A-2", "Juma Kondo", "0712345679", "2026-01-01", "", "500000"])
    page = press(desk, upload(desk, written(table)), "good")
    answer = desk.get(reverse("import_left_out", args=[page.context["draft"].pk]))
    cell = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_what_a_sheet_says_is_text_on_the_page(desk):
    table = [HEADINGS, ["A-1", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "2026-01-01", "", "5"]]
    page = upload(desk, written(table), "<b>roll.csv").content.decode()
    assert "<img src=x" not in page
    assert "<b>roll" not in page
