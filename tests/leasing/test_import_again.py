"""A rent roll that comes in again: what is billed and ended stays, and the book is never changed by accident."""

from datetime import date

import pytest

from modules.leasing.models import Charge, Lease, Property, Tenant, Unit
from modules.leasing.services import expire_leases, terminate_leases
from rentbook.exchange.events import ImportFinished
from rentbook.exchange.importing import import_sheet
from rentbook.exchange.sheets import Outcome
from rentbook.kernel.contributions import SheetPart, sheet_parts
from rentbook.kernel.log import LogEntry
from rentbook.kernel.people import Landlord
from tests.factories import staff_of

HEADINGS = "unit,tenant_name,phone,lease_start,lease_end,rent"
JOHN = "A1,John,0712345678,2026-01-01,2026-12-31,500000"
BESIDE = "A2,John,0712345678,2026-01-01,,500000"
MARY = "A1,Mary,0713345678,2026-03-16,,600000"


@pytest.fixture(autouse=True)
def _new_year(db, travel):
    travel(date(2026, 1, 10))


@pytest.fixture
def roll(landlord):
    """Import these lines below the usual headings."""

    def run(*lines: str, headings: str = HEADINGS, **options) -> Outcome:
        content = "\n".join([headings, *lines, ""]).encode()
        return import_sheet(kind="leases", name="roll.csv", content=content, landlord=landlord, **options)

    return run


def told(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.message) for problem in outcome.errors]


def refused_with(outcome: Outcome, row: int, column: str, *words: str) -> None:
    [(at, heading, message)] = told(outcome)
    assert (at, heading) == (row, column)
    assert [word for word in words if word not in message] == []
    assert outcome.refused


def the_lease(landlord: Landlord, **wanted) -> Lease:
    return Lease.objects.of(landlord).get(**wanted)


def rents(landlord: Landlord) -> list:
    return [int(charge.amount.amount) for charge in Charge.objects.of(landlord).order_by("lease__unit__name")]


# --- Leases that have ended -----------------------------------------------------------------------------------------


def test_the_same_file_again_does_not_undo_a_termination(landlord, roll, travel):
    roll(JOHN)
    travel(date(2026, 3, 15))
    terminate_leases(leases=[the_lease(landlord)], by=None)
    again = roll(JOHN)
    lease = the_lease(landlord)
    assert (lease.state, lease.end) == ("terminated", date(2026, 3, 15))
    assert (again.counts("updated"), again.counts("unchanged")["lease"]) == ({}, 1)
    assert [note.message for note in again.warnings] == ["This lease ended on 2026-03-15: the row is left as it is."]


def test_a_lease_that_ran_out_is_not_made_longer_by_its_row_and_that_is_said(landlord, roll, travel):
    row = "A1,John,0712345678,2026-01-01,{},{}"
    roll(row.format("2026-03-31", 500000))
    travel(date(2026, 4, 2))
    expire_leases(landlord=landlord, on=date(2026, 4, 2))
    outcome = roll(row.format("2026-12-31", 600000))
    assert (the_lease(landlord).end, rents(landlord)) == (date(2026, 3, 31), [500000])
    assert "ended on 2026-03-31" in outcome.warnings[0].message
    assert not roll(row.format("2026-03-31", 500000)).warnings


def test_the_row_of_an_ended_lease_does_not_rename_its_tenant(landlord, roll, travel):
    roll(JOHN)
    terminate_leases(leases=[the_lease(landlord)], by=None)
    outcome = roll(JOHN.replace("John", "Peter"))
    assert [str(tenant) for tenant in Tenant.objects.of(landlord)] == ["John"]
    assert "the row is left as it is" in outcome.warnings[0].message


def test_the_home_of_an_ended_lease_is_let_anew_below_its_old_row(landlord, roll, travel):
    roll(JOHN)
    travel(date(2026, 3, 15))
    terminate_leases(leases=[the_lease(landlord)], by=None)
    assert not roll(JOHN, MARY).errors
    assert the_lease(landlord, state="active").tenant.contact.name == "Mary"


@pytest.mark.needs("invoicing")
def test_a_balance_for_a_lease_that_has_ended_is_not_entered_and_said(landlord, roll):
    roll(JOHN)
    terminate_leases(leases=[the_lease(landlord)], by=None)
    outcome = roll(f"{JOHN},90000", headings=f"{HEADINGS},opening_balance")
    assert "enter the balance by hand" in outcome.warnings[-1].message
    assert outcome.counts("updated") == {}


