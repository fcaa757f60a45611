"""The site as it is served, with its worker and the demo, on a database of its own; and Chromium to walk it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from django.db import connection

from tests.databases import database, use

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PASSWORD = "rentbook-demo"


@dataclass
class Site:
    """A running site: its address, its outbox, and its commands."""

    url: str
    folder: Path
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True, cwd=ROOT)
        return done.stdout

    def outbox(self, template: str) -> list[dict]:
        """The messages of a template that went out, the latest last."""
        path = self.folder / "outbox.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [message for message in map(json.loads, lines) if message["template"] == template]

    def wait_for(self, look, *, seconds: float = 120):
        """Look until something is there: the worker takes its time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := look():
                return found
            time.sleep(0.5)
        pytest.fail("It did not come within two minutes.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cloned(folder: Path) -> tuple[object, str]:
    """A migrated database of its own, and its address."""
    own, running = database(folder), connection.settings_dict["NAME"]
    own.name = folder / "site.sqlite3" if connection.vendor == "sqlite" else f"rentbook_site_{os.getpid()}"
    own.clone()
    use(running)
    if connection.vendor == "sqlite":
        return own, f"sqlite:///{own.name}"
    return own, urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{own.name}").geturl()


@pytest.fixture(scope="module")
def site(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Site]:
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    with django_db_blocker.unblock():
        own, address = cloned(folder)
    url = f"http://127.0.0.1:{port}"
    given = {"DATABASE_URL": address, "RENTBOOK_VAR": str(folder), "BASE_URL": url}
    running = Site(url, folder, {**os.environ, **given})
    running.manage("demo")
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)], env=running.environment, cwd=ROOT
    )
    try:
        running.wait_for(lambda: _answers(url))
        yield running
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
        with django_db_blocker.unblock():
            own.drop()


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=2).ok
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def chromium() -> Iterator:
    from playwright.sync_api import sync_playwright

    # Django takes the loop that Playwright runs in this thread for an asynchronous caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*flags, "--disable-sync", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page_of(chromium, site) -> Iterator:
    """Opens a window of a width; fails at the end if a page asked for anything outside."""
    windows, outside = [], []

    def open_window(width: int, **options):
        window = chromium.new_context(viewport={"width": width, "height": 900}, base_url=site.url, **options)
        page = window.new_page()
        page.on("request", lambda request: _note(outside, request.url))
        windows.append(window)
        return page

    yield open_window
    for window in windows:
        window.close()
    assert not outside


def _note(outside: list[str], url: str) -> None:
    if urlsplit(url).hostname not in {"127.0.0.1", None}:
        outside.append(url)


def sign_in(page) -> None:
    """As the demo's manager."""
    page.goto("/admin/")
    page.fill("input[name=login]", "manager@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector(".rb-panel")


@pytest.fixture
def manager(page_of):
    """The demo's manager, signed in on a desk's screen."""
    page = page_of(1280)
    sign_in(page)
    return page
