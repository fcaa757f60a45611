"""What a part of a period costs."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.invoicing.periods import Period, periods
from modules.invoicing.proration import Share, cumulative_parts, prorate, split_part
from modules.leasing.terms import Alignment, BillingTerms, Frequency, Proration

UNIT, CENT, MIL = Decimal("1"), Decimal("0.01"), Decimal("0.001")
RENT = Decimal("500000")
JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
DAY = timedelta(days=1)


def january(first: int = 1, last: int = 31) -> Period:
    return Period(date(2026, 1, first), date(2026, 1, last), *JANUARY)


def share(whole, period, method="actual", frequency="monthly", step=UNIT) -> Share:
    return prorate(Decimal(whole), period, Proration(method), Frequency(frequency), step)


def split(period, *prices, method="actual", step=UNIT) -> list[Share]:
    prices = [(date(2026, 1, day), Decimal(whole)) for day, whole in prices]
    return split_part(period, prices, Proration(method), Frequency.monthly, step)


def test_d2_1800_usd_for_17_of_31_days_is_987_10_and_not_987_02():
    assert share("1800", january(15), step=CENT).amount == Decimal("987.10")


@pytest.mark.parametrize(
    ("whole", "days", "step", "amount"),
    [
        ("1", 15, UNIT, "1"),
        ("-1", 15, UNIT, "-1"),
        ("0.05", 15, CENT, "0.03"),
        ("100", 10, MIL, "33.333"),
        ("75500", 10, Decimal("500"), "25000"),
    ],
)
def test_d2_a_half_goes_away_from_zero_to_the_billing_unit(whole, days, step, amount):
    april = Period(date(2026, 4, 1), date(2026, 4, days), date(2026, 4, 1), date(2026, 4, 30))
    assert share(whole, april, step=step).amount == Decimal(amount)


@pytest.mark.parametrize(("method", "amount"), [("actual", 354839), ("30-day", 366667), ("365-day", 361644)])
def test_d3_22_days_of_500000_cost_by_the_method(method, amount):
    assert share(RENT, january(10), method).amount == amount


@pytest.mark.parametrize(("month", "amount"), [((2027, 4), 32877), ((2028, 4), 32787)])
def test_d3_the_year_has_366_days_when_it_is_a_leap_year(month, amount):
    part = Period(date(*month, 1), date(*month, 2), date(*month, 1), date(*month, 30))
    assert share(RENT, part, "365-day").amount == amount


@pytest.mark.parametrize(
    ("frequency", "nominal_end", "of_days", "per_year"),
    [
        ("weekly", date(2026, 1, 7), 7, 52), ("fortnightly", date(2026, 1, 14), 14, 26),
        ("monthly", date(2026, 1, 31), 30, 12), ("quarterly", date(2026, 3, 31), 90, 4),
        ("half-yearly", date(2026, 6, 30), 180, 2), ("yearly", date(2026, 12, 31), 360, 1),
    ],
)  # fmt: skip
def test_d3_each_frequency_has_its_denominator(frequency, nominal_end, of_days, per_year):
    part = Period(date(2026, 1, 1), date(2026, 1, 3), date(2026, 1, 1), nominal_end)
    by_thirty, by_year = (share("36500", part, method, frequency, CENT) for method in ("30-day", "365-day"))
    assert (by_thirty.days, by_thirty.of_days, by_thirty.per_year) == (3, of_days, 1)
    assert (by_year.of_days, by_year.per_year, by_year.amount) == (365, per_year, 300 * per_year)


def test_d3_the_parts_of_a_period_over_new_year_are_divided_by_one_year():
    across = Period(date(2028, 1, 1), date(2028, 1, 19), date(2027, 12, 20), date(2028, 1, 19))
    assert share(RENT, across, "365-day").of_days == 365


@pytest.mark.parametrize("method", Proration)
@pytest.mark.parametrize(("month", "last"), [(1, 31), (2, 28), (4, 30)])
def test_d4_a_whole_month_costs_the_whole_rent_by_every_method(method, month, last):
    days = (date(2026, month, 1), date(2026, month, last))
    assert share(RENT, Period(*days, *days), method).amount == RENT


@pytest.mark.parametrize("method", ["30-day", "365-day"])
def test_d4_183_of_184_days_never_cost_more_than_the_whole(method):
    part = Period(date(2026, 7, 1), date(2026, 12, 30), date(2026, 7, 1), date(2026, 12, 31))
    assert share(RENT, part, method, "half-yearly").amount == RENT


def test_d4_a_rent_off_the_billing_unit_is_charged_as_it_stands_and_never_exceeded():
    assert share("1.70", january()).amount == Decimal("1.70")
    assert share("1.70", january(1, 30)).amount == Decimal("1.70")


def test_d4_two_tenants_share_january_each_rounded_by_itself():
    assert [share(RENT, january(1, 15)).amount, share(RENT, january(16)).amount] == [241935, 258065]


def test_d4_75001_halved_is_37501_and_37500():
    assert cumulative_parts(Decimal("75001"), [15, 15], 30, UNIT) == [37501, 37500]


def test_d4_used_and_credited_are_what_was_billed():
    april = Period(date(2026, 4, 1), date(2026, 4, 30), date(2026, 4, 1), date(2026, 4, 30))
    prices = [(date(2026, 4, 1), Decimal("75001")), (date(2026, 4, 16), Decimal("75001"))]
    used, credited = split_part(april, prices, Proration.actual, Frequency.monthly, UNIT)
    assert (used.amount, credited.amount) == (37501, 37500)
    assert credited.explain() == "75,001 - 37,501 = 37,500"


def test_d5_the_denominator_is_the_nominal_period_and_not_what_is_left_of_it():
    assert share(RENT, january(10, 20)).of_days == 31
    assert share(RENT, january(10, 20)).amount == 177419


def test_d8_a_move_out_on_15_january_credits_the_unused_days():
    used, credited = split(january(), (1, RENT), (16, RENT))
    assert (used.days, used.amount, credited.days, credited.amount) == (15, 241935, 16, 258065)
    assert credited.explain() == "16/31 x 500,000 = 258,065"


def test_d8_by_30_days_used_and_credited_are_still_the_whole_rent():
    used, credited = split(january(), (1, RENT), (16, RENT), method="30-day")
    assert (used.amount, credited.amount) == (250000, 250000)


def test_d9_a_rent_step_in_mid_month_makes_two_parts_at_their_own_price():
    old, new = split(january(), (1, RENT), (16, "620000"))
    assert (old.amount, new.amount) == (241935, 320000)
    assert [old.explain(), new.explain()] == ["15/31 x 500,000 = 241,935", "16/31 x 620,000 = 320,000"]


@pytest.mark.parametrize("days", [[], [2], [1, 1], [1, 20, 16], [1, 31, 31]])
def test_d9_parts_that_do_not_follow_one_another_are_refused(days):
    with pytest.raises(ValueError, match="follow one another"):
        split(january(), *((day, RENT) for day in days))


def test_d9_a_part_may_not_begin_after_the_period():
    with pytest.raises(ValueError, match="follow one another"):
        split(january(1, 20), (1, RENT), (21, RENT))


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (share("1800", january(15), step=CENT), "17/31 x 1,800.00 = 987.10"),
        (share(RENT, january(10)), "22/31 x 500,000 = 354,839"),
        (share(RENT, january(10), "30-day"), "22/30 x 500,000 = 366,667"),
        (share(RENT, january(10), "365-day"), "22/365 x 12 x 500,000 = 361,644"),
        (share("1800", january(15), step=MIL), "17/31 x 1,800.000 = 987.097"),
        (share("1800.5", january(15)), "17/31 x 1,800.50 = 987.00"),
        (share("1800", january(15), step=Decimal("0.5")), "17/31 x 1,800.00 = 987.00"),
        (share("1800", january(), step=CENT), "31/31 x 1,800.00 = 1,800.00"),
        (share("1800", january(), "30-day", step=CENT), "1 x 1,800.00 = 1,800.00"),
        (share("1800", january(), "365-day", step=CENT), "1 x 1,800.00 = 1,800.00"),
    ],
)
def test_d3_the_share_explains_itself(found, text):
    assert found.explain() == text


RENTS = st.integers(0, 10**8).map(lambda units: Decimal(units) / 100)
STEPS = st.sampled_from([UNIT, CENT, MIL, Decimal("0.05"), Decimal("500")])


@st.composite
def a_nominal_period(draw) -> tuple[Period, Frequency]:
    frequency = draw(st.sampled_from(Frequency))
    start = draw(st.dates(date(2023, 1, 1), date(2029, 1, 1)))
    terms = BillingTerms(start, None, frequency, Alignment.anniversary, Proration.actual)
    return next(periods(terms, until=start)), frequency


@given(a_nominal_period(), st.sampled_from(Proration), RENTS, STEPS)
def test_d4_every_whole_period_costs_the_whole_rent(nominal, method, whole, step):
    period, frequency = nominal
    assert prorate(whole, period, method, frequency, step).amount == whole


@given(a_nominal_period(), st.sampled_from(Proration), RENTS, STEPS, st.data())
def test_d4_no_part_costs_more_than_the_whole_or_than_a_longer_one(nominal, method, whole, step, data):
    period, frequency = nominal
    cut = data.draw(st.integers(0, period.nominal_days - 2))
    shorter = prorate(whole, replace(period, end=period.start + cut * DAY), method, frequency, step)
    longer = prorate(whole, replace(period, end=period.start + (cut + 1) * DAY), method, frequency, step)
    assert 0 <= shorter.amount <= longer.amount <= whole


@given(a_nominal_period(), st.sampled_from(Proration), RENTS, STEPS, st.data())
def test_d4_the_parts_of_a_period_sum_to_what_it_costs(nominal, method, whole, step, data):
    period, frequency = nominal
    stub = replace(period, start=period.start + data.draw(st.integers(0, period.days - 1)) * DAY)
    later = data.draw(st.sets(st.integers(0, stub.days - 1), max_size=4))
    prices = [(stub.start + day * DAY, whole) for day in sorted({0} | later)]
    parts = split_part(stub, prices, method, frequency, step)
    assert sum(part.amount for part in parts) == prorate(whole, stub, method, frequency, step).amount
    assert sum(part.days for part in parts) == stub.days
    assert all(part.amount >= 0 for part in parts)


@given(RENTS, st.lists(st.integers(0, 31), min_size=1, max_size=6).filter(any), STEPS)
def test_d23_cumulative_parts_sum_to_the_whole(whole, days, step):
    parts = cumulative_parts(whole, days, sum(days), step)
    assert len(parts) == len(days)
    assert sum(parts) == whole
    assert all(part >= 0 for part in parts)
