import re
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentbook.kernel.money import Money, parse_amount, show

NO_BREAK, NARROW = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("amount", "code", "language", "text"),
    [
        ("500000", "TZS", "en", "TSh 500,000"),
        ("500000.00", "TZS", "sw", "TSh 500,000"),
        ("500000", "TZS", "fr", "500 000 TZS"),
        ("1250.50", "TZS", "sw", "TSh 1,250.50"),
        ("500000", "XAF", "fr", "500 000 FCFA"),
        ("500000", "XAF", "en", "FCFA 500,000"),
        ("500000", "XOF", "fr", "500 000 F CFA"),
        ("987.1", "USD", "en", "$987.10"),
        ("987.1", "USD", "fr", "987,10 $US"),
        ("-987.1", "USD", "sw", "-US$ 987.10"),
        ("250.5", "KWD", "ar", "250.500 د.ك."),
        ("250", "KWD", "ar", "250 د.ك."),
        ("1250.5", "KWD", "en", "KWD 1,250.500"),
        ("0", "UGX", "en", "UGX 0"),
        ("-0.00", "USD", "en", "$0"),
        ("1250.5", "TZS", "en-gb", "TSh 1,250.50"),
        ("1250.5", "KWD", "ar_EG", "1,250.500 د.ك."),
    ],
)
def test_d21_an_amount_is_shown_by_the_language_of_the_reader(amount, code, language, text):
    assert show(Money(amount, code), language, plain=True) == text


def test_d21_an_amount_on_a_page_does_not_break_over_two_lines():
    assert show(Money(500000, "TZS"), "en") == f"TSh{NO_BREAK}500,000"
    assert show(Money(500000, "XAF"), "fr") == f"500{NARROW}000{NO_BREAK}FCFA"


@pytest.mark.parametrize(
    ("amount", "code", "text"),
    [("0.5", "XAF", "FCFA 0.5"), ("1.005", "USD", "$1.005"), ("999999999999.999", "KWD", "KWD 999,999,999,999.999")],
)
def test_d21_what_is_shown_is_never_rounded(amount, code, text):
    with localcontext(prec=4):
        assert show(Money(amount, code), "en", plain=True) == text


@given(
    thousandths=st.integers(-(10**15) + 1, 10**15 - 1),
    code=st.sampled_from(["TZS", "XAF", "KWD", "USD", "XOF", "KES"]),
    language=st.sampled_from(["en", "fr", "sw", "ar"]),
)
def test_d21_texts_have_western_digits_no_marks_of_direction_and_in_sms_no_costly_spaces(thousandths, code, language):
    money = Money(Decimal(thousandths).scaleb(-3), code)
    text = show(money, language)
    assert " " not in text
    assert not re.search(r"[\u0660-\u0669\u06f0-\u06f9\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)
    assert not re.search(r"[\u00a0\u202f\u2009]", show(money, language, plain=True))


@given(
    whole=st.integers(-(10**12) + 1, 10**12 - 1),
    code=st.sampled_from(["TZS", "XAF", "KWD", "USD", "XOF", "KES"]),
    language=st.sampled_from(["en", "fr", "sw", "ar"]),
)
def test_an_amount_that_was_shown_can_be_typed_back(whole, code, language):
    assert parse_amount(show(Money(whole, code), language), code) == whole


@given(cents=st.integers(-(10**10), 10**10), language=st.sampled_from(["en", "fr", "sw", "ar"]))
def test_cents_that_were_shown_can_be_typed_back(cents, language):
    value = Decimal(cents).scaleb(-2)
    assert parse_amount(show(Money(value, "USD"), language, plain=True), "USD") == value
