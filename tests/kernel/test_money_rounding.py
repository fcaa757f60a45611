from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentbook.kernel.money import billing_unit, round_money, split, unit

STEPS = st.sampled_from([Decimal("0.001"), Decimal("0.01"), Decimal("0.05"), Decimal(1), Decimal(500)])


@pytest.mark.parametrize(
    ("code", "iso", "billed"),
    [
        ("TZS", "0.01", "1"),
        ("XAF", "1", "1"),
        ("UGX", "1", "1"),
        ("RWF", "1", "1"),
        ("KES", "0.01", "0.01"),
        ("USD", "0.01", "0.01"),
        ("KWD", "0.001", "0.001"),
        ("???", "0.001", "0.001"),
    ],
)
def test_d2_a_currency_is_billed_in_the_unit_that_people_can_pay(code, iso, billed):
    assert (unit(code), billing_unit(code)) == (Decimal(iso), Decimal(billed))


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [
        ("0.5", "1", "1"),
        ("-0.5", "1", "-1"),
        ("2.5", "1", "3"),
        ("2.49999", "1", "2"),
        ("0.125", "0.01", "0.13"),
        ("12500", "5000", "15000"),
        ("12499.99", "5000", "10000"),
        ("-0.4", "1", "0"),
        ("7", "0.05", "7"),
    ],
)
def test_d2_rounds_once_half_away_from_zero(value, step, rounded):
    result = round_money(Decimal(value), Decimal(step))
    assert result == Decimal(rounded)
    assert not (result == 0 and result.is_signed())


def test_d2_rounds_the_end_of_the_sum_and_not_the_day_rate():
    cent = Decimal("0.01")
    assert str(round_money(Decimal(1800) * 17 / 31, cent)) == "987.10"
    assert round_money(round_money(Decimal(1800) / 31, cent) * 17, cent) == Decimal("987.02")


def test_d2_a_fraction_is_rounded_at_its_true_value():
    half = Fraction(75_001) / 30 * 15
    assert round_money(half, Decimal(1)) == 37_501
    assert round_money(-half, Decimal(1)) == -37_501


def test_d21_a_float_is_refused_and_so_is_a_step_that_is_none():
    with pytest.raises(TypeError, match="float"):
        round_money(0.1, Decimal("0.01"))
    with pytest.raises(TypeError, match="float"):
        split(Decimal(10), [0.5, 0.5], Decimal(1))
    with pytest.raises(ValueError, match="above zero"):
        round_money(Decimal(1), Decimal(0))


def test_d21_a_small_decimal_precision_elsewhere_rounds_no_money():
    with localcontext(prec=4):
        assert round_money(Decimal("1234567.895"), Decimal("0.01")) == Decimal("1234567.90")
        assert sum(map(Fraction, split(Decimal("1234567.89"), [1, 2], Decimal("0.01")))) == Fraction("1234567.89")


@pytest.mark.parametrize(
    ("total", "weights", "step", "parts"),
    [
        ("100", [1, 1, 1], "0.01", ["33.34", "33.33", "33.33"]),
        ("75001", [1, 1], "1", ["37501", "37500"]),
        ("10", [1, 0, 2], "1", ["3", "0", "7"]),
        ("100", [Decimal("45.5"), Decimal("54.5")], "1", ["46", "54"]),
        ("-100", [1, 0, 1, 1], "1", ["-34", "0", "-33", "-33"]),
        ("2", [1, 1, 1], "5", ["2", "0", "0"]),
        ("100.505", [1, 1, 1], "0.01", ["33.505", "33.50", "33.50"]),
        ("0", [0, 0], "1", ["0", "0"]),
        ("0", [], "1", []),
    ],
)
def test_d23_a_shared_sum_goes_by_largest_remainder_and_the_earlier_in_a_tie(total, weights, step, parts):
    assert split(Decimal(total), weights, Decimal(step)) == [Decimal(part) for part in parts]


@pytest.mark.parametrize("weights", [[], [0, 0]])
def test_d23_a_sum_that_nobody_carries_is_refused(weights):
    with pytest.raises(ValueError, match="no weight is above zero"):
        split(Decimal(10), weights, Decimal(1))


def test_d23_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="negative"):
        split(Decimal(10), [3, -1], Decimal(1))


@given(
    total=st.decimals(-(10**12), 10**12, places=3),
    weights=st.lists(st.decimals(0, 10**6, places=3), min_size=1, max_size=12).filter(any),
    step=STEPS,
)
def test_d23_the_parts_equal_the_whole(total, weights, step):
    parts = split(total, weights, step)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(total) * Fraction(weight) / sum(map(Fraction, weights))) < step
        assert weight or not part
    assert split(-total, weights, step) == [-part for part in parts]


@given(value=st.decimals(-(10**12), 10**12, places=6), step=STEPS)
def test_d2_what_is_rounded_is_a_multiple_of_the_step_half_a_step_away_at_most(value, step):
    rounded = round_money(value, step)
    assert rounded % step == 0
    assert abs(rounded - value) <= step / 2
    assert round_money(rounded, step) == rounded
