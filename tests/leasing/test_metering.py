"""What a meter counted and what it costs: figures an accountant can check by hand (docs/rules.md, D2, D21)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.leasing.metering import (
    Block,
    Kind,
    Prices,
    Stand,
    Stay,
    Unparted,
    Use,
    estimate,
    first_day,
    unusual,
    used,
    who_pays,
)
from modules.leasing.typed import parse_quantity

JANUARY = date(2026, 1, 1)
KWH = Prices((Block(Decimal(0), Decimal(100)), Block(Decimal(50), Decimal(292))), Decimal(0), "kWh", Decimal(1))


def stand(day: int, value: str | int, kind: Kind = Kind.READ, moved: int = 0) -> Stand:
    """A value on a day, counted from 1 January."""
    return Stand(JANUARY + timedelta(days=day - 1), Decimal(value), kind, Decimal(moved))


BEGUN = stand(1, 100, Kind.OPENING)


# --- Blocks ----------------------------------------------------------------------------------------------------------


def test_d2_96_units_are_50_at_100_and_46_at_292():
    use = used([stand(1, 120, Kind.OPENING)], JANUARY, stand(31, 216))
    assert use == Use(Decimal(96), ((Decimal(120), Decimal(216)),))
    assert KWH.amount(use.units) == 18_432
    assert KWH.explain(use) == "120 to 216 kWh: 50 x 100 + 46 x 292 = 18,432"


@pytest.mark.parametrize(("units", "amount"), [("0", 0), ("1", 100), ("50", 5_000), ("51", 5_292), ("50.5", 5_146)])
def test_a_unit_costs_what_its_own_block_says(units, amount):
    assert KWH.amount(Decimal(units)) == amount


def test_d2_the_sum_is_rounded_once_half_away_from_zero():
    dollars = Prices((Block(Decimal(0), Decimal("0.125")),), Decimal(0), "m³", Decimal("0.01"))
    use = used([stand(1, 0, Kind.OPENING)], JANUARY, stand(31, 3))
    assert dollars.explain(use) == "0 to 3 m³: 3 x 0.125 = 0.38"


def test_the_standing_charge_comes_with_each_reading():
    water = Prices((Block(Decimal(0), Decimal("1663.5")),), Decimal(2000), "m³", Decimal(1))
    assert water.explain(used([BEGUN], JANUARY, stand(31, 104))) == "100 to 104 m³: 4 x 1,663.5 + 2,000 = 8,654"
    assert water.explain(used([BEGUN], JANUARY, stand(31, 100))) == "100 to 100 m³: 2,000 = 2,000"


# --- Estimates even out ----------------------------------------------------------------------------------------------


def test_an_estimate_that_was_too_high_evens_out_and_no_bill_is_below_zero():
    history = [BEGUN, stand(31, 150), stand(59, 210, Kind.ESTIMATED)]
    assert used(history, JANUARY, stand(90, 200)).units == 0
    history.append(stand(90, 200))
    use = used(history, JANUARY, stand(120, 260))
    assert KWH.explain(use) == "210 to 260 kWh: 50 x 100 = 5,000"


def test_what_one_tenant_was_billed_too_much_is_not_given_to_the_next():
    history = [BEGUN, stand(31, 210, Kind.ESTIMATED), stand(40, 200)]
    assert used(history, date(2026, 2, 10), stand(59, 230)).spans == ((Decimal(200), Decimal(230)),)


def test_an_estimate_is_the_mean_a_day_of_the_last_three_intervals_rounded_down():
    history = [BEGUN, stand(11, 900), stand(21, 910), stand(31, 930), stand(41, 945)]
    # 45 units in 30 days, 1.5 a day; the first interval is too long ago to count.
    assert estimate(history, JANUARY + timedelta(days=47)) == 945 + 10
    assert estimate(history, JANUARY + timedelta(days=48)) == 945 + 12


def test_an_estimate_stands_on_what_was_read_and_not_on_another_estimate():
    history = [BEGUN, stand(11, 110), stand(21, 500, Kind.ESTIMATED)]
    assert estimate(history, JANUARY + timedelta(days=30)) == 110 + 20


def test_without_an_interval_there_is_nothing_to_estimate_by():
    assert estimate([BEGUN], JANUARY + timedelta(days=30)) is None
    assert estimate([BEGUN, stand(1, 100)], JANUARY + timedelta(days=30)) is None


def test_more_than_three_times_the_usual_is_unusual():
    history = [BEGUN, stand(11, 110), stand(21, 120)]
    assert not unusual([*history, stand(31, 150)])
    assert unusual([*history, stand(31, 151)])
    assert not unusual([BEGUN, stand(11, 5_000)]), "there is no usual yet"
    assert not unusual([BEGUN, stand(11, 100), stand(21, 120)]), "after none at all"


# --- A meter is replaced ---------------------------------------------------------------------------------------------

REPLACED = [BEGUN, stand(31, 120), stand(40, 150, Kind.CLOSING), stand(40, 7, Kind.OPENING, moved=143)]


def test_of_a_meter_that_was_replaced_both_uses_are_counted_and_each_block_once():
    use = used(REPLACED, JANUARY, stand(59, 73, moved=143))
    assert use.units == 30 + 66
    assert KWH.explain(use) == "120 to 150, 7 to 73 kWh: 50 x 100 + 46 x 292 = 18,432"


def test_the_days_of_a_reading_go_on_over_the_replacement():
    assert first_day(REPLACED) == date(2026, 2, 1)
    assert first_day([BEGUN]) == JANUARY


def test_an_estimate_goes_on_over_the_replacement():
    assert estimate(REPLACED, JANUARY + timedelta(days=59)) == 150 + 25  # 50 in 39 days


# --- Whose it is -----------------------------------------------------------------------------------------------------

NEEMA = Stay(1, JANUARY, date(2026, 1, 31))
BARAKA = Stay(2, date(2026, 2, 1), None)


@pytest.mark.parametrize(
    ("first", "on", "payer"),
    [
        (date(2026, 1, 11), date(2026, 1, 31), NEEMA),
        (date(2026, 1, 11), date(2026, 2, 1), NEEMA),
        (date(2026, 2, 1), date(2026, 2, 28), BARAKA),
        (date(2026, 2, 2), date(2026, 2, 28), BARAKA),
        (date(2025, 12, 1), date(2026, 1, 1), None),
    ],
    ids=["move-out", "move-in is the next one's beginning", "after move-out", "after move-in", "before"],
)
def test_a_reading_is_about_the_days_since_the_last_one(first, on, payer):
    assert who_pays([BARAKA, NEEMA], first, on) == payer


def test_where_nobody_has_read_between_two_tenants_it_is_nobody_s_to_say():
    with pytest.raises(Unparted) as refusal:
        who_pays([NEEMA, BARAKA], date(2026, 1, 11), date(2026, 2, 28))
    assert refusal.value.stay == BARAKA
    with pytest.raises(Unparted):
        who_pays([BARAKA], date(2026, 1, 11), date(2026, 2, 28))


# --- What people write -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"), [("216", "216"), (" 216.5 ", "216.5"), ("216,5", "216.5"), ("٢١٦", "216"), ("12 345", "12345")]
)
def test_a_reading_is_read_as_people_write_it(text, value):
    assert parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "-5", "12a", "1e5", "1.2345", "1234567890", "NaN", "1,2,3"])
def test_what_is_no_reading_is_asked_back(text):
    with pytest.raises(ValueError, match=r"write it as 216 or 216\.5"):
        parse_quantity(text)


def test_a_comma_before_three_digits_reads_two_ways():
    with pytest.raises(ValueError, match=r"write 12345 or 12\.345"):
        parse_quantity("12,345")


# --- Always ----------------------------------------------------------------------------------------------------------

uses = st.lists(st.tuples(st.integers(0, 500), st.integers(-300, 300), st.booleans()), min_size=1, max_size=12)


@given(uses, st.integers(1, 1_000_000))
def test_whatever_was_estimated_the_bills_make_the_price_of_what_was_used(steps, price):
    """Each step: how much is used, how far an estimate is off, whether there is one. The last reading is a true one."""
    prices = Prices((Block(Decimal(0), Decimal(price)),), Decimal(0), "kWh", Decimal(1))
    history, true, billed, day = [BEGUN], 100, Decimal(0), 1
    for use, error, guessed in steps:
        true, day = true + use, day + 1
        now = stand(day, max(0, true + error) if guessed else true, Kind.ESTIMATED if guessed else Kind.READ)
        billed += prices.amount(used(history, JANUARY, now).units)
        history.append(now)
    true = max(true, *(int(each.value) for each in history))
    billed += prices.amount(used(history, JANUARY, stand(day + 1, true)).units)
    assert billed == prices.amount(Decimal(true - 100))


@given(st.decimals(0, 100_000, places=3), st.decimals(0, 100_000, places=3))
def test_more_never_costs_less(one, other):
    assert KWH.amount(min(one, other)) <= KWH.amount(max(one, other))
