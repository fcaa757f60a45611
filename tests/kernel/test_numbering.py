"""Numbers without gaps, whatever is rolled back and whoever else is taking some (docs/rules.md, R6)."""

from contextlib import suppress

import pytest
from django.db import transaction

from rentbook.kernel.numbering import Counter, take_numbers

pytestmark = pytest.mark.django_db


def test_r6_a_number_has_the_series_the_landlord_s_letters_and_at_least_three_digits(landlord):
    assert take_numbers(landlord, "INV-202601", 2) == ["INV-202601-DAR001", "INV-202601-DAR002"]
    Counter.objects.of(landlord).update(last=998)
    assert take_numbers(landlord, "INV-202601", 2) == ["INV-202601-DAR999", "INV-202601-DAR1000"]


def test_r6_each_series_and_each_landlord_counts_by_itself(landlord, neighbour):
    take_numbers(landlord, "INV-202601", 5)
    assert take_numbers(landlord, "INV-202602", 1) == ["INV-202602-DAR001"]
    assert take_numbers(landlord, "RCT", 1) == ["RCT-DAR001"]
    assert take_numbers(neighbour, "INV-202601", 1) == ["INV-202601-DLA001"]


def test_r6_a_rollback_gives_its_numbers_back(landlord):
    take_numbers(landlord, "RCT", 3)
    with suppress(ZeroDivisionError), transaction.atomic():
        assert take_numbers(landlord, "RCT", 2) == ["RCT-DAR004", "RCT-DAR005"]
        raise ZeroDivisionError
    assert take_numbers(landlord, "RCT", 1) == ["RCT-DAR004"]


def test_r6_a_first_number_that_is_rolled_back_leaves_no_gap_either(landlord):
    with suppress(ZeroDivisionError), transaction.atomic():
        take_numbers(landlord, "RCT", 1)
        raise ZeroDivisionError
    assert take_numbers(landlord, "RCT", 1) == ["RCT-DAR001"]


@pytest.mark.django_db(transaction=True)
def test_r6_numbers_are_taken_inside_the_transaction_that_uses_them(landlord):
    with pytest.raises(RuntimeError, match="outside a transaction"):
        take_numbers(landlord, "RCT", 1)


@pytest.mark.django_db(transaction=True)
def test_r6_two_who_take_numbers_at_once_take_different_ones(landlord, together):
    def take() -> list[str]:
        taken = []
        for _ in range(10):
            with transaction.atomic():
                taken += take_numbers(landlord, "RCT", 2)
        return taken

    answers = together(take, take)
    assert sorted(answers[0] + answers[1]) == [f"RCT-DAR{number:03}" for number in range(1, 41)]
