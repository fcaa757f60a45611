"""Opening a landlord's book."""

import pytest
from django.core.exceptions import ValidationError

from rentbook.kernel.landlords import create_landlord
from rentbook.kernel.people import Landlord, User
from tests.factories import make_user

BOOK = {"code": "DAR", "name": "Jengo", "country": "TZ", "currency": "TZS"}


def test_an_owner_who_is_known_keeps_the_password_that_they_have(db):
    known = make_user(name="asha")
    _landlord, owner = create_landlord(**BOOK, owner_email=known.email, owner_password="another")
    assert owner == known
    assert owner.check_password("a-password")


def test_an_owner_who_is_known_by_phone_is_the_same_person(db):
    first, owner = create_landlord(**BOOK, owner_phone="0712 345 678", owner_password="secret")
    second, same = create_landlord(**BOOK | {"code": "ARU"}, owner_email="new@example.org", owner_phone="0712345678")
    assert (same, {first, second}) == (owner, {member.landlord for member in owner.memberships.all()})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"country": "QQ"}, "QQ is not a country"),
        ({"currency": "QQQ"}, "QQQ is not a currency"),
        ({"owner_email": "nonsense"}, "Enter a valid email address"),
        ({"code": "D4R"}, "Three capital letters"),
        ({"country": "BR"}, "Say the time zone"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_is_opened(db, change, sentence):
    with pytest.raises(ValidationError, match=sentence):
        create_landlord(**BOOK | change)
    assert not Landlord.objects.exists()
    assert not User.objects.exists()


def test_an_e_mail_and_a_phone_of_two_people_are_refused(db):
    make_user(name="asha")
    make_user(name="juma", phone="+255712345678")
    with pytest.raises(ValidationError, match="two users"):
        create_landlord(**BOOK, owner_email="asha@example.org", owner_phone="0712345678")
