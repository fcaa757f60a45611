"""The demo is for an empty book, and takes nothing away that is not its own."""

import pytest

from rentbook.exchange.demo import empty_demo, load_demo, sign_ins
from rentbook.kernel.people import Landlord
from tests.factories import make_landlord, make_user


def test_the_demo_refuses_a_book_with_other_data(landlord):
    with pytest.raises(ValueError, match="There is data already"):
        load_demo()


def test_a_real_landlord_with_the_code_of_a_demo_landlord_is_not_taken_away(db):
    make_landlord(code="DAR", name="A real landlord")
    with pytest.raises(ValueError, match="not the demo's"):
        empty_demo()
    assert Landlord.objects.exists()


def test_a_book_with_users_of_its_own_is_not_taken_away(db):
    make_user(name="asha")
    with pytest.raises(ValueError, match="users that are not the demo's"):
        empty_demo()


def test_the_demo_s_sign_ins_are_told_of_nobody_else(db):
    make_user(name="asha")
    assert sign_ins() == []
