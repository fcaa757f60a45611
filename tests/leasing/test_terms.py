"""Terms that cannot be billed are refused in sentences."""

from datetime import date

import pytest

from modules.leasing.terms import Alignment, BillingTerms, Frequency, Proration, TermsError


def problems_of(**changes) -> list[str]:
    terms = {
        "start": date(2026, 1, 10), "end": None, "frequency": Frequency.monthly,
        "alignment": Alignment.calendar, "proration": Proration.actual,
    }  # fmt: skip
    try:
        BillingTerms(**terms | changes)
    except TermsError as error:
        return error.problems
    return []


def test_r2_the_default_terms_are_due_on_the_5th_and_have_no_lead():
    terms = BillingTerms(date(2026, 1, 1), None, Frequency.monthly, Alignment.calendar, Proration.actual)
    assert (terms.due_day, terms.due_days_after, terms.lead_days, terms.in_arrears) == (5, None, 0, False)


def test_d7_all_frequencies_are_billed_by_anniversary_and_all_but_fortnights_by_the_calendar():
    assert not any(problems_of(frequency=each, alignment=Alignment.anniversary) for each in Frequency)
    assert [each for each in Frequency if problems_of(frequency=each)] == [Frequency.fortnightly]


def test_d1_a_lease_of_one_day_is_no_contradiction():
    assert problems_of(end=date(2026, 1, 10)) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"end": date(2026, 1, 9)}, "The last day is before the first day."),
        ({"frequency": Frequency.fortnightly}, "Fortnights have no calendar: align them to the anniversary."),
        ({"due_days_after": 5}, "Choose either a due day or a number of days after issue, not both."),
        ({"due_day": None}, "Choose a due day or a number of days after issue."),
        ({"due_day": 0}, "The due day is a day of the month, from 1 to 31."),
        ({"due_day": 32}, "The due day is a day of the month, from 1 to 31."),
        ({"due_day": None, "due_days_after": -1}, "The number of days after issue cannot be negative."),
        ({"lead_days": -1}, "The number of lead days cannot be negative."),
    ],
)
def test_r2_d7_a_contradiction_is_named(changes, sentence):
    assert problems_of(**changes) == [sentence]


def test_r2_every_contradiction_is_named_at_once():
    assert len(problems_of(end=date(2025, 1, 1), frequency=Frequency.fortnightly, due_day=40, lead_days=-2)) == 4


@pytest.mark.parametrize("changes", [{"due_day": 1}, {"due_day": 31}, {"due_day": None, "due_days_after": 0}])
def test_r2_the_limits_of_the_due_rules_are_allowed(changes):
    assert problems_of(**changes) == []


def test_d3_a_year_of_rent_counts_its_periods():
    assert [each.per_year for each in Frequency] == [52, 26, 12, 4, 2, 1]
