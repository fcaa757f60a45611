"""What happens on the last day: it goes on month to month, or for the same time again (docs/rules.md, D6, D11)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.leasing.life_selectors import terms_of
from modules.leasing.models import AtTheEnd, Lease
from modules.leasing.services import expire_leases, give_notice, go_on, renew_leases
from modules.leasing.term_lengths import DAY, months_later, same_again, terms_until, whole_months
from modules.leasing.terms import last_day
from rentbook.kernel.contributions import daily_parts
from tests.factories import make_lease

DECEMBER = date(2026, 12, 31)
YEAR = {"start": date(2026, 1, 1), "end": DECEMBER}


# --- How long -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "again"),
    [
        (date(2026, 1, 1), DECEMBER, date(2027, 12, 31)),
        (date(2026, 1, 10), date(2026, 4, 9), date(2026, 7, 9)),
        (date(2026, 1, 31), date(2026, 2, 27), date(2026, 3, 30)),
        (date(2024, 2, 29), date(2025, 2, 27), date(2026, 2, 27)),
        (date(2026, 1, 1), date(2026, 4, 10), date(2026, 7, 19)),  # 100 days
    ],
)
def test_d11_the_next_term_is_as_long_as_the_first(start, end, again):
    assert same_again((start, end), end) == again


def test_d6_terms_are_counted_from_the_first_day_and_never_from_a_clipped_month():
    first = date(2026, 1, 31)
    found = [end for _start, end in terms_until((first, date(2026, 2, 27)), date(2026, 2, 27), date(2026, 6, 1))]
    assert found == [date(2026, 3, 30), date(2026, 4, 29), date(2026, 5, 30), date(2026, 6, 29)]
    assert months_later(date(2024, 2, 29), date(2027, 2, 27), 12) == date(2028, 2, 28)


@given(
    first=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    months=st.integers(1, 24),
    days=st.integers(1, 400),
    whole=st.booleans(),
)
def test_terms_follow_one_another_without_gap_or_overlap_and_as_long_as_the_first(first, months, days, whole):
    end = last_day(first, months) if whole else first + days * DAY
    terms = list(terms_until((first, end), end, end + 1000 * DAY))
    for (_start, before), (start, _end) in zip([(first, end), *terms], terms, strict=False):
        assert start == before + DAY
    months = whole_months(first, end)
    lengths = [(whole_months(first, last), (last - start).days) for start, last in terms]
    if months:
        assert [length for length, _days in lengths] == [months * count for count in range(2, len(terms) + 2)]
    else:
        assert {length for _months, length in lengths} == {(end - first).days}


# --- Going on -------------------------------------------------------------------------------------------------------

db = pytest.mark.django_db


def life(lease: Lease) -> list[tuple]:
    lease.refresh_from_db()
    return [(span.start, span.end, str(span.kind)) for span in terms_of(lease)]


@db
def test_d11_month_to_month_it_has_no_last_day_any_more(landlord):
    lease = make_lease(landlord, **YEAR, at_the_end=AtTheEnd.MONTH_TO_MONTH)
    assert go_on(landlord=landlord, on=DECEMBER) == 0
    assert go_on(landlord=landlord, on=date(2027, 1, 1)) == 1
    assert go_on(landlord=landlord, on=date(2027, 2, 1)) == 0
    assert expire_leases(landlord=landlord, on=date(2027, 2, 1)) == 0
    assert life(lease) == [(*YEAR.values(), "first term"), (date(2027, 1, 1), None, "month to month")]


@db
def test_d11_renewed_by_itself_it_makes_up_for_years_that_were_missed(landlord):
    lease = make_lease(landlord, **YEAR, at_the_end=AtTheEnd.RENEW)
    assert go_on(landlord=landlord, on=date(2029, 5, 1)) == 1
    assert go_on(landlord=landlord, on=date(2029, 5, 1)) == 0
    assert life(lease) == [
        (*YEAR.values(), "first term"),
        (date(2027, 1, 1), date(2027, 12, 31), "renewed"),
        (date(2028, 1, 1), date(2028, 12, 31), "renewed"),
        (date(2029, 1, 1), date(2029, 12, 31), "renewed"),
    ]


@db
def test_d11_a_lease_that_just_ends_does_not_go_on(landlord):
    make_lease(landlord, **YEAR)
    assert go_on(landlord=landlord, on=date(2027, 1, 1)) == 0
    assert expire_leases(landlord=landlord, on=date(2027, 1, 1)) == 1


@db
@pytest.mark.parametrize("how", [AtTheEnd.MONTH_TO_MONTH, AtTheEnd.RENEW])
def test_d15_nobody_goes_on_in_a_home_that_is_let_to_another_from_then(landlord, how):
    lease = make_lease(landlord, **YEAR, at_the_end=how)
    make_lease(landlord, unit=lease.unit, start=date(2027, 1, 1))
    assert go_on(landlord=landlord, on=date(2027, 1, 1)) == 0
    assert expire_leases(landlord=landlord, on=date(2027, 1, 1)) == 1


@db
def test_d15_a_renewal_ends_before_the_next_lease_begins(landlord):
    lease = make_lease(landlord, **YEAR, at_the_end=AtTheEnd.RENEW)
    make_lease(landlord, unit=lease.unit, start=date(2028, 3, 1))
    assert go_on(landlord=landlord, on=date(2028, 2, 1)) == 1
    assert life(lease)[-1] == (date(2027, 1, 1), date(2027, 12, 31), "renewed")


@db
def test_d11_however_it_was_renewed_between_it_is_renewed_for_the_time_of_its_first_term(landlord):
    lease = make_lease(landlord, **YEAR, at_the_end=AtTheEnd.RENEW)
    renew_leases(leases=[lease], months=6, by=None)
    go_on(landlord=landlord, on=date(2027, 7, 1))
    assert life(lease)[-1][:2] == (date(2027, 7, 1), date(2028, 6, 30))


@db
def test_twenty_leases_go_on_with_as_many_queries_as_two(landlord, django_assert_max_num_queries):
    def go_on_with(count: int, most: int) -> int:
        for _ in range(count):
            make_lease(landlord, **YEAR, at_the_end=AtTheEnd.RENEW)
        with django_assert_max_num_queries(most) as asked:
            assert go_on(landlord=landlord, on=date(2027, 1, 1)) == count
        return len(asked)

    few = go_on_with(2, 20)
    assert go_on_with(20, 20) == few


@db
def test_a_term_that_was_agreed_for_after_the_last_day_is_not_shown(landlord, travel):
    travel(date(2026, 11, 1))
    lease = make_lease(landlord, **YEAR, at_the_end=AtTheEnd.RENEW, notice_days=10)
    go_on(landlord=landlord, on=date(2027, 1, 1))
    give_notice(leases=[lease], by_whom="tenant", by=None)
    assert life(lease) == [(date(2026, 1, 1), date(2026, 11, 11), "first term")]


def test_leases_go_on_before_any_expires():
    order = {part.name: part.order for part in daily_parts}
    assert order["leasing.go_on"] < order["leasing.expire_leases"]
