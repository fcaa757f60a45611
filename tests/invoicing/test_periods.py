"""Periods tile the lease, computed from its anchor."""

from datetime import date, timedelta
from itertools import islice, pairwise, product

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modules.invoicing import periods as module
from modules.invoicing.periods import Period, periods, periods_between, planned_issue_day
from modules.leasing.terms import Alignment, BillingTerms, Frequency, Proration

DAY = timedelta(days=1)
RHYTHMS = [
    (frequency, alignment)
    for frequency, alignment in product(Frequency, Alignment)
    if (frequency, alignment) != (Frequency.fortnightly, Alignment.calendar)
]
STARTS = [
    day
    for day in (date(2023, 1, 1) + timedelta(days=count) for count in range(2 * 366))
    if day.day in (1, 5, 28, 29, 30, 31)
]


def terms_of(start, frequency="monthly", alignment="anniversary", end=None, **more) -> BillingTerms:
    return BillingTerms(start, end, Frequency(frequency), Alignment(alignment), Proration.actual, **more)


def starts(terms, count) -> list[date]:
    return [period.start for period in islice(periods(terms, until=date(2100, 1, 1)), count)]


@st.composite
def any_terms(draw) -> BillingTerms:
    start, (frequency, alignment) = draw(st.sampled_from(STARTS)), draw(st.sampled_from(RHYTHMS))
    length = draw(st.none() | st.integers(0, 1200))
    end = None if length is None else start + timedelta(days=length)
    lead, in_arrears = draw(st.sampled_from([0, 1, 7, 30, 400])), draw(st.booleans())
    return terms_of(start, frequency, alignment, end, lead_days=lead, in_arrears=in_arrears)


def test_d1_both_ends_count_so_10_to_31_january_is_22_days():
    stub = next(periods(terms_of(date(2026, 1, 10), alignment="calendar"), until=date(2026, 1, 31)))
    assert (stub.days, stub.nominal_days, stub.is_whole) == (22, 31, False)


def test_d5_a_stub_keeps_the_length_of_its_whole_nominal_period():
    stub = next(periods(terms_of(date(2026, 2, 10), "quarterly", "calendar"), until=date(2026, 2, 10)))
    assert stub == Period(date(2026, 2, 10), date(2026, 3, 31), date(2026, 1, 1), date(2026, 3, 31))
    assert (stub.days, stub.nominal_days) == (50, 90)


@pytest.mark.parametrize(("year", "february"), [(2026, 28), (2028, 29)])
def test_d6_a_lease_from_31_january_keeps_its_anchor(year, february):
    expected = [date(year, 1, 31), date(year, 2, february), date(year, 3, 31), date(year, 4, 30), date(year, 5, 31)]
    assert starts(terms_of(date(year, 1, 31)), 5) == expected


def test_d6_a_yearly_lease_from_29_february_returns_to_it_in_leap_years():
    expected = [date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]
    assert starts(terms_of(date(2024, 2, 29), "yearly"), 5) == expected


def test_d7_calendar_billing_begins_with_a_stub_and_goes_on_with_whole_months():
    found = list(periods(terms_of(date(2026, 1, 10), alignment="calendar"), until=date(2026, 3, 1)))
    assert [(period.start, period.end, period.is_whole) for period in found] == [
        (date(2026, 1, 10), date(2026, 1, 31), False),
        (date(2026, 2, 1), date(2026, 2, 28), True),
        (date(2026, 3, 1), date(2026, 3, 31), True),
    ]


def test_d7_a_calendar_week_runs_from_monday_to_sunday():
    found = list(periods(terms_of(date(2026, 1, 1), "weekly", "calendar"), until=date(2026, 1, 5)))
    assert found == [
        Period(date(2026, 1, 1), date(2026, 1, 4), date(2025, 12, 29), date(2026, 1, 4)),
        Period(date(2026, 1, 5), date(2026, 1, 11), date(2026, 1, 5), date(2026, 1, 11)),
    ]


def test_d7_fortnights_are_counted_from_the_start():
    expected = [date(2026, 1, 10), date(2026, 1, 24), date(2026, 2, 7)]
    assert starts(terms_of(date(2026, 1, 10), "fortnightly"), 3) == expected


