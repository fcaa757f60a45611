"""When a late fee falls and what it comes to, as plain values (docs/rules.md, D17, D18, D20)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.invoicing.due_dates import late_fee_day
from modules.invoicing.late_fees import FeeTerms, charge, fee_day, figure, unpaid_rent

ONE, CENT, MILL = Decimal(1), Decimal("0.01"), Decimal("0.001")
NINTH = date(2026, 1, 9)


def fees(terms: FeeTerms, base: int | str, count: int) -> list[Decimal]:
    """The fees of so many occurrences on the same unpaid rent."""
    found: list[Decimal] = []
    for _occurrence in range(count):
        fee = charge(terms, Decimal(base), sum(found, Decimal(0)))
        found.append(fee.amount if fee else Decimal(0))
    return found


# --- The day --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "grace", "issued", "falls"),
    [
        (date(2026, 1, 1), 3, date(2026, 1, 1), date(2026, 1, 5)),
        (date(2026, 1, 5), 3, date(2026, 1, 1), date(2026, 1, 9)),
        (date(2026, 1, 5), 3, date(2026, 3, 10), date(2026, 3, 14)),
        (date(2026, 1, 5), 0, date(2026, 1, 1), date(2026, 1, 6)),
    ],
)
def test_d17_a_fee_falls_on_the_day_after_the_grace(due, grace, issued, falls):
    first = late_fee_day(due, grace, issued)
    assert fee_day(first, None, None, None) == falls


def test_d18_a_fee_that_is_charged_once_falls_no_more():
    assert fee_day(NINTH, None, NINTH, None) is None


def test_d18_a_fee_falls_again_every_so_many_days():
    days = [NINTH]
    while len(days) < 4:
        days.append(fee_day(NINTH, 7, days[-1], None))
    assert days == [date(2026, 1, 9), date(2026, 1, 16), date(2026, 1, 23), date(2026, 1, 30)]


def test_d20_the_fee_of_the_9th_falls_on_the_13th_where_time_was_given_through_the_12th():
    assert fee_day(NINTH, None, None, date(2026, 1, 12)) == date(2026, 1, 13)


def test_d20_time_that_was_over_before_the_grace_moves_nothing():
    assert fee_day(NINTH, None, None, date(2026, 1, 7)) == NINTH


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 60),
    st.lists(st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)), max_size=12),
)  # fmt: skip
def test_fees_come_one_after_the_other_never_sooner_than_agreed_nor_in_time_that_was_given(first, every, pauses):
    last = None
    for pause in pauses:
        day = fee_day(first, every, last, pause)
        assert day >= (last + timedelta(days=every) if last else first)
        assert pause is None or day > pause
        last = day


# --- The amount -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "base", "amount", "arithmetic"),
    [
        (FeeTerms(ONE, rate=1000), "500000", "50000", "10 % x 500,000 = 50,000"),
        (FeeTerms(ONE, rate=750), "333333", "25000", "7.5 % x 333,333 = 25,000"),
        (FeeTerms(CENT, rate=500), "1800", "90", "5 % x 1,800.00 = 90.00"),
        (FeeTerms(MILL, rate=333), "250.505", "8.342", "3.33 % x 250.505 = 8.342"),
        (FeeTerms(ONE, rate=1000), "500000.50", "50000", "10 % x 500,000.50 = 50,000"),
        (FeeTerms(Decimal(500), rate=1000), "123456", "12500", "10 % x 123,456.00 = 12,500"),
        (FeeTerms(ONE, amount=Decimal(10_000)), "500000", "10000", "1 x 10,000 = 10,000"),
    ],
)
def test_d18_a_fee_is_fixed_or_a_percentage_of_the_unpaid_rent(terms, base, amount, arithmetic):
    fee = charge(terms, Decimal(base), Decimal(0))
    assert (fee.base, fee.amount, fee.arithmetic) == (Decimal(base), Decimal(amount), arithmetic)


def test_d18_where_no_rent_is_left_there_is_no_fee():
    assert charge(FeeTerms(ONE, amount=Decimal(10_000)), Decimal(0), Decimal(0)) is None
    assert charge(FeeTerms(ONE, rate=1000), Decimal(4), Decimal(0)) is None


def test_d18_the_fees_of_a_bill_stop_at_the_maximum():
    terms = FeeTerms(ONE, rate=1000, every_days=7, maximum=Decimal(120_000))
    assert fees(terms, 500_000, 4) == [50_000, 50_000, 20_000, 0]
    assert charge(terms, Decimal(500_000), Decimal(100_000)).arithmetic == "120,000 - 100,000 = 20,000"


def test_d18_money_goes_to_the_rent_first_and_a_credit_note_to_what_it_names():
    assert unpaid_rent(Decimal(500_000), Decimal(0), Decimal(300_000)) == 200_000
    assert unpaid_rent(Decimal(500_000), Decimal(100_000), Decimal(300_000)) == 100_000
    assert unpaid_rent(Decimal(500_000), Decimal(0), Decimal(550_000)) == 0


@given(
    st.integers(1, 10**9), st.integers(1, 10_000), st.none() | st.integers(1, 10**9), st.sampled_from([ONE, CENT, MILL])
)  # fmt: skip
def test_fees_are_multiples_of_the_billing_unit_and_together_at_most_the_maximum(base, rate, most, step):
    terms = FeeTerms(step, rate=rate, every_days=1, maximum=most and Decimal(most))
    found = fees(terms, base, 5)
    assert all(fee >= 0 and not fee % step for fee in found)
    assert most is None or sum(found) <= most
    assert abs(found[0] - min(Decimal(base) * rate / 10_000, most or Decimal("Infinity"))) <= step


@given(st.decimals(Decimal("0.001"), Decimal(10**11), places=3), st.sampled_from([ONE, CENT, MILL]))
def test_a_figure_says_the_number_and_nothing_else(value, step):
    assert Decimal(figure(value, step).replace(",", "")) == value
