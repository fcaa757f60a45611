"""The documentation says what the code has: a heading for each thing that is announced, sent, shown or scheduled."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rentbook.kernel.contributions import daily_parts, message_templates, reports, schedules
from rentbook.kernel.events import Event

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
OWN = {path.parent.name for path in ROOT.glob("modules/*/apps.py")}

NUMBER = r"[RD]\d{1,2}\b"
AND = r"(?:, | and | to )"
CITED = re.compile(rf"docs/rules\.md, ({NUMBER}(?:{AND}{NUMBER})*)")
IN_BRACKETS = re.compile(rf"\(({NUMBER}(?:{AND}{NUMBER})*)\)")
IN_A_TEST = re.compile(r"def test_([rd]\d{1,2})_")
READ = re.compile(r"""(?:\benv(?:\.\w+)?|kept_secret|os\.environ\.get)\(\s*"([A-Z_]+)\"""")
LISTED = re.compile(r"^(?:# )?([A-Z][A-Z_]*)=", re.MULTILINE)


def headings(page: Path) -> set[str]:
    """The headings of a page, without their marks."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {heading.strip().strip("`") for heading in found}


def announced(kind: type[Event] = Event) -> Iterator[type[Event]]:
    for event in kind.__subclasses__():
        yield event
        yield from announced(event)


def given() -> Iterator[tuple[str, str]]:
    """Each name that our own modules have given to somebody, with the module that gave it."""
    for event in announced():
        yield event.__module__, event.name
    for template in message_templates:
        yield template.due.__module__, template.name
    for report in reports:
        yield report.rows.__module__, report.name
    for part in daily_parts:
        yield part.run.__module__, part.name
    for schedule in schedules:
        yield schedule.task, schedule.name


def given_by(label: str) -> set[str]:
    return {name for source, name in given() if source.startswith(f"modules.{label}.")}


@pytest.mark.parametrize("label", sorted(OWN))
def test_a_module_s_page_has_a_heading_for_all_that_the_module_gives(label):
    assert given_by(label) - headings(DOCS / "modules" / f"{label}.md") == set()


def test_the_schedules_of_the_house_have_their_heading_too():
    own = {schedule.name for schedule in schedules if schedule.task.startswith("rentbook.")}
    assert own
    assert own - headings(DOCS / "architecture.md") == set()


@pytest.mark.parametrize("label", sorted(OWN))
def test_a_module_s_page_names_the_slots_and_book_checks_that_the_module_fills(label):
    page = (DOCS / "modules" / f"{label}.md").read_text()
    source = "".join(path.read_text() for path in (ROOT / "modules" / label).rglob("*.py"))
    assert {name for name in re.findall(r'slots\.fill\(\s*"([a-z_.]+)"', source) if _short(name) not in page} == set()
    checks = re.findall(r"^def (\w+)\(landlord: Landlord\) -> Iterator\[str\]", source, re.MULTILINE)
    assert {name for name in checks if f"`{label}.{name}`" not in page} == set()


def _short(slot: str) -> str:
    """A page may name the slots of one model together: `a.b.facts`, `.buttons`."""
    return slot if slot.count(".") < 2 else slot.rpartition(".")[2]


# --- Rules ----------------------------------------------------------------------------------------------------------


def cited() -> dict[str, set[str]]:
    """Each rule number that the code and the tests cite, with the files that do."""
    found: dict[str, set[str]] = {}
    files = [path for room in ("site", "modules", "tests") for path in (ROOT / room).rglob("*.py")]
    for path in files:
        text = path.read_text()
        groups = [*CITED.findall(text), *IN_BRACKETS.findall(text), *map(str.upper, IN_A_TEST.findall(text))]
        for group in groups:
            for number in _numbers(group):
                found.setdefault(number, set()).add(str(path.relative_to(ROOT)))
    return found


def _numbers(group: str) -> list[str]:
    """D2 to D5, D8: D2, D3, D4, D5 and D8."""
    numbers: list[str] = []
    for sign, number in re.findall(rf"(to )?({NUMBER})", group):
        first = int(numbers[-1][1:]) + 1 if sign else int(number[1:])
        numbers += [f"{number[0]}{count}" for count in range(first, int(number[1:]) + 1)]
    return numbers


def explained() -> set[str]:
    """The numbers that have a row of a table of their own in the rule book."""
    return set(re.findall(rf"^\| ({NUMBER}) \|", (DOCS / "rules.md").read_text(), re.MULTILINE))


def test_a_range_of_rules_is_read_whole():
    assert _numbers("D2 to D5, D8 and R10") == ["D2", "D3", "D4", "D5", "D8", "R10"]


def test_every_rule_that_is_cited_stands_in_the_rule_book():
    assert "D15" in cited()
    assert {number: files for number, files in cited().items() if number not in explained()} == {}


def test_no_number_of_the_rule_book_is_given_twice():
    rows = re.findall(rf"^\| ({NUMBER}) \|", (DOCS / "rules.md").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(set(rows))


# --- Environment and commands ---------------------------------------------------------------------------------------


def test_the_example_of_the_environment_lists_every_name_that_is_read_and_no_other():
    read = {name for file in ("settings.py", "paths.py") for name in READ.findall(_rentbook(file))}
    assert "DATABASE_URL" in read
    assert set(LISTED.findall((ROOT / ".env.example").read_text())) == read


def test_every_name_of_the_environment_is_in_the_install_page():
    page = (DOCS / "install.md").read_text()
    listed = LISTED.findall((ROOT / ".env.example").read_text())
    assert [name for name in listed if f"`{name}`" not in page] == []


def _rentbook(file: str) -> str:
    return (ROOT / "site" / "rentbook" / file).read_text()


def test_every_command_is_in_the_install_page():
    page = (DOCS / "install.md").read_text()
    commands = {path.stem for path in ROOT.glob("*/**/management/commands/[a-z]*.py") if ".venv" not in path.parts}
    assert "import_file" in commands
    assert {name for name in commands if f"`{name}" not in page} == set()


def test_the_readme_names_both_commands():
    text = (ROOT / "README.md").read_text()
    assert "`make run`" in text
    assert "`make test`" in text


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_links_to_pages_lead_somewhere(page):
    links = re.findall(r"\]\(((?!http)[^)#]+\.md|LICENSE)\)", (ROOT / page).read_text())
    assert links
    assert [link for link in links if not (ROOT / link).is_file()] == []
