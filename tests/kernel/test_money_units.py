from decimal import Decimal, localcontext

import pytest
from django.core.exceptions import ValidationError
from django.db.migrations.writer import MigrationWriter
from hypothesis import given
from hypothesis import strategies as st

from rentbook.kernel.money import AmountField, AmountFormField, from_db, to_db, unit


@pytest.mark.parametrize(
    ("code", "smallest"),
    [("XAF", "1"), ("TZS", "0.01"), ("USD", "0.01"), ("KWD", "0.001"), ("???", "0.001"), (None, "0.001")],
)
def test_d21_a_currency_has_the_places_of_iso_4217(code, smallest):
    assert str(unit(code)) == smallest


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("0.001", 1),
        ("-0.00", 0),
        ("5", 5000),
        ("1E+3", 1_000_000),
        ("999999999999.999", 10**15 - 1),
        ("10.5000", 10500),
    ],
)
def test_d21_an_amount_is_a_whole_number_of_thousandths(value, number):
    assert to_db(Decimal(value)) == number
    assert from_db(number) == Decimal(value)


@pytest.mark.parametrize("value", ["10.0005", "1e12", "-1e12", "1e400", "1e-400", "NaN", "sNaN", "Infinity"])
def test_d21_what_is_no_whole_number_of_thousandths_is_never_rounded_into_one(value):
    with pytest.raises(ValueError, match="is not a whole number of thousandths"):
        to_db(Decimal(value))


@pytest.mark.parametrize("value", ["5", 5.0, True, None])
def test_d21_only_exact_numbers_become_thousandths(value):
    with pytest.raises(TypeError, match="an amount is a Decimal or an int"):
        to_db(value)


@given(number=st.integers(-(10**15) + 1, 10**15 - 1))
def test_d21_every_number_of_thousandths_comes_back_as_it_went(number):
    with localcontext(prec=4):
        assert to_db(from_db(number)) == number
        assert to_db(AmountField().to_python(f"{from_db(number):f}")) == number


@pytest.mark.parametrize(
    "text", ["١٠", "５", "1e5", "1_000", "NaN", "Infinity", "1,000", "1.0001", "1" * 13, "1" * 5000, "--1", "5\n"]
)
def test_text_becomes_a_number_only_after_a_plain_pattern_has_passed_it(text):
    with pytest.raises(ValidationError):
        AmountField().to_python(text)
    if text.strip() != "5":
        with pytest.raises(ValidationError):
            AmountFormField().to_python(text)


def test_a_form_field_strips_what_is_around_a_number():
    assert AmountFormField().clean(" 5.25 ") == Decimal("5.25")
    assert AmountFormField(required=False).clean("") is None


def test_a_migration_names_the_package():
    text, imports = MigrationWriter.serialize(AmountField(default=0))
    assert (text, imports) == ("rentbook.kernel.money.AmountField(default=0)", {"import rentbook.kernel.money"})
