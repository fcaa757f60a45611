"""The deposit of a lease that a sheet brings is held from then on, and asked of nobody (docs/rules.md, D25, D49)."""

from datetime import date

import pytest

from modules.invoicing.deposits import deposit_held
from modules.invoicing.models import DepositEntry, Invoice
from modules.leasing.models import Lease
from modules.leasing.services import sign_leases
from rentbook.exchange.importing import import_sheet
from rentbook.kernel.contributions import book_checks
from rentbook.kernel.money import Money
from tests.factories import make_lease, make_unit

HEADINGS = "property,unit,tenant_name,phone,lease_start,rent,deposit,opening_balance"
JOHN = "Bahari,A1,John,0712345678,2025-06-01,500000,1000000,80000"
TODAY = date(2026, 1, 10)


@pytest.fixture(autouse=True)
def _tenth_of_january(db, travel):
    travel(TODAY)


@pytest.fixture
def roll(landlord):
    def run(*lines: str):
        content = "\n".join([HEADINGS, *lines, ""]).encode()
        return import_sheet(kind="leases", name="roll.csv", content=content, landlord=landlord)

    return run


def entries(landlord) -> list[tuple]:
    rows = DepositEntry.objects.of(landlord).order_by("pk")
    return [(row.kind, int(row.amount.amount), row.on, row.account) for row in rows]


def test_d25_the_deposit_of_a_lease_that_a_sheet_brings_is_held_and_not_billed(landlord, roll):
    roll(JOHN)
    lease = Lease.objects.of(landlord).get()
    assert entries(landlord) == [("held", 1_000_000, TODAY, "3000")]
    assert deposit_held(lease) == Money(1_000_000, "TZS")
    assert not Invoice.objects.of(landlord).filter(lines__kind="deposit").exists()
    assert [text for check in book_checks for text in check.breaks(landlord)] == []


def test_d49_the_same_sheet_again_holds_nothing_twice_and_another_figure_is_remarked(landlord, roll):
    roll(JOHN)
    again = roll(JOHN)
    assert (entries(landlord), again.warnings) == ([("held", 1_000_000, TODAY, "3000")], [])
    changed = roll(JOHN.replace("1000000", "1200000"))
    [remark] = changed.warnings
    assert remark.column == "deposit"
    assert remark.message.endswith("is held already: correct it by an entry.")
    assert entries(landlord) == [("held", 1_000_000, TODAY, "3000")]


def test_d25_a_lease_without_a_deposit_holds_none(landlord, roll):
    roll(JOHN.replace("1000000", ""))
    assert entries(landlord) == []


def test_d25_a_lease_that_was_signed_here_was_asked_for_its_deposit_and_holds_none_before(landlord, roll):
    unit = make_unit(landlord, name="A1")
    lease = make_lease(
        landlord,
        unit=unit,
        tenant="John",
        phone="+255712345678",
        start=date(2025, 6, 1),
        signed=False,
        deposit="900000",
    )
    sign_leases(leases=[lease], by=None)
    roll(JOHN)
    assert entries(landlord) == []
    assert Invoice.objects.of(landlord).get(lines__kind="deposit").total == Money(900_000, "TZS")
