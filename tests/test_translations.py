"""Every text exists in French, Swahili and Arabic, with the same placeholders as in English."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("modules/*", "site/*/*")
CATALOGUES = sorted(path for folder in FOLDERS for path in ROOT.glob(f"{folder}/locale/*/LC_MESSAGES/*.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|\{\{ \w+ \}\}|\{link\}")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parts[-5]}-{path.parts[-3]}")
def test_a_catalogue_is_complete_and_keeps_every_placeholder(path):
    for entry in polib.pofile(path):
        forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        assert all(forms), f"{entry.msgid!r} has no translation"
        assert "fuzzy" not in entry.flags, f"{entry.msgid!r} is only guessed"
        for form in forms:
            wanted, found = (sorted(PLACEHOLDER.findall(text)) for text in (entry.msgid_plural or entry.msgid, form))
            # One of something may be said without its number.
            assert found == wanted or (entry.msgid_plural and set(found) < set(wanted)), f"{entry.msgid!r}: {form!r}"


def test_every_part_has_the_three_languages():
    parts = {path.parts[-5] for path in CATALOGUES}
    assert len(CATALOGUES) == 3 * len(parts)
    assert {path.parts[-3] for path in CATALOGUES} == {"ar", "fr", "sw"}


def test_no_text_was_added_without_being_put_into_the_catalogues():
    """The texts that messages are made of, since they are sent to people."""
    from rentbook.kernel.contributions import message_templates

    for template in message_templates:
        for language in ("ar", "fr", "sw"):
            known = {entry.msgid for path in CATALOGUES if path.parts[-3] == language for entry in polib.pofile(path)}
            assert template.text in known, template.name


def test_the_catalogues_hold_every_text_of_the_code(tmp_path):
    """The texts are gathered anew in a copy: one that no catalogue knows has no translation."""
    for name in ("site", "modules"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.pyc", "*.mo", "static"))
    (tmp_path / "manage.py").write_bytes((ROOT / "manage.py").read_bytes())
    command = [sys.executable, "manage.py", "makemessages", "-l", "fr", "--no-location", "--no-wrap"]
    environment = os.environ | {"RENTBOOK_VAR": str(tmp_path / "var")}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    for path in tmp_path.glob("**/fr/LC_MESSAGES/django.po"):
        # Gettext guesses at a new text from those it knows, and marks it fuzzy.
        new = [entry.msgid for entry in polib.pofile(path) if not entry.translated() and not entry.obsolete]
        assert not new, f"{path.relative_to(tmp_path)} lacks {new}"
