"""When a period is issued, due and fined."""

from datetime import date, timedelta
from itertools import islice

import pytest

from modules.invoicing.due_dates import due_date, late_fee_day, planned_issue_day
from modules.invoicing.periods import Period, periods
from modules.leasing.terms import Alignment, BillingTerms, Frequency, Proration

JANUARY = date(2026, 1, 1)


def plan(start, *, frequency="monthly", alignment="calendar", end=None, count=1, **rule) -> tuple[Period, BillingTerms]:
    """The last of the first `count` periods from the start, and its terms."""
    terms = BillingTerms(start, end, Frequency(frequency), Alignment(alignment), Proration.actual, **rule)
    return list(islice(periods(terms, until=date(2100, 1, 1)), count))[-1], terms


def due(start, **rule) -> date:
    return due_date(*plan(start, **rule))


def test_r2_by_default_january_is_due_on_the_5th():
    assert due(JANUARY) == date(2026, 1, 5)


def test_r2_a_stub_from_10_january_is_due_on_10_january_and_the_next_month_on_the_5th():
    assert due(date(2026, 1, 10)) == date(2026, 1, 10)
    assert due(date(2026, 1, 10), count=2) == date(2026, 2, 5)


def test_r2_an_anniversary_period_from_20_january_is_due_on_5_february():
    assert due(date(2026, 1, 20), alignment="anniversary") == date(2026, 2, 5)


def test_r2_an_anniversary_period_that_begins_on_the_due_day_or_before_is_due_in_its_first_month():
    assert due(date(2026, 1, 5), alignment="anniversary") == date(2026, 1, 5)
    assert due(date(2026, 1, 1), alignment="anniversary") == date(2026, 1, 5)


def test_r2_january_in_arrears_is_due_on_5_february():
    assert due(JANUARY, in_arrears=True) == date(2026, 2, 5)


def test_r2_in_arrears_a_lease_that_ends_in_mid_month_is_due_the_day_after():
    assert due(JANUARY, in_arrears=True, end=date(2026, 1, 20)) == date(2026, 1, 21)


def test_r2_in_arrears_an_anniversary_period_takes_the_first_due_day_after_its_end():
    assert due(date(2026, 1, 20), alignment="anniversary", in_arrears=True) == date(2026, 3, 5)


@pytest.mark.parametrize("due_day", [29, 30, 31])
def test_r2_days_29_to_31_fall_on_the_last_of_the_month(due_day):
    assert due(date(2026, 2, 1), due_day=due_day) == date(2026, 2, 28)
    assert due(date(2028, 2, 1), due_day=due_day) == date(2028, 2, 29)
    assert due(date(2026, 1, 31), alignment="anniversary", due_day=30, count=2) == date(2026, 2, 28)
    assert due(date(2026, 4, 1), due_day=due_day) == date(2026, 4, min(due_day, 30))


def test_r2_the_due_day_returns_after_a_short_month():
    assert due(date(2026, 1, 31), alignment="anniversary", due_day=30) == date(2026, 2, 28)
    assert due(date(2026, 1, 31), alignment="anniversary", due_day=30, count=3) == date(2026, 4, 30)
    assert due(date(2026, 2, 1), due_day=31, count=2) == date(2026, 3, 31)


def test_r2_a_quarter_is_due_in_its_first_month_and_a_stub_in_the_month_it_begins():
    assert due(JANUARY, frequency="quarterly") == date(2026, 1, 5)
    assert due(date(2026, 2, 3), frequency="quarterly") == date(2026, 2, 5)
    assert due(date(2026, 2, 10), frequency="quarterly") == date(2026, 2, 10)


def test_r2_a_calendar_week_after_the_due_day_is_due_on_its_monday():
    assert due(date(2026, 2, 2), frequency="weekly") == date(2026, 2, 5)
    assert due(date(2026, 2, 9), frequency="weekly") == date(2026, 2, 9)


def test_r2_five_days_after_issue_is_the_6th_and_the_due_day_5_is_the_5th():
    assert due(JANUARY, due_day=None, due_days_after=5) == date(2026, 1, 6)
    assert due(JANUARY, due_day=5) == date(2026, 1, 5)


def test_r2_lead_days_move_the_planned_issue_day_and_what_is_counted_from_it():
    assert planned_issue_day(*plan(JANUARY)) == date(2026, 1, 1)
    assert planned_issue_day(*plan(JANUARY, lead_days=7)) == date(2025, 12, 25)
    assert due(JANUARY, lead_days=7, due_day=None, due_days_after=10) == date(2026, 1, 4)
    assert due(JANUARY, lead_days=7) == date(2026, 1, 5)


def test_r2_in_arrears_the_planned_issue_day_follows_the_period():
    assert planned_issue_day(*plan(JANUARY, in_arrears=True)) == date(2026, 2, 1)
    assert planned_issue_day(*plan(JANUARY, in_arrears=True, lead_days=2)) == date(2026, 1, 30)
    assert due(JANUARY, in_arrears=True, due_day=None, due_days_after=14) == date(2026, 2, 15)


def test_r2_no_due_day_is_before_the_period_it_is_counted_from():
    for alignment in Alignment:
        for offset in range(366):
            start = date(2027, 6, 1) + timedelta(days=offset)
            assert all(due(start, alignment=alignment, due_day=day) >= start for day in (1, 5, 28, 29, 30, 31))


def test_d17_due_on_the_1st_with_3_days_of_grace_the_fee_falls_on_the_5th():
    assert late_fee_day(date(2026, 1, 1), 3, issued=date(2025, 12, 20)) == date(2026, 1, 5)


def test_d17_without_grace_the_fee_falls_on_the_day_after_the_due_date():
    assert late_fee_day(date(2026, 1, 5), 0, issued=date(2026, 1, 5)) == date(2026, 1, 6)


def test_d13_january_billed_on_10_march_is_due_5_january_and_fined_on_14_march():
    assert due(JANUARY) == date(2026, 1, 5)
    assert late_fee_day(due(JANUARY), 3, issued=date(2026, 3, 10)) == date(2026, 3, 14)


def test_d20_due_5_january_with_grace_3_the_fee_falls_on_the_9th():
    assert late_fee_day(date(2026, 1, 5), 3, issued=JANUARY) == date(2026, 1, 9)
