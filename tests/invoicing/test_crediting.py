"""What of a billed line was not used: used + credited = billed, exactly (docs/rules.md, D4, D8, D23)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from modules.invoicing.crediting import BilledLine, unused, unused_tax, used
from modules.invoicing.periods import Period, periods
from modules.invoicing.proration import prorate, split_part
from modules.leasing.terms import Alignment, BillingTerms, Frequency, Proration

UNIT, CENT, MIL = Decimal("1"), Decimal("0.01"), Decimal("0.001")
DAY = timedelta(days=1)


def billed(period: Period, price="500000", method="actual", frequency="monthly", step=UNIT) -> BilledLine:
    """The line that billing makes of a period."""
    method, frequency = Proration(method), Frequency(frequency)
    share = prorate(Decimal(price), period, method, frequency, step)
    given = {"method": method, "price": share.whole, "of_days": share.of_days, "amount": share.amount}
    return BilledLine(start=period.start, end=period.end, step=step, per_year=share.per_year, **given)


def january(first: int = 1, last: int = 31) -> Period:
    return Period(date(2026, 1, first), date(2026, 1, last), date(2026, 1, 1), date(2026, 1, 31))


def april() -> Period:
    return Period(date(2026, 4, 1), date(2026, 4, 30), date(2026, 4, 1), date(2026, 4, 30))


def test_d8_75001_halved_is_37501_that_was_used_and_37500_that_is_credited():
    line, last = billed(april(), "75001"), date(2026, 4, 15)
    assert (used(line, last), unused(line, last).amount) == (37_501, 37_500)


@pytest.mark.parametrize(
    ("method", "spent", "credited"),
    [("actual", 241_935, 258_065), ("30-day", 250_000, 250_000), ("365-day", 246_575, 253_425)],
)
def test_d8_who_leaves_on_15_january_is_credited_the_rest_by_the_method_of_the_lease(method, spent, credited):
    line = billed(january(), method=method)
    rest = unused(line, date(2026, 1, 15))
    assert (used(line, date(2026, 1, 15)), rest.amount, rest.days) == (spent, credited, 16)


@pytest.mark.parametrize(
    ("last", "credited", "told"),
    [
        (date(2026, 1, 15), 258_065, "16/31 x 500,000 = 258,065"),
        (date(2026, 1, 9), 354_839, "22/31 x 500,000 = 354,839"),
        (date(2025, 12, 31), 500_000, "31/31 x 500,000 = 500,000"),
        (date(2025, 11, 3), 500_000, "31/31 x 500,000 = 500,000"),
        (date(2026, 1, 31), 0, "0/31 x 500,000 = 0"),
        (date(2026, 2, 28), 0, "0/31 x 500,000 = 0"),
    ],
)
def test_d8_a_credit_says_how_it_came_about(last, credited, told):
    rest = unused(billed(january()), last)
    assert (rest.amount, rest.explain()) == (credited, told)


def test_d8_what_no_fraction_gives_is_explained_as_a_difference():
    rest = unused(billed(april(), "75001"), date(2026, 4, 15))
    assert rest.explain() == "75,001 - 37,501 = 37,500"


def test_d8_of_a_part_of_a_month_only_its_own_days_are_credited():
    line = billed(january(10))
    assert line.amount == 354_839
    assert (used(line, date(2026, 1, 15)), unused(line, date(2026, 1, 15)).amount) == (96_774, 258_065)


def test_d3_30_days_of_a_31_day_month_cost_the_month_so_nothing_is_credited():
    rest = unused(billed(january(), method="30-day"), date(2026, 1, 30))
    assert (rest.amount, rest.days) == (0, 1)


def test_d2_1800_usd_are_credited_to_the_cent():
    assert unused(billed(january(), "1800", step=CENT), date(2026, 1, 14)).amount == Decimal("987.10")


def test_d29_tax_is_credited_in_proportion_to_what_it_is_on():
    line, last = billed(january()), date(2026, 1, 15)
    tax = unused_tax(Decimal(90_000), line, unused(line, last))
    assert (tax.amount, tax.before) == (46_452, 43_548)
    assert tax.explain() == "16/31 x 90,000 = 46,452"


def test_d29_all_of_the_tax_is_credited_where_nothing_was_used():
    line = billed(january())
    assert unused_tax(Decimal(90_001), line, unused(line, date(2025, 12, 31))).amount == 90_001


# --- For all terms --------------------------------------------------------------------------------------------------

STARTS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
METHODS, FREQUENCIES = st.sampled_from(list(Proration)), st.sampled_from(list(Frequency))
PRICES = st.tuples(st.integers(1, 10**9), st.sampled_from([UNIT, CENT, MIL])).map(
    lambda made: (made[0] * made[1], made[1])
)


@st.composite
def splits(draw):
    """A line of one of the first periods of some lease, and the last day that was used of it, or one around it."""
    frequency = draw(FREQUENCIES)
    alignment = Alignment.anniversary if frequency == Frequency.fortnightly else draw(st.sampled_from(list(Alignment)))
    method, (price, step) = draw(METHODS), draw(PRICES)
    start = draw(STARTS)
    end = draw(st.none() | st.integers(0, 800).map(lambda days: start + timedelta(days=days)))
    terms = BillingTerms(start, end, frequency, alignment, method)
    tiled = list(periods(terms, until=start + timedelta(days=800)))
    period = tiled[draw(st.integers(0, min(len(tiled), 4) - 1))]
    last = period.start + timedelta(days=draw(st.integers(-3, period.days + 3)))
    return period, billed(period, price, method, frequency, step), last, frequency


@given(splits())
def test_d8_used_and_credited_make_what_was_billed_for_every_method_frequency_and_day(split):
    _period, line, last, _frequency = split
    assert used(line, last) + unused(line, last).amount == line.amount
    assert 0 <= used(line, last) <= line.amount


@given(splits())
def test_d4_the_days_that_were_used_cost_what_a_bill_for_them_alone_would(split):
    period, line, last, frequency = split
    assume(period.start <= last < period.end)
    firsts = [(period.start, line.price), (last + DAY, line.price)]
    parts = split_part(period, firsts, line.method, frequency, line.step)
    assert [used(line, last), unused(line, last).amount] == [part.amount for part in parts]


@given(splits())
def test_d8_a_day_longer_costs_no_less(split):
    _period, line, last, _frequency = split
    assert used(line, last) <= used(line, last + DAY)


@given(splits(), st.integers(0, 10_000))
def test_d29_used_and_credited_tax_make_the_tax_that_was_billed(split, rate):
    _period, line, last, _frequency = split
    tax = (line.amount * rate / 10_000).quantize(line.step)
    assume(line.amount and tax)
    rest = unused(line, last)
    credited = unused_tax(tax, line, rest)
    assert (credited.before or 0) + credited.amount == tax
    assert 0 <= credited.amount <= tax
    if not rest.amount:
        assert not credited.amount
