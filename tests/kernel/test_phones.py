"""Phones: one number, however people write it (docs/rules.md, D39)."""

import pytest

from rentbook.kernel.phones import masked, parse_phone


@pytest.mark.parametrize(
    "written", ["0712345678", "712345678", "255712345678", "+255 712 345 678", "00255712345678", "0712-345-678",
                "(0712) 345 678", " 0712 345 678 ", "+255-712-345-678"],
)  # fmt: skip
def test_d39_all_ways_to_write_a_tanzanian_number_are_one(written):
    assert parse_phone(written, "TZ") == "+255712345678"


@pytest.mark.parametrize("written", ["671234567", "671 23 45 67", "237671234567", "+237671234567", "00237671234567"])
def test_d39_a_cameroonian_number_has_no_leading_zero_to_lose(written):
    assert parse_phone(written, "CM") == "+237671234567"


@pytest.mark.parametrize("written", ["50012345", "96550012345", "+965 5001 2345", "0096550012345"])
def test_d39_a_kuwaiti_number_is_read_in_kuwait(written):
    assert parse_phone(written, "kw") == "+96550012345"


def test_d39_a_number_of_another_country_keeps_its_own():
    assert parse_phone("+254 712 345678", "TZ") == "+254712345678"


@pytest.mark.parametrize("written", ["", "071234567", "07123456789", "phone", "12", "+255", "0000000000"])
def test_d39_what_is_no_number_is_refused_with_an_example(written):
    with pytest.raises(ValueError, match="write it like 0621 234 567"):
        parse_phone(written, "TZ")


def test_d39_where_there_are_no_mobile_phones_the_example_is_a_fixed_one():
    with pytest.raises(ValueError, match="write it like 8999"):
        parse_phone("12", "TA")


def test_a_phone_on_a_page_that_may_be_forwarded_shows_three_digits():
    assert masked("+255712345678") == "*** 678"
    assert masked(None) == masked("") == ""
