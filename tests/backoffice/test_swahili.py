"""The back office in Swahili, which Wagtail does not speak: our overlay says what staff see of it and of Django."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import django
import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from wagtail.users.models import UserProfile

from rentbook.kernel import clock
from tests.factories import make_contact, make_lease

ROOT = Path(__file__).resolve().parent.parent.parent
[FOLDER] = settings.LOCALE_PATHS
OVERLAY = {domain: polib.pofile(FOLDER / f"sw/LC_MESSAGES/{domain}.po") for domain in ("django", "djangojs")}
ENTRIES = [entry for catalogue in OVERLAY.values() for entry in catalogue]
PLACEHOLDER = re.compile(r"%\(\w+\)[srd]|%[sd]|\{\w+\}|</?\w[^>]*>")


def forms(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def key(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


def catalogue(language: str, domain: str, *, ours: bool) -> dict[tuple[str | None, str], polib.POEntry]:
    """What the apps that are ours, or those that are not, say in a language."""
    folders = [
        Path(app.path) for app in apps.get_app_configs() if app.name.startswith(("rentbook.", "modules.")) == ours
    ]
    folders += [] if ours else [Path(django.__file__).parent / "conf"]
    paths = [folder / f"locale/{language}/LC_MESSAGES/{domain}.po" for folder in folders]
    return {key(entry): entry for path in paths if path.exists() for entry in polib.pofile(path)}


# --- The overlay ----------------------------------------------------------------------------------------------------


def test_every_text_is_translated_and_keeps_its_placeholders_and_tags():
    for entry in ENTRIES:
        wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        assert [sorted(PLACEHOLDER.findall(form)) for form in forms(entry)] == [wanted] * len(forms(entry)), entry.msgid
        assert all(forms(entry)), entry.msgid
        assert "fuzzy" not in entry.flags, entry.msgid


@pytest.mark.parametrize("domain", OVERLAY)
def test_every_text_is_one_that_the_packages_say(domain):
    """French is complete. A text that an upgrade has changed is found here, and is to be translated anew."""
    known = catalogue("fr", domain, ours=False)
    assert {entry.msgid for entry in OVERLAY[domain] if key(entry) not in known} == set()


def said(entry: polib.POEntry) -> list[str]:
    """What the site says for an entry, once for each of its forms."""
    context, text, texts = entry.msgctxt, entry.msgid, entry.msgid_plural
    if texts and context:
        return [translation.npgettext(context, text, texts, count) for count in (1, 5)]
    if texts:
        return [translation.ngettext(text, texts, count) for count in (1, 5)]
    return [translation.pgettext(context, text) if context else translation.gettext(text)]


def test_the_compiled_catalogue_says_what_the_overlay_says():
    with translation.override("sw"):
        assert {entry.msgid: said(entry) for entry in OVERLAY["django"] if said(entry) != forms(entry)} == {}


def test_one_english_text_has_one_swahili_text():
    """The overlay is asked before our own apps: where both translate a text, they must agree."""
    own = catalogue("sw", "django", ours=True)
    both = [(entry, own[key(entry)]) for entry in OVERLAY["django"] if key(entry) in own]
    assert {entry.msgid: (forms(entry), forms(ours)) for entry, ours in both if forms(entry) != forms(ours)} == {}


def test_gathering_our_own_texts_leaves_the_overlay_alone(tmp_path):
    for name in ("site", "modules"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.pyc", "*.mo", "static"))
    (tmp_path / "manage.py").write_bytes((ROOT / "manage.py").read_bytes())
    environment = os.environ | {"RENTBOOK_VAR": str(tmp_path / "var")}
    command = [sys.executable, "manage.py", "makemessages", "-l", "sw", "--no-wrap", "-d"]
    for domain in OVERLAY:
        subprocess.run([*command, domain], cwd=tmp_path, env=environment, check=True, capture_output=True)
        path = Path(f"backoffice/overlay/sw/LC_MESSAGES/{domain}.po")
        assert (tmp_path / "site/rentbook" / path).read_bytes() == (ROOT / "site/rentbook" / path).read_bytes()


# --- The screens ----------------------------------------------------------------------------------------------------


class Visible(HTMLParser):
    """The texts of a page that are seen or read aloud."""

    def __init__(self, page: str):
        super().__init__()
        self.texts: set[str] = set()
        self.feed(re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL))

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in {"aria-label", "title", "placeholder", "alt"}:
                self.handle_data(value or "")

    def handle_data(self, data):
        self.texts.add(" ".join(data.split()))


def as_seen(text: str) -> re.Pattern[str]:
    """An English text as it would stand on a page: anything may stand where it has a placeholder."""
    return re.compile(".+".join(re.escape(html.unescape(part)) for part in PLACEHOLDER.split(" ".join(text.split()))))


def has_words(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]{2}", PLACEHOLDER.sub("", text)))


# The label of a landmark, for which Wagtail's template asks no catalogue.
HARD_CODED = {"Actions"}
ENGLISH = [
    as_seen(text)
    for entry in ENTRIES
    for text in (entry.msgid, entry.msgid_plural)
    if has_words(text) and text not in forms(entry)
]


def english_on(page: str) -> set[str]:
    texts = Visible(page).texts - HARD_CODED
    return {text for text in texts if any(english.fullmatch(text) for english in ENGLISH)}


@pytest.fixture
def look(client, alice):
    """A page as alice sees it, with her browser set to Swahili."""

    def look(address: str, language: str = "sw") -> str:
        client.force_login(alice)
        return client.get(address, headers={"Accept-Language": language}).content.decode()

    return look


@pytest.mark.parametrize("page", ["wagtailadmin_home", "wagtailadmin_account", "contact:index", "landlord:index"])
def test_a_screen_of_the_back_office_has_no_english_left(look, landlord, page):
    make_contact(landlord)
    shown = look(reverse(page))
    assert "Ruka hadi yaliyomo" in shown
    assert english_on(shown) == set()


def test_english_that_is_left_would_be_found(look, landlord):
    make_contact(landlord)
    found = english_on(look(reverse("contact:index"), language="en"))
    assert {"Skip to main content", "Keyboard shortcuts", "Page 1 of 1", "Sort by 'Name' in ascending order."} <= found


def test_the_account_names_its_settings_in_swahili(look):
    shown = look(reverse("wagtailadmin_account"))
    for text in (
        "Jina la kwanza",
        "Lugha unayopendelea",
        "Ukanda wako wa saa",
        "Mandhari",
        "Mikato ya kibodi",
        "Meusi",
    ):
        assert text in Visible(shown).texts, text


def test_a_list_says_in_swahili_that_nothing_matches(look, landlord):
    make_contact(landlord)
    shown = look(reverse("contact:index") + "?q=Nobody+of+this+name")
    assert "Hakuna mawasiliano kwa utafutaji huu." in Visible(shown).texts
    assert english_on(shown) == set()


def test_a_page_that_is_not_there_says_so_in_swahili(look):
    shown = look("/admin/no/such/page/")
    assert "Ukurasa ulioomba haukupatikana." in shown
    assert english_on(shown) == set()


@pytest.mark.parametrize("page", ["account_login", "account_reset_password"])
def test_who_is_not_signed_in_reads_swahili_too(client, db, page):
    shown = client.get(reverse(page), headers={"Accept-Language": "sw"}).content.decode()
    assert "Barua pepe" in shown
    assert english_on(shown) == set()


def test_a_wrong_password_is_refused_in_swahili(client, db):
    wrong = {"login": "asha@example.org", "password": "not this one"}
    shown = client.post(reverse("account_login"), wrong, headers={"Accept-Language": "sw"}).content.decode()
    assert "Barua pepe au nenosiri si sahihi." in shown


@pytest.mark.needs("leasing")
def test_a_history_tells_who_and_how_long_ago_in_swahili(look, landlord):
    with clock.travel(clock.now() - timedelta(weeks=3)):
        lease = make_lease(landlord)
    shown = look(reverse("lease:history", args=[lease.pk]))
    assert "Wiki 3 nyuma" in Visible(shown).texts
    assert english_on(shown) == set()


@pytest.mark.needs("leasing")
def test_a_list_shows_days_by_the_month_s_name_and_amounts_by_the_thousand(look, landlord):
    make_lease(landlord, start=date(2026, 3, 1), end=date(2026, 12, 31))
    shown = look(reverse("lease:index")).replace("\xa0", " ")
    assert "1 Mac 2026" in shown
    assert "31 Des 2026" in shown
    with translation.override("sw"):
        assert formats.number_format(1234567.5, use_l10n=True) == "1,234,567.5"


# --- What JavaScript says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "search"), [("sw", "Tafuta"), ("fr", "Rechercher"), ("ar", "بحث")])
def test_the_sidebar_is_labelled_in_the_user_s_language(client, alice, language, search):
    profile = UserProfile.get_for_user(alice)
    profile.preferred_language = language
    profile.save()
    client.force_login(alice)
    script = client.get(reverse("wagtailadmin_javascript_catalog")).content.decode()
    assert f'"Search": {json.dumps(search)}' in script


def test_the_script_has_every_text_of_the_overlay_in_swahili(client, db):
    script = client.get(reverse("wagtailadmin_javascript_catalog"), headers={"Accept-Language": "sw"}).content.decode()
    assert '"Toggle sidebar": "Onyesha au ficha menyu ya pembeni"' in script
    assert [entry.msgid for entry in OVERLAY["djangojs"] if f"{json.dumps(entry.msgid)}: " not in script] == []
