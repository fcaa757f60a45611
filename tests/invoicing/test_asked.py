"""What a bill asks its tenant to pay, and what he withholds instead: plain figures (docs/rules.md, D27)."""

from decimal import Decimal

import pytest

from modules.invoicing.asked import Asked, common_rate, rate_of


class TestWhatABillAsks:
    def test_d27_of_a_million_with_ten_percent_withheld_nine_hundred_thousand_is_to_pay(self):
        asked = Asked(total=Decimal(1_000_000), settled=Decimal(0), to_withhold=Decimal(100_000))
        assert (asked.left, asked.still_to_withhold, asked.to_pay) == (1_000_000, 100_000, 900_000)

    def test_d27_the_certificate_settles_what_was_withheld(self):
        paid = Asked(Decimal(1_000_000), Decimal(900_000), Decimal(100_000))
        assert (paid.left, paid.to_pay) == (100_000, 0)
        closed = Asked(Decimal(1_000_000), Decimal(1_000_000), Decimal(100_000), Decimal(100_000))
        assert (closed.left, closed.still_to_withhold, closed.to_pay) == (0, 0, 0)

    def test_who_paid_it_all_owes_nothing_whatever_was_to_be_withheld(self):
        assert Asked(Decimal(1_000_000), Decimal(950_000), Decimal(100_000)).to_pay == 0

    @pytest.mark.parametrize(
        ("part", "whole", "rate"),
        [("100000.00", "1000000.00", 1000), ("35484.00", "354839.00", 1000), ("98.71", "987.10", 1000),
         ("75.00", "1000.00", 750), ("100000", "980000", 1020), ("0.31", "3.14", 1000)],
    )  # fmt: skip
    def test_the_rate_is_the_plainest_that_gives_the_rounded_part(self, part, whole, rate):
        assert rate_of(Decimal(part), Decimal(whole)) == rate

    def test_two_rates_are_no_rate(self):
        ten, five = (Decimal(10), Decimal(100)), (Decimal(5), Decimal(100))
        assert common_rate([ten, ten]) == 1000
        assert common_rate([ten, five]) is None
        assert common_rate([]) is None
