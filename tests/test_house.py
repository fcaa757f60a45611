"""Rules of the whole source that no linter knows."""

import re

import pytest

from tests.sources import calls, files, functions, imports, leads_into, shown

MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 50

# The files that may name the plain manager: they hold rows already, start from a secret, or serve every landlord.
UNSCOPED = {
    "site/rentbook/kernel/jobs/working.py",
    "site/rentbook/kernel/scoping.py",
    "site/rentbook/kernel/states.py",
    "site/rentbook/kernel/log.py",
    "site/rentbook/kernel/landlords.py",
    "site/rentbook/exchange/importing.py",
    "site/rentbook/exchange/upserting.py",
    "site/rentbook/exchange/demo.py",
    "modules/leasing/demo.py",
    "modules/leasing/life_selectors.py",
    "modules/leasing/selectors.py",
    "modules/leasing/services/lifecycle.py",
    "modules/invoicing/deposits.py",
    "modules/leasing/services/repairs.py",
    "modules/invoicing/selectors.py",
    "modules/invoicing/services/billing/owing.py",
    "modules/invoicing/services/billing/running.py",
    "modules/invoicing/services/deposits.py",
    "modules/invoicing/services/late_fees/by_hand.py",
    "modules/invoicing/services/late_fees/charging.py",
    "modules/invoicing/services/late_fees/figures.py",
    "modules/invoicing/services/lifecycle.py",
    "modules/invoicing/services/manual.py",
    "modules/invoicing/services/opening.py",
    "modules/invoicing/services/reminding.py",
    "modules/invoicing/services/reversing.py",
    "modules/invoicing/services/settling.py",
    "modules/payments/services/completing.py",
    "modules/payments/services/links.py",
    "modules/payments/services/recording.py",
    "modules/payments/services/reversing.py",
    "modules/payments/services/starting.py",
    "modules/messaging/services.py",
}
# States that are set by an UPDATE of their own: no life of theirs is guarded, they follow a payment's.
SET_BY_HAND = {"modules/payments/services/completing.py", "modules/payments/services/ending.py"}
# Kernel files that one other file uses, and why they stay.
ONE_USER = {
    "apps": "Django's entrance",
    "checks": "loaded by the entrance",
    "erasing": "the log's and every table's; what leasing erases a tenant by",
    "inserting": "the log's, and of every set that is billed at once to come",
    "schedules": "loaded by the entrance",
    "supervisor": "the process that `serve` is",
}


def named_in(word: str) -> set[str]:
    return {shown(path) for path in files() if re.search(rf"\b{word}\b", path.read_text())}


def test_the_plain_manager_is_named_where_it_is_listed_and_nowhere_else():
    assert named_in("unscoped") - UNSCOPED == set()
    assert UNSCOPED - named_in("unscoped") == set(), "take it off the list"


def test_a_state_is_moved_and_never_updated():
    found = {
        shown(path)
        for path in files()
        for call in calls(path, "update")
        if any(keyword.arg == "state" for keyword in call.keywords)
    }
    assert found - {"site/rentbook/kernel/states.py"} == SET_BY_HAND


def test_the_time_is_read_in_one_place():
    clocks = re.compile(r"\b(timezone\.now|datetime\.(now|utcnow|today)|date\.today|time\.time)\b")
    assert {shown(path) for path in files() if clocks.search(path.read_text())} == {"site/rentbook/kernel/clock.py"}


def test_no_file_holds_more_than_one_can_keep_in_mind():
    long = {shown(path): len(path.read_text().splitlines()) for path in files("site", "modules", "tests")}
    assert {name: lines for name, lines in long.items() if lines >= MOST_LINES} == {}


def test_no_function_is_longer_than_a_page():
    long = {
        f"{shown(path)}: {each.name}": each.end_lineno - each.lineno + 1
        for path in files("site", "modules", "tests")
        for each in functions(path)
    }
    assert {name: lines for name, lines in long.items() if lines >= MOST_LINES_OF_A_FUNCTION} == {}


KERNEL = [path for path in files("site/rentbook/kernel") if path.parent.name == "kernel" and path.stem != "__init__"]


@pytest.mark.parametrize("path", KERNEL, ids=lambda path: path.stem)
def test_a_kernel_file_has_two_users_or_the_settings(path):
    name = f"rentbook.kernel.{path.stem}"
    users = {shown(each) for each in files() for imported in imports(each) if leads_into(imported, name)} - {
        shown(path)
    }
    [settings] = [each for each in files("site/rentbook") if each.name == "settings.py"]
    assert len(users) > 1 or name in settings.read_text() or path.stem in ONE_USER, f"used by {users or 'nobody'}"


def test_nothing_is_rounded_or_compared_as_a_float():
    """Money is whole thousandths; a float would take it back to guessing (docs/rules.md, D21)."""
    found = {shown(path) for path in files() for call in calls(path, "FloatField")}
    assert found == set()
    assert {shown(path) for path in files("modules") if re.search(r"\bfloat\(", path.read_text())} == set()
