"""A rent roll comes in by the import page: checked, mended in place, imported (docs/rules.md, D49)."""

from datetime import date

import pytest
from django.urls import reverse

from modules.leasing.models import Lease
from rentbook.exchange.files import as_workbook, read_table
from rentbook.exchange.models import ImportBatch
from rentbook.paths import FIXTURES
from tests.factories import make_landlord, staff_of

from .rent_rolls import BAD, HEADINGS, MENDED, leases, press, roll, text_of, upload, written


@pytest.fixture(autouse=True)
def _new_year(db, travel):
    travel(date(2026, 1, 10))


@pytest.fixture
def desk(client, alice):
    """Alice's browser."""
    client.force_login(alice)
    return client


def test_d49_three_bad_cells_of_80_rows_are_named_and_nothing_is_written(desk, landlord):
    page = upload(desk, roll())
    text = text_of(page)
    assert "77 good rows, 3 with problems" in text
    told = [(cell["problem"].row, cell["problem"].column, cell["found"]) for cell in page.context["cells"]]
    assert told == [(row, *cell) for row, cell in BAD.items()]
    assert "is not a phone number" in text
    assert "it has the letter O where a zero should be" in text
    assert "before it starts" in text
    assert page.context["counts"][-1] == ("Leases", [77, 0, 0])
    assert "Import the 77 good rows" in text
    assert "Import 80" not in text
    assert (leases(landlord), ImportBatch.objects.of(landlord).count()) == (0, 0)


def test_the_77_good_rows_are_imported_and_the_three_others_come_back_with_the_reason(desk, alice, landlord):
    page = press(desk, upload(desk, roll()), "good")
    assert "77 rows imported." in text_of(page)
    assert leases(landlord) == 77
    batch = ImportBatch.objects.of(landlord).get()
    assert (batch.by, batch.counts["created"]["lease"]) == (alice, 77)
    assert "Download the 3 rows that were left out" in text_of(page)
    download = desk.get(reverse("import_left_out", args=[page.context["draft"].pk]))
    assert "roll-left-out.xlsx" in download["Content-Disposition"]
    top, *rest = read_table("left-out.xlsx", b"".join(download.streaming_content))
    assert top == [*HEADINGS, "why"]
    assert [row[0] for row in rest] == ["A-15", "A-32", "A-51"]
    assert "5OO,000 is not an amount" in rest[1][-1]


def test_what_was_left_out_is_mended_in_the_download_and_imported(desk, landlord):
    page = press(desk, upload(desk, roll()), "good")
    answer = desk.get(reverse("import_left_out", args=[page.context["draft"].pk]))
    table = read_table("left-out.xlsx", b"".join(answer.streaming_content))
    for row, name, text in ((1, "Simu", "0754001000"), (2, "rent", "500000"), (3, "lease_end", "2026-12-31")):
        table[row][HEADINGS.index(name)] = text
    press(desk, upload(desk, as_workbook(table), "left-out.xlsx"), "all")
    assert leases(landlord) == 80


def test_cells_mended_in_place_and_checked_again_make_80_good_rows(desk, landlord):
    page = press(desk, upload(desk, roll()), **MENDED)
    assert "80 good rows" in text_of(page)
    assert page.context["cells"] == []
    assert "Import 80" in text_of(page)
    assert leases(landlord) == 0
    page = press(desk, page, "all")
    assert "80 rows imported." in text_of(page)
    assert "left out" not in text_of(page)
    assert leases(landlord) == 80
    assert Lease.objects.of(landlord).get(unit__name="A-15").tenant.contact.phone == "+255754001000"


def test_a_mended_cell_stays_mended_while_another_is_looked_at(desk):
    page = press(desk, upload(desk, roll()), cell_15_2=MENDED["cell-15-2"])
    assert "78 good rows, 2 with problems" in text_of(page)
    page = press(desk, page, cell_32_5="five")
    assert [(cell["problem"].row, cell["found"]) for cell in page.context["cells"]] == [
        (32, "five"),
        (51, "2025-12-31"),
    ]


def test_a_cell_that_was_mended_and_not_checked_is_shown_before_it_is_imported(desk, landlord):
    page = press(desk, upload(desk, roll()), "good", cell_15_2=MENDED["cell-15-2"])
    assert "You have mended cells: look at the new counts, then import." in text_of(page)
    assert "78 good rows" in text_of(page)
    assert leases(landlord) == 0


def test_an_empty_cell_is_filled_in_and_a_cell_that_slipped_is_emptied(desk):
    table = [HEADINGS, ["A-1", "Neema Mushi", "0712345678", "2026-01-01", "", ""]]
    table.append(["A-2", "Juma Kondo", "0712345679", "2026-01-01", "", "500", "000"])
    page = upload(desk, written(table))
    names = [cell["name"] for cell in page.context["cells"]]
    assert names == ["cell-2-5", "cell-3-6"]
    page = press(desk, page, cell_2_5="500000", cell_3_6="")
    assert page.context["outcome"].good == 2


@pytest.mark.parametrize(
    ("name", "code"), [("dar-es-salaam.xlsx", "DAR"), ("douala.csv", "DLA"), ("kuwait.xlsx", "KWT")]
)
def test_the_fixtures_come_in_whole_by_the_page(client, name, code):
    landlord = make_landlord(code=code)
    client.force_login(staff_of(landlord))
    page = upload(client, (FIXTURES / name).read_bytes(), name)
    assert page.context["cells"] == []
    page = press(client, page, "all")
    [created] = [numbers[0] for label, numbers in page.context["counts"] if label == "Leases"]
    assert leases(landlord) == created > 0


def test_d49_the_same_file_again_changes_nothing(desk, landlord):
    press(desk, upload(desk, roll({})), "all")
    page = upload(desk, roll({}))
    assert page.context["counts"][-1] == ("Leases", [0, 0, 80])
    press(desk, page, "all")
    assert leases(landlord) == 80


def test_pressed_twice_it_is_one_import(desk, landlord):
    page = upload(desk, roll({}))
    for _press in range(2):
        assert "Imported" in text_of(press(desk, page, "all"))
    assert ImportBatch.objects.of(landlord).count() == 1


def test_all_means_all_when_the_book_has_changed_since_the_check(desk, landlord):
    page = upload(desk, roll({}))
    other = [HEADINGS, ["A-10", "Somebody Else", "0713000000", "2025-06-01", "", "400,000"]]
    press(desk, upload(desk, written(other)), "all")
    page = press(desk, page, "all")
    assert "Nothing was imported: the book has changed since the check." in text_of(page)
    assert leases(landlord) == 1
    assert "Import the 79 good rows" in text_of(page)
