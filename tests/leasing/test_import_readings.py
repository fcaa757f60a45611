"""A sheet of readings comes in whole or not at all, and again it changes nothing (docs/rules.md, D49)."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from modules.leasing.models import Property, Reading, Unit
from rentbook.exchange.importing import import_sheet
from rentbook.exchange.sheets import Outcome
from tests.factories import make_lease, make_unit

from .steps import charged, meter_of

pytestmark = pytest.mark.django_db
GOOD = ("M-1,2026-01-31,216", "M-2,2026-01-31,226")


@pytest.fixture(autouse=True)
def _february(travel):
    travel(date(2026, 2, 10))


@pytest.fixture
def meters(landlord):
    first = meter_of(make_lease(landlord))
    return [first, meter_of(make_lease(landlord, tenant="Baraka Lema"), serial="M-2", tariff=first.tariff)]


@pytest.fixture
def bring(landlord, meters):
    def run(*lines: str, headings: str = "meter,on,value", **options) -> Outcome:
        content = "\n".join([headings, *lines, ""]).encode()
        return import_sheet(kind="readings", name="readings.csv", content=content, landlord=landlord, **options)

    return run


def told(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.message) for problem in outcome.errors]


def test_readings_come_in_by_the_meter_s_number_and_are_charged(landlord, bring):
    outcome = bring(*GOOD)
    assert not outcome.refused
    assert outcome.counts("created") == {"reading": 2}
    assert [int(each.amount.amount) for each in charged(landlord)] == [18_432, 5_000 + 56 * 292]


def test_the_same_sheet_again_changes_nothing(landlord, bring):
    bring(*GOOD)
    outcome = bring(*GOOD, "M-1,2026-02-10,220")
    assert (outcome.counts("unchanged"), outcome.counts("created")) == ({"reading": 2}, {"reading": 1})
    assert Reading.objects.of(landlord).count() == 3


def test_one_bad_row_and_nothing_is_written(landlord, bring):
    outcome = bring("M-1,2026-01-31,216", "M-2,2026-01-31,19")
    assert told(outcome) == [
        (3, "value", "19 is below the last reading, 120: was the meter replaced? Then say so first.")
    ]
    assert outcome.refused
    assert not Reading.objects.of(landlord).exists()


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("M-7,2026-01-31,216", "meter", "There is no such meter"),
        (",2026-01-31,216", "meter", "Write the meter's number, or its home and what it counts"),
        ("M-1,,216", "on", "This cell is empty"),
        ("M-1,2026-01-31,", "value", "This cell is empty"),
        ("M-1,2026-01-31,lots", "value", "is no quantity"),
        ("M-1,2026-03-31,216", "value", "lies in the future"),
    ],
)
def test_a_bad_cell_is_named_with_what_was_expected(bring, line, column, words):
    [(row, found, message)] = told(bring(line))
    assert (row, found) == (2, column)
    assert words in message


def test_another_value_for_a_day_that_was_read_is_refused(bring):
    bring(*GOOD)
    [(_row, _column, message)] = told(bring("M-1,2026-01-31,217"))
    assert message == "Electricity M-1 was read on 2026-01-31 already, at 216."


def test_a_meter_is_found_by_its_home_and_what_it_counts_in_any_language(landlord, bring):
    outcome = bring("Bahari,a-01,Umeme,31/01/2026,216", headings="jengo,chumba,huduma,tarehe,usomaji")
    assert told(outcome) == []
    assert Reading.objects.of(landlord).get().value == Decimal(216)


def test_two_homes_of_one_name_are_told_apart_by_the_property(landlord, bring, meters):
    other = make_unit(landlord, name="A-01", building="Milima")
    meter_of(make_lease(landlord, unit=other, tenant="Asha Mrema"), serial="M-3", tariff=meters[0].tariff)
    headings = "property,unit,stream,on,value"
    [(_row, column, message)] = told(bring(",A-01,electricity,2026-01-31,216", headings=headings))
    assert (column, message) == ("unit", "2 meters fit, such as M-1 and M-3: write the meter's number.")
    assert not bring("Milima,A-01,electricity,2026-01-31,216", headings=headings).refused
    assert Reading.objects.of(landlord).get().meter.unit == other
    assert Property.objects.of(landlord).count() == 2
    assert Unit.objects.of(landlord).count() == 3


def test_a_neighbour_s_meter_is_not_there(neighbour, bring):
    meter_of(make_lease(neighbour), serial="M-9")
    assert [message for _row, _column, message in told(bring("M-9,2026-01-31,216"))] == ["There is no such meter."]


@pytest.mark.usefixtures("meters")
def test_the_command_imports_readings(landlord, tmp_path, capsys):
    path = tmp_path / "readings.csv"
    path.write_text("\n".join(["meter,on,value", *GOOD]))
    call_command("import_file", "readings", str(path), "--landlord", "DAR", "--json")
    assert json.loads(capsys.readouterr().out)["created"] == {"reading": 2}