@pytest.mark.parametrize(
    ("frequency", "boundaries"),
    [
        ("quarterly", [date(2026, 5, 20), date(2026, 7, 1), date(2026, 10, 1), date(2027, 1, 1)]),
        ("half-yearly", [date(2026, 5, 20), date(2026, 7, 1), date(2027, 1, 1), date(2027, 7, 1)]),
        ("yearly", [date(2026, 5, 20), date(2027, 1, 1), date(2028, 1, 1), date(2029, 1, 1)]),
    ],
)
def test_d7_longer_calendar_periods_are_those_of_the_year(frequency, boundaries):
    assert starts(terms_of(date(2026, 5, 20), frequency, "calendar"), 4) == boundaries


def test_d13_the_last_period_ends_with_the_lease_and_nothing_is_owed_after():
    terms = terms_of(date(2026, 1, 10), alignment="calendar", end=date(2026, 3, 15))
    last = list(periods(terms, until=date(2030, 1, 1)))[-1]
    assert last == Period(date(2026, 3, 1), date(2026, 3, 15), date(2026, 3, 1), date(2026, 3, 31))


def test_d6_only_periods_that_begin_by_the_day_asked_for():
    terms = terms_of(date(2026, 1, 20))
    assert len(list(periods(terms, until=date(2026, 2, 20)))) == 2
    assert len(list(periods(terms, until=date(2026, 2, 19)))) == 1
    assert list(periods(terms, until=date(2026, 1, 19))) == []


@pytest.mark.parametrize("rhythm", RHYTHMS, ids="-".join)
@given(start=st.sampled_from(STARTS), length=st.none() | st.integers(0, 1000))
@example(start=date(2024, 2, 29), length=None)
@example(start=date(2024, 1, 31), length=None)
def test_d6_periods_tile_for_36_months_without_gap_or_overlap(rhythm, start, length):
    end = None if length is None else start + timedelta(days=length)
    until = start + relativedelta(months=36)
    found = list(periods(terms_of(start, *rhythm, end), until=until))
    assert found[0].start == start
    assert all(before.end + DAY == after.start for before, after in pairwise(found))
    assert all(before.nominal_end + DAY == after.nominal_start for before, after in pairwise(found))
    assert all(period.nominal_start <= period.start <= period.end <= period.nominal_end for period in found)
    assert all(period.is_whole for period in found[1:-1])
    assert found[-1].end == end if end and end < until else found[-1].end >= until


@settings(max_examples=200)
@given(any_terms(), st.integers(-500, 1300), st.integers(-5, 200))
def test_d13_a_window_yields_what_a_walk_from_the_start_would(terms, offset, width):
    first = terms.start + timedelta(days=offset)
    last = first + timedelta(days=width)
    walked = periods(terms, until=last + timedelta(days=terms.lead_days))
    expected = [period for period in walked if first <= planned_issue_day(period, terms) <= last]
    assert list(periods_between(terms, first, last)) == expected


@pytest.mark.parametrize("rhythm", RHYTHMS, ids="-".join)
@pytest.mark.parametrize("in_arrears", [False, True])
@pytest.mark.parametrize("lead", [0, 3])
def test_d13_a_window_of_one_day_finds_the_period_planned_for_it(rhythm, in_arrears, lead):
    terms = terms_of(date(2024, 1, 31), *rhythm, end=date(2027, 2, 10), in_arrears=in_arrears, lead_days=lead)
    for period in periods(terms, until=date(2027, 2, 10)):
        day = planned_issue_day(period, terms)
        assert period in periods_between(terms, day, day)


@pytest.mark.parametrize("in_arrears", [False, True])
def test_d13_a_late_window_does_not_walk_from_the_start_of_the_lease(monkeypatch, in_arrears):
    built = []
    monkeypatch.setattr(module, "Period", lambda *days: built.append(days) or Period(*days))
    terms = terms_of(date(1926, 1, 31), "weekly", in_arrears=in_arrears)
    assert len(list(periods_between(terms, date(2026, 3, 1), date(2026, 3, 31)))) in (4, 5)
    assert len(built) <= 7


@pytest.mark.parametrize("in_arrears", [False, True])
def test_d13_a_window_may_be_open_on_both_sides_for_a_lease_that_ended(in_arrears):
    terms = terms_of(date(2026, 1, 1), end=date(2026, 3, 31), in_arrears=in_arrears, lead_days=3)
    assert len(list(periods_between(terms, date.min, date.max))) == 3
