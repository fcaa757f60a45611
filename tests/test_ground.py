"""The ground that the tests stand on: it holds, and it keeps to itself."""

import os
import socket
import subprocess
import sys
from contextlib import suppress

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core import checks
from django.db import connection, transaction
from django_q.models import Schedule
from wagtail.models import Collection, Locale

from rentbook.kernel.people import Landlord
from rentbook.paths import CHECKOUT
from tests.factories import make_landlord
from tests.run_engines import closing


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 80), ("2001:db8::1", 80)])
def test_no_other_machine_is_spoken_to_and_no_except_hides_it(address):
    with pytest.raises(pytest.fail.Exception, match="A test wants to speak to"), suppress(Exception):
        socket.create_connection(address, timeout=1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_spoken_to(host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((host, server.getsockname()[1]), timeout=5).close()


def test_nothing_is_written_into_the_checkout(settings):
    folder = os.environ["RENTBOOK_VAR"]
    assert not folder.startswith(str(CHECKOUT))
    for path in (settings.MESSAGE_OUTBOX, settings.MEDIA_ROOT, settings.CACHES["default"]["LOCATION"]):
        assert str(path).startswith(folder)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", ["a test that rolls back", "one that commits", "another"])
def test_a_test_that_commits_finds_what_migrations_made_and_nothing_else(after):
    assert not Landlord.objects.exists()
    for made_once in (Group, Schedule, Collection, Locale, ContentType):
        assert made_once.objects.exists(), made_once
    make_landlord()
    Group.objects.all().delete()
    Schedule.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_threads_share_the_database_and_each_has_a_connection(together):
    def look() -> tuple[int, bool]:
        with transaction.atomic():
            return Landlord.objects.count(), connection.in_atomic_block

    make_landlord()
    assert together(*[look] * 8) == [(1, True)] * 8


def test_sqlite_takes_its_lock_when_a_transaction_begins(monkeypatch):
    assert not [error for error in checks.run_checks() if error.id == "rentbook.E001"]
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", "DEFERRED")
        assert [error for error in checks.run_checks() if error.id == "rentbook.E001"]


def test_the_count_of_each_engine_stands_above_pytest_s_own_last_line(tmp_path):
    told = {"RENTBOOK_ENGINE_REPORT": str(tmp_path / "report")}
    command = [sys.executable, "-m", "pytest", "-q", "tests/kernel/test_registry.py"]
    done = subprocess.run(command, cwd=CHECKOUT, env=os.environ | told, capture_output=True, text=True, check=False)
    counts = (tmp_path / "report").read_text()
    assert counts.startswith(f"{connection.vendor}: 6 passed in ")
    whole = closing(done.stdout, counts, f"sqlite: 7 passed in 1 s | {counts}")
    above, last = whole.splitlines()[-2:]
    assert last.startswith("6 passed in")
    assert above == f"sqlite: 7 passed in 1 s | {counts}"
    assert closing("a crash", "sqlite: did not finish", "sqlite: did not finish").endswith("sqlite: did not finish\n")
