import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentbook.kernel.money import parse_amount


@pytest.mark.parametrize(
    "text",
    [
        "500000",
        "500,000",
        "500 000",
        "500\u00a0000",
        "500\u202f000",
        "500.000",
        "500,000.00",
        "500.000,00",
        "500 000,00",
        "500000.00",
        "500000,0",
        "500000.0000",
        " 500,000 \n",
        "\u200f500,000",
        "TZS 500,000",
        "500,000 tzs",
        "TSh500,000",
        "Tsh. 500,000/=",
        "Shs 500,000/-",
        "500,000/= TSh",
        "500,000 TSh /=",
        "٥٠٠٠٠٠",
        "٥٠٠٬٠٠٠",
        "٥٠٠٬٠٠٠٫٠٠",
        "۵۰۰۰۰۰",
    ],
)
def test_people_write_half_a_million_shillings_in_many_ways(text):
    assert str(parse_amount(text, "TZS")) == "500000.00"


@pytest.mark.parametrize(
    ("text", "code", "value"),
    [
        ("1 250,50", "USD", "1250.50"),
        ("1,250.50", "USD", "1250.50"),
        ("$1,250.5", "USD", "1250.50"),
        ("1 250,50 $US", "USD", "1250.50"),
        ("1,250,000", "TZS", "1250000"),
        ("1.250.000", "TZS", "1250000"),
        ("500 000 FCFA", "XAF", "500000"),
        ("500 000 F CFA", "XAF", "500000"),
        ("500 000 F", "XOF", "500000"),
        ("500000.00", "XAF", "500000"),
        ("1250.500", "TZS", "1250.50"),
        ("0.500", "USD", "0.50"),
        ("-500", "TZS", "-500"),
        ("-TSh 500", "TZS", "-500"),
        ("TSh -500", "TZS", "-500"),
        ("\u2212500", "TZS", "-500"),
        ("0", "TZS", "0"),
        ("-0.00", "TZS", "0"),
        ("999,999,999,999.99", "USD", "999999999999.99"),
    ],
)
def test_an_amount_is_read_as_it_was_meant(text, code, value):
    parsed = parse_amount(text, code)
    assert parsed == Decimal(value)
    assert not (parsed == 0 and parsed.is_signed())


@pytest.mark.parametrize(
    ("text", "code", "value"),
    [
        ("250.500", "KWD", "250.500"),
        ("250.500", "TZS", "250500"),
        ("250,500", "KWD", "250500"),
        ("250,500", "TZS", "250500"),
        ("1,250.500", "KWD", "1250.500"),
        ("1 250,500", "KWD", "1250.500"),
        ("250,5", "KWD", "250.500"),
        ("٢٥٠٫٥٠٠ د.ك.", "KWD", "250.500"),
        ("KD 250.5", "KWD", "250.500"),
    ],
)
def test_d21_a_dot_before_three_digits_is_decimal_where_the_currency_has_three(text, code, value):
    assert parse_amount(text, code) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "1e5",
        "1_000",
        "NaN",
        "Infinity",
        "abc",
        "1234567890123",
        "0000000000001",
        "1,25,000",
        "1,250.50.2",
        "0,500",
        "1250,500",
        "500,0000",
        "10.0055",
        "$.50",
        ".50",
        "500.",
        "+255754123456",
        "12/2026",
        "(500)",
        "--5",
        "500-",
        "５００",
        "500\n000",
        "TSh",
        "500 per month",
        "1'000",
        "5 00",
        "0 754 123 456",
        "T Sh 500",
        "-TSh -500",
        "/= 500",
    ],
)
def test_what_is_no_clear_amount_is_refused_in_one_sentence(text):
    with pytest.raises(ValueError, match=r" is not an amount: .+; write it like 500000\.$") as refusal:
        parse_amount(text, "TZS")
    assert str(refusal.value).startswith(" ".join(text.split()))


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("", "TZS", "The amount is empty; write a number such as 500000."),
        (" \u00a0", "KWD", "The amount is empty; write a number such as 250.500."),
        (
            "5OO,000",
            "TZS",
            "5OO,000 is not an amount: it has the letter O where a zero should be; write 500000.",
        ),
        (
            "1,25o.5O USD",
            "USD",
            "1,25o.5O USD is not an amount: it has the letter O where a zero should be; write 1250.5.",
        ),
        ("0.5", "XAF", "0.5 is not an amount: XAF has no decimals; write it like 500000."),
        ("10.0050", "USD", "10.0050 is not an amount: USD has 2 decimals; write it like 500000."),
        ("1.2345", "KWD", "1.2345 is not an amount: KWD has 3 decimals; write it like 250.500."),
        ("1.250.500", "KWD", "1.250.500 is not an amount: it has two decimal points; write it like 250.500."),
        ("1e5", "TZS", "1e5 is not an amount: “e” does not belong among its digits; write it like 500000."),
    ],
)
def test_a_refusal_says_what_was_expected(text, code, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        parse_amount(text, code)


@pytest.mark.parametrize(
    ("text", "code"), [("USD 500", "TZS"), ("$500", "TZS"), ("500 FCFA", "KWD"), ("500 KD", "USD")]
)
def test_d22_money_of_another_currency_is_refused(text, code):
    with pytest.raises(ValueError, match=f"does not belong to an amount in {code}"):
        parse_amount(text, code)


def test_a_refusal_of_an_endless_text_is_short():
    with pytest.raises(ValueError, match="more than 12 digits") as refusal:
        parse_amount("1" * 5000, "TZS")
    assert len(str(refusal.value)) < 150


@pytest.mark.parametrize(
    ("cell", "code", "value"),
    [
        (500000, "TZS", "500000.00"),
        (Decimal("250.500"), "TZS", "250.50"),
        (Decimal("500000.0"), "XAF", "500000"),
        (Decimal("1E+5"), "KWD", "100000.000"),
        (-5, "USD", "-5.00"),
    ],
)
def test_a_cell_that_is_a_number_is_taken_as_it_is(cell, code, value):
    assert str(parse_amount(cell, code)) == value


@pytest.mark.parametrize(
    "cell", [True, None, Decimal("NaN"), Decimal("Infinity"), Decimal("1e400"), 10**12, Decimal("0.001")]
)
def test_a_cell_that_is_no_amount_is_refused(cell):
    with pytest.raises(ValueError, match="is not an amount"):
        parse_amount(cell, "USD")


def test_d21_a_float_is_a_fault_of_the_caller():
    with pytest.raises(TypeError, match="float"):
        parse_amount(0.1, "USD")


@given(
    text=st.text(alphabet="0123456789.,٫٬ -+eEoO_$TSh/=\u00a0", max_size=20),
    code=st.sampled_from(["TZS", "KWD", "XAF"]),
)
def test_any_text_is_an_exact_amount_or_is_refused(text, code):
    try:
        value = parse_amount(text, code)
    except ValueError:
        return
    digits = re.sub(r"\D", "", text)
    assert abs(value) < 10**12
    assert digits.strip("0") == re.sub(r"\D", "", f"{value:f}").strip("0")
