"""The manner of our commands: JSON by its promised keys, a sentence for a refusal, exit codes 0, 1 and 2."""

import json
import subprocess
import sys
from datetime import date

import pytest
from django.core.management import load_command_class

from rentbook.kernel.contacts import Contact
from rentbook.kernel.contributions import BookCheck, Daily, book_checks, daily_parts
from rentbook.kernel.people import Landlord, User
from rentbook.paths import CHECKOUT

pytestmark = pytest.mark.django_db
OPEN_DAR = ("DAR", "Jengo la Bahari", "--country", "TZ", "--currency", "TZS")


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command as from a shell: gives its exit code and what it printed to each stream."""

    def run(name: str, *arguments: str, app: str = "rentbook.kernel") -> tuple[int, str, str]:
        command = load_command_class(app, name)
        # A command closes its connections when it ends, and with them the test's transaction.
        monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)
        command.requires_system_checks = []
        capsys.readouterr()
        try:
            command.run_from_argv(["rentbook", name, *arguments])
            code = 0
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_a_landlord_is_opened_with_an_owner_whose_password_is_shown_once(run):
    code, out, _err = run("create_landlord", *OPEN_DAR, "--owner-email", "owner@example.org", "--json")
    answer = json.loads(out)
    assert (code, set(answer)) == (0, {"landlord", "user", "password"})
    assert (answer["landlord"], answer["user"]) == ("DAR", "owner@example.org")
    assert User.objects.get().check_password(answer["password"])
    assert Landlord.objects.get().time_zone == "Africa/Dar_es_Salaam"
    assert Contact.objects.of(Landlord.objects.get()).get().user == User.objects.get()


def test_d39_an_owner_may_sign_in_by_a_phone_as_it_is_written_in_the_country(run):
    code, out, _err = run("create_landlord", *OPEN_DAR, "--owner-phone", "0712 345 678", "--json")
    assert (code, json.loads(out)["user"]) == (0, "+255712345678")


def test_a_landlord_without_an_owner_has_no_user(run):
    code, out, _err = run("create_landlord", *OPEN_DAR, "--json")
    assert (code, json.loads(out)["user"]) == (0, None)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"--currency": "XXY"}, "XXY is not a currency"),
        ({"--country": "BR"}, "Say the time zone"),
        ({"--time-zone": "Africa/Dodoma"}, "Africa/Dodoma is not a time zone"),
        ({"--owner-phone": "071"}, "“071” is not a phone number"),
    ],
)
def test_a_refusal_is_a_sentence_exit_code_1_and_no_landlord(run, changed, sentence):
    arguments = {"--country": "TZ", "--currency": "TZS"} | changed
    flat = [word for pair in arguments.items() for word in pair]
    code, out, err = run("create_landlord", "DAR", "Jengo", *flat)
    assert (code, out) == (1, "")
    assert sentence in err
    assert not Landlord.objects.exists()


@pytest.mark.parametrize("code", ["DARE", "D1R", "dä", ""])
def test_r6_a_code_that_cannot_stand_in_a_number_is_refused(run, code):
    assert run("create_landlord", code, *OPEN_DAR[1:])[0] == 1
    assert not Landlord.objects.exists()


def test_a_code_that_is_taken_is_refused(run, landlord):
    code, _out, err = run("create_landlord", *OPEN_DAR)
    assert code == 1
    assert "already exists" in err


@pytest.mark.parametrize(
    "arguments", [(), ("DAR",), ("DAR", "Jengo", "--country", "TZ"), (*OPEN_DAR, "--colour", "red")]
)
def test_a_command_line_that_cannot_be_read_is_exit_code_2(run, arguments):
    code, out, err = run("create_landlord", *arguments)
    assert (code, out) == (2, "")
    assert "usage" in err


def test_the_modules_are_listed_with_their_state_and_needs(run, settings):
    code, out, _err = run("modules", "--json")
    rows = {row["name"]: row for row in json.loads(out)["modules"]}
    assert code == 0
    assert all(set(row) == {"name", "version", "state", "depends"} for row in rows.values())
    assert rows["payments"]["depends"] == ["invoicing"]
    assert {name for name, row in rows.items() if row["state"] == "off"} == set(settings.RENTBOOK_MODULES_OFF)


def test_the_daily_run_tells_what_each_part_did(run, landlord):
    with daily_parts.temporarily(Daily("test.count", 0, lambda own, on: 3)):
        code, out, _err = run("run_daily", "--on", "2026-02-01", "--json")
    done = json.loads(out)
    assert code == 0
    assert {part.name for part in daily_parts} <= set(done)
    assert done["test.count"] == 3
    assert done["failed"] == []


def test_one_landlord_s_trouble_is_exit_code_1_and_keeps_nobody_else_s_day_from_being_run(run, landlord, neighbour):
    def stumble(own: Landlord, on: date) -> int:
        if own == landlord:
            raise ZeroDivisionError
        return 1

    with daily_parts.temporarily(Daily("test.stumble", 0, stumble)):
        code, out, _err = run("run_daily", "--on", "2026-02-01", "--json")
    assert (code, json.loads(out)["failed"], json.loads(out)["test.stumble"]) == (1, ["DAR"], 1)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_out_of_all_time_is_exit_code_2(run, day):
    assert run("run_daily", "--on", day)[0] == 2


def test_the_daily_run_is_for_one_landlord_when_one_is_named(run, landlord, neighbour):
    assert run("run_daily", "--on", "2026-02-01", "--landlord", "dla")[0] == 0
    assert Landlord.objects.get(code="DAR").day_done is None
    code, _out, err = run("run_daily", "--landlord", "ZZZ")
    assert code == 1
    assert "There is no landlord with the code ZZZ; there are: DAR, DLA." in err


def test_a_day_that_is_none_is_exit_code_2(run):
    assert run("run_daily", "--on", "31/01/2026")[0] == 2


def test_notes_go_to_standard_error_beside_json(run, landlord):
    code, out, err = run("run_daily", "--on", "2026-02-01", "--json")
    assert code == 0
    assert json.loads(out) is not None
    assert all(line not in out for line in err.splitlines())


def test_the_books_are_proved_check_by_check_and_a_break_is_exit_code_1(run, landlord):
    with book_checks.temporarily(BookCheck("test.scales", lambda own: ())):
        code, out, _err = run("check_books", "--json")
    answer = json.loads(out)
    assert (code, answer["ok"]) == (0, True)
    assert {"name": "test.scales", "ok": True, "detail": ""} in answer["checks"]
    with book_checks.temporarily(BookCheck("test.scales", lambda own: ["1 is not 2"])):
        code, out, _err = run("check_books", "--json")
    answer = json.loads(out)
    assert (code, answer["ok"]) == (1, False)
    assert {"name": "test.scales", "ok": False, "detail": "DAR: 1 is not 2"} in answer["checks"]


def test_a_command_runs_from_any_folder_in_a_process_of_its_own(tmp_path):
    """The rest is run inside this process, which is quicker; this is the whole way once."""
    command = [sys.executable, str(CHECKOUT / "manage.py"), "modules", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {row["name"] for row in json.loads(done.stdout)["modules"]} >= {"leasing", "invoicing", "payments"}
