"""Every screen of ours, in English and Arabic, light and dark, on a desk and on a phone; the keys; what it weighs."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings

from .conftest import sign_in
from .doors import Crawl
from .looks import DESK, Looks

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = re.compile(r"<(script|style)\b[^>]*>(.*?)</\1>", re.DOTALL)
# Before anybody has signed in.
ENTRANCE = ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"]
BUDGET = 30 * 1024

browser = [
    pytest.mark.browser,
    pytest.mark.needs("invoicing", "payments", "messaging", "reports"),
    pytest.mark.skipif(settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="looked at on SQLite"),
]


@pytest.fixture(scope="module")
def screens(site, chromium) -> list[str]:
    """One address of each screen that the demo's manager can come to, once the first messages are sent."""
    site.wait_for(lambda: site.outbox("rb_rent_bill"))
    window = chromium.new_context(base_url=site.url)
    sign_in(window.new_page())

    def fetch(address: str) -> tuple[int, str | None]:
        answer = window.request.get(address, max_redirects=0)
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        return answer.status, answer.text() if is_page else None

    crawl = Crawl(fetch).run()
    window.close()
    assert not crawl.wrong()
    return sorted({_kind(key): address for key, address in crawl.screens.items()}.values())


def _kind(key: tuple[str, ...]) -> tuple[str, ...]:
    """The histories of all models are one screen with other rows; what they hold was fetched above."""
    return ("history",) if key[0].endswith(":history") else key


@pytest.mark.parametrize("language", ["en", "ar"])
class TestScreens:
    pytestmark = browser

    def window(self, page_of, language: str):
        return page_of(DESK, locale=language, reduced_motion="reduce")

    def test_whoever_is_outside_finds_nothing_in_the_way(self, page_of, language):
        looks = Looks(self.window(page_of, language), language)
        found = [each for address in ENTRANCE for each in looks.at(address)]
        assert not found, "\n".join(found)

    def test_axe_and_the_ruler_find_nothing_on_any_screen(self, screens, page_of, language):
        page = self.window(page_of, language)
        sign_in(page)
        looks = Looks(page, language)
        found = [each for address in screens for each in looks.at(address)]
        assert not found, f"{len(found)} on {len(screens)} screens:\n" + "\n".join(found)


class TestKeys:
    pytestmark = browser

    @pytest.mark.parametrize(
        ("keys", "address"),
        [("gt", "/tenant/"), ("gl", "/lease/"), ("gb", "/invoice/"), ("gp", "/payment/"), ("gh", "/admin/")],
    )
    def test_two_letters_go_to_a_list(self, manager, keys, address):
        for key in keys:
            manager.keyboard.press(key)
        manager.wait_for_url(f"**{address}")

    def test_r_records_a_payment_for_the_row_in_focus(self, manager):
        row = manager.locator(".rb-notpaid tbody tr").nth(1)
        door = row.locator("[data-rb-record]").get_attribute("href")
        row.locator("a").first.focus()
        manager.keyboard.press("r")
        manager.wait_for_url(f"**{door}")

    def test_the_dialog_names_the_keys(self, manager):
        manager.keyboard.press("?")
        dialog = manager.locator("#keyboard-shortcuts-dialog")
        dialog.wait_for()
        assert {"g h", "g t", "g l", "g b", "g p", "r", "/"} <= set(dialog.locator("kbd").all_inner_texts())

    def test_slash_goes_to_the_search(self, manager):
        manager.wait_for_selector("#wagtail-sidebar [name=q]")
        manager.keyboard.press("/")
        manager.wait_for_function("document.activeElement.name == 'q'")

    def test_who_turned_keys_off_in_the_profile_is_left_alone(self, manager):
        switch(manager, on=False)
        manager.goto("/admin/")
        manager.keyboard.press("g")
        manager.keyboard.press("t")
        manager.wait_for_timeout(500)
        assert manager.url.endswith("/admin/")
        switch(manager, on=True)


def switch(manager, *, on: bool) -> None:
    manager.goto("/admin/account/")
    manager.set_checked("[name$=keyboard_shortcuts]", on, force=True)
    manager.locator("main form [type=submit]").last.click()
    manager.wait_for_selector(".messages .success")


def test_our_own_styles_and_scripts_are_small():
    rooms = [ROOT / "site", ROOT / "modules"]
    files = [path.read_bytes() for room in rooms for kind in ("css", "js") for path in room.rglob(f"*.{kind}")]
    pages = [path.read_text() for room in rooms for path in room.rglob("templates/**/*.html")]
    inline = "".join(text for page in pages for _, text in SCRIPT.findall(page))
    assert len(files) > 3
    assert sum(len(gzip.compress(text)) for text in [*files, inline.encode()]) <= BUDGET
