"""How a cost falls on homes and leases: the parts make the whole, always (docs/rules.md, D23)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.leasing.sharing import Home, Living, by_persons, share

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
ONE = Decimal(1)


def whole_month(lease: int, persons: int = 1, takes_part: bool = True) -> Living:
    return Living(lease, *JANUARY, persons, takes_part)


def shown(cost: int, homes: list[Home], step: str = "1") -> list[tuple[int | None, Decimal, str]]:
    parts = share(Decimal(cost), homes, 31, Decimal(step))
    return [(part.living.lease if part.living else None, part.amount, part.arithmetic) for part in parts]


def test_d23_100_in_three_equal_parts_are_34_33_33():
    homes = [Home(unit, Fraction(1), (whole_month(unit),)) for unit in (1, 2, 3)]
    assert [amount for _lease, amount, _text in shown(100, homes)] == [34, 33, 33]
    assert [text for _lease, _amount, text in shown(100, homes)] == [
        "1/3 x 100 ≈ 34", "1/3 x 100 = 33", "1/3 x 100 = 33",
    ]  # fmt: skip


def test_two_of_seven_people_pay_two_sevenths():
    living = [(whole_month(1, persons=2),), (whole_month(2, persons=5),)]
    homes = [Home(unit, by_persons(there, 31), there) for unit, there in enumerate(living)]
    assert shown(70_000, homes) == [(1, 20_000, "2/7 x 70,000 = 20,000"), (2, 50_000, "5/7 x 70,000 = 50,000")]


def test_by_area_the_equation_has_the_square_metres():
    homes = [Home(1, Decimal("45.5"), (whole_month(1),)), Home(2, Decimal("74.50"), (whole_month(2),))]
    assert [text for _lease, _amount, text in shown(120_000, homes)] == [
        "45.5/120 x 120,000 = 45,500", "74.5/120 x 120,000 = 74,500",
    ]  # fmt: skip


def test_the_part_of_an_empty_home_and_of_one_who_takes_no_part_stays_with_the_landlord():
    homes = [Home(1, ONE, (whole_month(1),)), Home(2, ONE), Home(3, ONE, (whole_month(3, takes_part=False),))]
    assert [(lease, amount) for lease, amount, _text in shown(90_000, homes)] == [
        (1, 30_000), (None, 30_000), (None, 30_000),
    ]  # fmt: skip


def test_two_leases_of_a_home_share_its_part_by_their_days():
    living = (Living(1, date(2026, 1, 1), date(2026, 1, 15)), Living(2, date(2026, 1, 17), date(2026, 1, 31)))
    parts = shown(10_000, [Home(1, Fraction(1), living), Home(2, Fraction(1), (whole_month(3),))])
    assert parts == [
        (1, 2_419, "1/2 x 10,000 = 5,000; 15/31 x 5,000 = 2,419"),
        (2, 2_420, "1/2 x 10,000 = 5,000; 15/31 x 5,000 ≈ 2,420"),
        (None, 161, "1/2 x 10,000 = 5,000; 1/31 x 5,000 = 161"),
        (3, 5_000, "1/2 x 10,000 = 5,000"),
    ]


def test_people_who_came_in_the_middle_count_by_their_days():
    half = (Living(1, date(2026, 1, 17), date(2026, 1, 31), persons=2),)
    assert by_persons(half, 31) == Fraction(30, 31)
    [first, _left, last] = shown(61_000, [Home(1, by_persons(half, 31), half), Home(2, Fraction(1), (whole_month(2),))])
    assert first[2].startswith("30/61 x 61,000 = 30,000; 15/31 x 30,000 = ")
    assert last == (2, 31_000, "31/61 x 61,000 = 31,000")


def test_where_nobody_has_a_weight_nothing_is_shared():
    with pytest.raises(ValueError, match="no weight"):
        list(share(Decimal(100), [Home(1, Fraction(0))], 31, ONE))


days = st.integers(1, 31)
spans = st.lists(days, min_size=0, max_size=4, unique=True).map(sorted)


@given(
    st.integers(1, 10**9),
    st.lists(st.tuples(st.integers(1, 500), spans), min_size=1, max_size=8),
    st.sampled_from(["1", "0.01", "0.001", "100"]),
)
def test_d23_the_parts_make_the_whole_whoever_lived_there(thousandths, homes, step):
    cost = Decimal(thousandths) / 1000
    made = [Home(unit, Decimal(weight), _living(ends)) for unit, (weight, ends) in enumerate(homes)]
    parts = list(share(cost, made, 31, Decimal(step)))
    assert sum(part.amount for part in parts) == cost
    assert all(part.amount >= 0 for part in parts)


def _living(ends: list[int]) -> tuple[Living, ...]:
    """Leases one after the other, each to one of these days."""
    firsts = [1, *(end + 1 for end in ends[:-1])][: len(ends)]
    spans = [(date(2026, 1, first), date(2026, 1, end)) for first, end in zip(firsts, ends, strict=True)]
    return tuple(Living(lease, *span) for lease, span in enumerate(spans))