def test_a_lease_that_somebody_ends_while_the_file_is_read_stays_ended(landlord, roll):
    roll(JOHN, BESIDE)

    def meanwhile(rows, landlord):
        terminate_leases(leases=Lease.objects.of(landlord).filter(unit__name="A1", state="active"), by=None)
        return ()

    with sheet_parts.temporarily(SheetPart("meanwhile", "leases", [], lambda *given: None, meanwhile)):
        roll(f"{JOHN},7", f"{BESIDE},7", headings=f"{HEADINGS},due_day")
    ended, running = the_lease(landlord, unit__name="A1"), the_lease(landlord, unit__name="A2")
    assert (ended.state, ended.end, ended.due_day) == ("terminated", date(2026, 1, 10), 5)
    assert (running.state, running.due_day) == ("active", 7)


@pytest.mark.django_db(transaction=True)
def test_a_lease_that_is_ended_at_the_same_moment_is_ended_by_no_other_day(landlord, roll, together):
    roll(JOHN, BESIDE)
    longer = BESIDE.replace("2026-01-01,", "2026-01-01,2027-12-31")
    imported, ended = together(
        lambda: roll(f"{JOHN},7", f"{longer},5", headings=f"{HEADINGS},due_day"),
        lambda: terminate_leases(leases=[the_lease(landlord, unit__name="A1")], by=None),
    )
    lease = the_lease(landlord, unit__name="A1")
    assert (imported.errors, ended) == ([], [lease.pk])
    assert (lease.state, lease.end) == ("terminated", date(2026, 1, 10))
    assert the_lease(landlord, unit__name="A2").end == date(2027, 12, 31)


# --- What a lease keeps ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [("frequency", "quarterly", ["monthly", "quarterly"]), ("alignment", "anniversary", ["calendar", "anniversary"])],
)
def test_a_lease_keeps_the_periods_that_it_was_signed_with(landlord, roll, column, value, words):
    roll(JOHN)
    refused_with(roll(f"{JOHN},{value}", headings=f"{HEADINGS},{column}"), 2, column, *words)
    assert (the_lease(landlord).frequency, the_lease(landlord).alignment) == ("monthly", "calendar")


def test_a_fortnightly_lease_needs_not_say_again_how_it_is_aligned(roll):
    headings = f"{HEADINGS},frequency"
    assert not roll(f"{JOHN},fortnightly,anniversary", headings=f"{headings},alignment").errors
    assert not roll(f"{JOHN},fortnightly", headings=headings).errors


def test_a_charge_that_comes_later_is_owed_from_this_month_and_not_from_the_lease_s_first_day(landlord, roll, travel):
    roll(JOHN)
    travel(date(2026, 6, 10))
    outcome = roll(f"{JOHN},15000", headings=f"{HEADINGS},charge_wifi")
    assert Charge.objects.of(landlord).get(stream="wifi").start == date(2026, 6, 1)
    assert outcome.counts("updated") == {"lease": 1}


def test_a_charge_of_a_lease_to_come_is_owed_from_its_first_day(landlord, roll):
    roll("A1,John,,2026-05-01,,500000")
    roll("A1,John,,2026-05-01,,500000,15000", headings=f"{HEADINGS},charge_wifi")
    assert Charge.objects.of(landlord).get(stream="wifi").start == date(2026, 5, 1)


def test_a_lease_keeps_its_currency(landlord, roll):
    headings = f"{HEADINGS},currency"
    roll(f"{JOHN},USD", headings=headings)
    refused_with(roll(f"{JOHN},TZS", headings=headings), 2, "currency", "TZS", "USD")
    refused_with(roll(JOHN), 2, "rent", "TZS", "USD")
    assert str(Charge.objects.of(landlord).get().amount.currency) == "USD"


# --- Whose row it is ------------------------------------------------------------------------------------------------


def test_two_rows_of_one_person_that_disagree_are_asked_back_and_nobody_is_renamed(landlord, roll):
    roll(JOHN, BESIDE)
    refused_with(roll(JOHN, BESIDE.replace("John", "Mary")), 3, "tenant_name", "Row 2", "John", "whose tenant")
    refused_with(roll(JOHN.replace("0712345678", "0713345678"), BESIDE), 3, "phone", "Row 2", "whose tenant")
    assert [str(tenant) for tenant in Tenant.objects.of(landlord)] == ["John"]


def test_a_person_with_two_homes_is_not_renamed_by_the_row_of_one(landlord, roll):
    roll(JOHN, BESIDE)
    refused_with(roll(JOHN.replace("John", "Mary")), 2, "tenant_name", "John rents A2 too", "whose tenant")


def test_a_person_with_two_homes_takes_a_new_phone_when_both_rows_say_so(landlord, roll):
    roll(JOHN, BESIDE)
    rows = [row.replace("0712345678", "0713345678") for row in (JOHN, BESIDE)]
    third = "A3,John,0713345678,2026-02-01,,1"
    assert roll(*rows, third).counts("created") == {"unit": 1, "lease": 1}
    assert str(Tenant.objects.of(landlord).get().contact.phone) == "+255713345678"


