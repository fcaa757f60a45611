"""A step of the rent: what it becomes, from which day, and what stands against it (docs/rules.md, D9)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.leasing.models import Charge
from modules.leasing.rent_steps import ByAmount, ByIndex, ByPercent, stepped
from modules.leasing.services import add_steps, withdraw_steps
from rentbook.kernel.contributions import reports
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from rentbook.kernel.registry import slots
from rentbook.kernel.states import Refused
from tests.factories import make_lease

THOUSAND, ONE = Decimal(1000), Decimal(1)
JULY = date(2026, 7, 1)
EIGHT = ByPercent(800)


# --- What it becomes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "rise", "step", "new"),
    [
        ("500000", EIGHT, THOUSAND, "540000"),
        ("487500", EIGHT, THOUSAND, "527000"),  # 526,500: half away from zero
        ("500000", ByPercent(750), ONE, "537500"),
        ("500000", ByPercent(-1000), ONE, "450000"),
        ("500000", ByAmount(Decimal(50000)), ONE, "550000"),
        ("500000", ByIndex("NBS", Decimal("108.2"), Decimal("112.4")), ONE, "519409"),  # 519,408.50...
        ("500000", ByIndex("NBS", Decimal("108.2"), Decimal("112.4")), THOUSAND, "519000"),
        ("250.500", EIGHT, Decimal("0.001"), "270.540"),
    ],
)
def test_d9_a_step_is_rounded_once_to_what_is_asked_for(old, rise, step, new):
    assert stepped(Decimal(old), rise, step) == Decimal(new)


@given(old=st.integers(1, 10**9), rate=st.integers(0, 10_000), step=st.sampled_from([1, 500, 1000]))
def test_d2_no_step_is_further_from_the_exact_amount_than_half_of_what_it_is_rounded_to(old, rate, step):
    exact = ByPercent(rate).of(Decimal(old))
    new = Fraction(stepped(Decimal(old), ByPercent(rate), Decimal(step)))
    assert abs(2 * (new - exact)) <= step


def test_an_index_is_above_zero():
    with pytest.raises(ValueError, match="above zero"):
        ByIndex("NBS", Decimal(0), Decimal(1))


# --- From which day -------------------------------------------------------------------------------------------------


def rents(lease) -> list[tuple]:
    rows = lease.charges.filter(stream="rent").order_by("start")
    return [(row.start, row.end, int(row.amount.amount)) for row in rows]


@pytest.fixture
def lease(landlord):
    return make_lease(landlord, rent="500000", charges={"wifi": "20000"})


@pytest.fixture
def billed(monkeypatch):
    """Modules above say that a stream is billed through a day."""

    def through(day: date) -> None:
        monkeypatch.setitem(slots._fillings, "leasing.lease.billed_through", [lambda lease, stream: day])

    through(date.min)
    return through


pytestmark = pytest.mark.django_db


def test_d9_a_step_ends_the_row_before_and_begins_one_of_the_same_terms(lease, alice):
    lease.charges.filter(stream="rent").update(due_day=12, tax_rate=1800)
    [charge] = add_steps(leases=[lease], on=JULY, rise=EIGHT, round_to=THOUSAND, by=alice)
    assert rents(lease) == [(date(2026, 1, 1), date(2026, 6, 30), 500_000), (JULY, None, 540_000)]
    assert (charge.how, charge.raised_by, charge.due_day, charge.tax_rate) == ("percent", 800, 12, 1800)
    assert lease.charges.filter(stream="wifi", end=None).count() == 1
    assert LogEntry.objects.for_instance(charge).get().user == alice


def test_d9_both_values_of_an_index_are_kept(lease):
    index = ByIndex("NBS", Decimal("108.2"), Decimal("112.4"))
    [charge] = add_steps(leases=[lease], on=JULY, rise=index, by=None)
    charge.refresh_from_db()
    kept = (charge.index_name, charge.index_before, charge.index_after, charge.amount)
    assert kept == ("NBS", Decimal("108.2"), Decimal("112.4"), Money("519409", "TZS"))


def test_any_stream_has_steps(lease):
    add_steps(leases=[lease], on=JULY, rise=ByAmount(Decimal(5000)), stream="wifi", by=None)
    assert lease.charges.get(stream="wifi", start=JULY).amount == Money("25000", "TZS")
    assert rents(lease) == [(date(2026, 1, 1), None, 500_000)]


def test_a_step_may_be_put_between_two_others(lease):
    for day, more in [(date(2027, 1, 1), 100_000), (JULY, 50_000)]:
        add_steps(leases=[lease], on=day, rise=ByAmount(Decimal(more)), by=None)
    assert rents(lease) == [
        (date(2026, 1, 1), date(2026, 6, 30), 500_000),
        (JULY, date(2026, 12, 31), 550_000),
        (date(2027, 1, 1), None, 600_000),
    ]


def test_a_set_of_leases_steps_whole_or_not_at_all(landlord, lease):
    begun_later = make_lease(landlord, start=date(2026, 8, 1))
    with pytest.raises(Refused, match="starts on 2026-08-01: choose a later day"):
        add_steps(leases=[lease, begun_later], on=JULY, rise=EIGHT, by=None)
    assert rents(lease) == [(date(2026, 1, 1), None, 500_000)]


# --- What stands against it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (date(2025, 12, 31), "starts on 2026-01-01"),
        (date(2027, 1, 1), "ends on 2026-12-31: choose an earlier day, or renew it"),
        (date(2026, 1, 1), "what Rent costs from 2026-01-01 on is agreed already"),
    ],
)
def test_a_step_lies_inside_the_lease_and_alone_on_its_day(landlord, on, sentence):
    lease = make_lease(landlord, end=date(2026, 12, 31))
    with pytest.raises(Refused, match=sentence):
        add_steps(leases=[lease], on=on, rise=EIGHT, by=None)


def test_d9_a_step_inside_billed_days_is_refused_and_one_after_them_is_not(lease, billed):
    billed(date(2026, 3, 31))
    with pytest.raises(Refused, match="Rent is billed through 2026-03-31: choose a later day"):
        add_steps(leases=[lease], on=date(2026, 3, 31), rise=EIGHT, by=None)
    add_steps(leases=[lease], on=date(2026, 4, 1), rise=EIGHT, by=None)
    assert rents(lease)[-1] == (date(2026, 4, 1), None, 540_000)


def test_nothing_is_charged_less_than_nothing(lease):
    with pytest.raises(Refused, match="below zero"):
        add_steps(leases=[lease], on=JULY, rise=ByAmount(Decimal(-500_001)), by=None)


def test_a_stream_that_a_lease_does_not_have_has_no_step(lease):
    with pytest.raises(Refused, match=r"is not charged for this on 2026-07-01: Water"):
        add_steps(leases=[lease], on=JULY, rise=EIGHT, stream="water", by=None)


# --- Taking it back -------------------------------------------------------------------------------------------------


def test_a_planned_step_is_withdrawn_and_the_row_before_runs_on(lease, alice):
    add_steps(leases=[lease], on=date(2027, 1, 1), rise=EIGHT, by=None)
    [step] = add_steps(leases=[lease], on=JULY, rise=EIGHT, by=None)
    assert withdraw_steps(charges=[step], by=alice) == 1
    assert rents(lease) == [
        (date(2026, 1, 1), date(2026, 12, 31), 500_000),
        (date(2027, 1, 1), None, 540_000),
    ]


def test_what_is_billed_or_no_step_is_not_withdrawn(lease, billed):
    [step] = add_steps(leases=[lease], on=JULY, rise=EIGHT, by=None)
    with pytest.raises(Refused, match="begins on 2026-01-01: it is not a step"):
        withdraw_steps(charges=[Charge.objects.of(lease.landlord).get(stream="rent", end__isnull=False)], by=None)
    billed(JULY)
    with pytest.raises(Refused, match="billed through 2026-07-01: it is not undone"):
        withdraw_steps(charges=[step], by=None)


def test_d9_a_rent_roll_shows_the_rent_of_its_day(lease):
    add_steps(leases=[lease], on=JULY, rise=EIGHT, by=None)
    rent_roll = reports["rent-roll"].rows
    for day, rent in [(date(2026, 6, 30), "500000"), (JULY, "540000")]:
        assert [row[-1] for row in rent_roll(lease.landlord, day)] == [Money(rent, "TZS")]
