"""What every test stands on: a database of its own, a folder of its own, no network, and three people."""

import inspect
import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import copy_context
from datetime import date, datetime
from ipaddress import ip_address
from pathlib import Path
from threading import Barrier

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from django.test import TransactionTestCase, override_settings
from django.utils import translation

from rentbook.kernel import clock
from tests import factories
from tests.databases import database

HERE = Path(__file__).parent
VAR = Path(tempfile.mkdtemp(prefix="rentbook-test-"))
# Whose code a file, or one test of it, stands on.
OF_FILE = re.compile(r"^(?:from |import |pytest\.importorskip\(.)modules\.(\w+)", re.MULTILINE)
OF_TEST = re.compile(r"^ +(?:from|import) modules\.(\w+)", re.MULTILINE)
OUTCOMES = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
began = time.monotonic()

# For the processes that tests start. Our own settings are loaded before a conftest can speak: pytest_configure
# changes them.
os.environ["RENTBOOK_VAR"] = str(VAR)
os.environ.pop("MESSAGE_OUTBOX", None)
(VAR / "static").mkdir()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*modules): is skipped when one of these modules is off.")
    config.addinivalue_line("markers", "storm: the long form of a race, run by `make storm`.")
    caches = django_settings.CACHES["default"] | {"LOCATION": str(VAR / "cache")}
    own = override_settings(
        VAR=VAR,
        CACHES={"default": caches},
        MEDIA_ROOT=VAR / "media",
        MESSAGE_OUTBOX=VAR / "outbox.jsonl",
        STATIC_ROOT=VAR / "static",
    )
    own.enable()
    config.add_cleanup(own.disable)
    call_command("compile_catalogues")


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(VAR, ignore_errors=True)


# --- Modules that are off -------------------------------------------------------------------------------------------


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The tests of a module that is off, and those that import one, are not there; whole stories need every module."""
    off = django_settings.RENTBOOK_MODULES_OFF
    if not off:
        return None
    if collection_path.parent == HERE and collection_path.name in {*off, "scenarios"}:
        return True
    imported = OF_FILE.findall(collection_path.read_text()) if collection_path.suffix == ".py" else []
    return True if off.keys() & set(imported) else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test is skipped when a module is off that it is marked as needing, or that it imports."""
    off = django_settings.RENTBOOK_MODULES_OFF
    needed = {name for mark in item.iter_markers("needs") for name in mark.args}
    if off and hasattr(item, "function"):
        needed |= set(OF_TEST.findall(inspect.getsource(item.function)))
    if missing := off.keys() & needed:
        pytest.skip(f"off: {', '.join(sorted(missing))}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long form of a race runs only when it is asked for."""
    if "storm" not in config.option.markexpr:
        chosen = [item for item in items if not item.get_closest_marker("storm")]
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("storm")])
        items[:] = chosen


# --- Database -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_createdb) -> Iterator[None]:
    """A clone of the migrated template for this run, and another after each test that has committed."""
    usual = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        own = database(VAR)
        if django_db_createdb or not own.has_template():
            own.make_template()
        own.clone()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: own.clone())
        with django_db_blocker.block():
            yield
        connections.close_all()
        connection.settings_dict["NAME"] = usual
        own.drop()


@pytest.fixture(autouse=True)
def _speak_english() -> Iterator[None]:
    """A page in another language leaves its thread in that language."""
    yield
    translation.deactivate()


@pytest.fixture
def together() -> Callable[..., list]:
    """Run functions at the same moment, each in a thread with a connection of its own; gives what each returned or
    raised, in order. The test must be one that commits."""

    def run(*functions: Callable[[], object]) -> list:
        ready = Barrier(len(functions))

        def one(function, context):
            try:
                connection.ensure_connection()
                ready.wait(timeout=30)
                return context.run(function)
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(functions)) as pool:
            # A thread begins without the clock's travels: it is given a copy of them.
            return [job.result() for job in [pool.submit(one, each, copy_context()) for each in functions]]

    return run


# --- Network --------------------------------------------------------------------------------------------------------


def is_at_home(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Nothing but this machine is spoken to: any other host fails the test, whoever catches the error."""

    def guarded(function, host_of):
        def ask(*args, **kwargs):
            host = host_of(*args)
            if host is not None and not is_at_home(host):
                pytest.fail(f"A test wants to speak to {host}.")
            return function(*args, **kwargs)

        return ask

    def host_of_connect(own, address, *rest):
        return None if own.family == socket.AF_UNIX else address[0]

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name), host_of_connect))
        patch.setattr(socket, "getaddrinfo", guarded(socket.getaddrinfo, lambda host, *rest: host))
        yield


# --- Time and people ------------------------------------------------------------------------------------------------


@pytest.fixture
def travel() -> Iterator[Callable[[datetime | date], None]]:
    """Move the clock to another moment until the test ends or it is moved again; a bare date means its noon in UTC."""
    with ExitStack() as journey:
        yield lambda to: journey.enter_context(clock.travel(to))


@pytest.fixture
def landlord(db):
    """The landlord of most tests: Dar es Salaam, in shillings."""
    return factories.make_landlord(code="DAR")


@pytest.fixture
def neighbour(db):
    """Another landlord, whose book is nobody's business: Douala, in francs."""
    return factories.make_landlord(code="DLA")


@pytest.fixture
def alice(landlord):
    """The manager of `landlord`."""
    return factories.staff_of(landlord, name="alice")


@pytest.fixture
def bob(neighbour):
    """The manager of `neighbour`."""
    return factories.staff_of(neighbour, name="bob")


@pytest.fixture
def charlie(db):
    """A user who is a member of nothing."""
    return factories.make_user(name="charlie")


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """What one test has counted or remembered is not known to the next."""
    cache.clear()


@pytest.fixture
def outbox(settings, tmp_path) -> Path:
    """A file of its own for the messages of this test."""
    settings.MESSAGE_OUTBOX = tmp_path / "outbox.jsonl"
    return settings.MESSAGE_OUTBOX


# --- The last lines -------------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter) -> Iterator[None]:
    """Close with the engine's count, on the line above pytest's own."""
    yield
    counts = {name: len(terminalreporter.stats.get(name, ())) for name in OUTCOMES}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing ran"
    line = f"{connection.vendor}: {told} in {time.monotonic() - began:.0f} s"
    if report := os.environ.get("RENTBOOK_ENGINE_REPORT"):
        Path(report).write_text(line)
    terminalreporter.write_line(line)