def test_d15_one_file_ends_a_lease_and_begins_the_next_one_of_its_home(landlord, roll):
    roll(JOHN)
    outcome = roll(JOHN.replace("2026-12-31", "2026-03-15"), MARY)
    assert not outcome.errors
    assert (outcome.counts("created"), outcome.counts("updated")) == ({"tenant": 1, "lease": 1}, {"lease": 1})
    assert the_lease(landlord, start=date(2026, 1, 1)).end == date(2026, 3, 15)


def test_d15_the_next_tenant_waits_when_the_row_that_ends_the_lease_is_bad(landlord, roll):
    roll(JOHN)
    ended = JOHN.replace("2026-12-31", "2026-03-15").replace("500000", "5OO000")
    outcome = roll(ended, MARY, skip_bad_rows=True)
    assert [(row, column) for row, column, _message in told(outcome)] == [(2, "rent"), (3, "unit")]
    assert (outcome.refused, Lease.objects.of(landlord).count()) == (True, 1)


def test_d15_an_empty_end_leaves_the_end_of_the_book(landlord, roll):
    roll(JOHN)
    assert not roll(JOHN.replace("2026-12-31", ""), "A1,Mary,,2027-01-01,,1").errors
    refused_with(roll(JOHN.replace("2026-12-31", ""), "A1,Jane,,2026-06-01,2026-07-31,1"), 3, "unit", "row 2 already")


def test_a_home_is_the_same_in_capitals_and_with_odd_spaces_and_keeps_its_name(landlord, roll):
    row = "{},{},John,0712345678,2026-01-01,2026-12-31,500000"
    headings = f"property,{HEADINGS}"
    roll(row.format("Bahari Beach", "A1"), headings=headings)
    again = roll(row.format("BAHARI  beach", "a1"), headings=headings)
    assert (again.counts("created"), again.counts("updated")) == ({}, {})
    assert (Property.objects.of(landlord).get().name, Unit.objects.of(landlord).get().name) == ("Bahari Beach", "A1")


def test_a_book_that_writes_one_home_in_two_ways_means_the_older(landlord, roll):
    roll(JOHN)
    Unit.objects.of(landlord).create(landlord=landlord, property=Property.objects.of(landlord).get(), name="a1")
    assert roll(JOHN).counts("created") == {}
    assert not roll(JOHN.replace("2026-12-31", "2026-03-15"), MARY).errors
    assert [str(lease.unit) for lease in Lease.objects.of(landlord)] == ["A1", "A1"]


# --- The log --------------------------------------------------------------------------------------------------------


def test_what_an_import_changes_of_a_lease_stands_in_the_log_with_its_old_value(landlord, roll):
    by = staff_of(landlord)
    roll(JOHN, BESIDE)
    before = set(LogEntry.objects.values_list("pk", flat=True))
    changed = f"{JOHN.replace('500000', '550000').replace('2026-12-31', '2027-12-31')},15000"
    roll(changed, f"{BESIDE},", headings=f"{HEADINGS},charge_wifi", by=by)
    lease = the_lease(landlord, unit__name="A1")
    entry = LogEntry.objects.for_instance(lease).exclude(pk__in=before).get()
    assert (entry.action, entry.user, entry.object_id) == (ImportFinished.name, by, str(lease.pk))
    assert entry.data["changes"] == {
        "end": ["2026-12-31", "2027-12-31"],
        "rent": ["500000.00", "550000.00"],
        "wifi": [None, "15000.00"],
    }
    assert entry.message


def test_everything_that_an_import_makes_has_its_entry_in_the_log(landlord, roll):
    by = staff_of(landlord)
    roll(JOHN, BESIDE, by=by)
    for model in (Property, Unit, Tenant, Lease, Charge):
        for row in model.objects.of(landlord):
            made = LogEntry.objects.for_instance(row).filter(action=ImportFinished.name)
            assert [(entry.user, entry.landlord) for entry in made] == [(by, landlord)], row
    assert {*LogEntry.objects.filter(label="A1").values_list("content_type__model", flat=True)} == {"unit"}


def test_a_tenants_new_phone_in_a_file_stands_in_the_tenants_log(landlord, roll):
    by = staff_of(landlord)
    roll(JOHN)
    lease = the_lease(landlord, unit__name="A1")
    roll(JOHN.replace("John", "Johnny"), by=by)
    entries = LogEntry.objects.for_instance(lease.tenant).filter(user=by)
    assert [list(entry.data["changes"]) for entry in entries] == [["name"]]


def test_the_same_file_again_writes_nothing_to_the_log(roll):
    roll(JOHN)
    before = LogEntry.objects.count()
    roll(JOHN)
    assert LogEntry.objects.count() == before
