"""The fence between landlords: a read that does not say for whom is no read."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from wagtail.permissions import policy_registry

from rentbook.kernel.choices import Role
from rentbook.kernel.contacts import Contact
from rentbook.kernel.roles import add_member
from rentbook.kernel.scoping import Unscoped
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(landlord):
    return factories.make_contact(landlord, name="Ours")


@pytest.fixture
def theirs(neighbour):
    return factories.make_contact(neighbour, name="Theirs")


@pytest.mark.parametrize(
    "ask",
    [
        lambda rows: rows.all(),
        lambda rows: rows.filter(name="Ours"),
        lambda rows: rows.get(pk=1),
        lambda rows: rows.exclude(pk=1),
        lambda rows: rows.count(),
        lambda rows: rows.first(),
        lambda rows: rows.values("pk"),
        lambda rows: rows.in_bulk([1]),
        lambda rows: rows.create(name="Nobody's"),
        lambda rows: rows.none(),
    ],
)
def test_a_query_that_does_not_say_whose_rows_it_wants_is_refused(ask):
    with pytest.raises(Unscoped, match="Contact"):
        ask(Contact.objects)


def test_of_a_landlord_gives_that_landlord_s_rows_alone(landlord, ours, theirs):
    assert list(Contact.objects.of(landlord)) == list(Contact.objects.of(landlord.pk)) == [ours]


def test_each_sees_the_rows_of_the_books_they_may_open(alice, bob, charlie, ours, theirs):
    assert list(Contact.objects.visible_to(alice)) == [ours]
    assert list(Contact.objects.visible_to(bob)) == [theirs]
    assert not Contact.objects.visible_to(charlie).exists()
    assert not Contact.objects.visible_to(AnonymousUser()).exists()


def test_a_member_of_two_books_sees_both(alice, neighbour, ours, theirs):
    add_member(user=alice, landlord=neighbour, role=Role.OWNER)
    assert set(Contact.objects.visible_to(alice)) == {ours, theirs}


def test_a_member_who_was_switched_off_sees_nothing(alice, ours):
    alice.is_active = False
    alice.save()
    assert not Contact.objects.visible_to(alice).exists()


def test_the_operator_sees_every_book(admin_user, ours, theirs):
    assert set(Contact.objects.visible_to(admin_user)) == {ours, theirs}


@pytest.mark.parametrize("action", ["view", "change", "delete"])
def test_wagtail_is_told_that_a_row_of_another_book_is_not_for_them(action, alice, bob, charlie, ours, theirs):
    policy = policy_registry.get_by_type(Contact)
    assert policy.user_has_permission_for_instance(alice, action, ours)
    for user, row in [(alice, theirs), (bob, ours), (charlie, ours)]:
        assert not policy.user_has_permission_for_instance(user, action, row)
    assert list(policy.instances_user_has_permission_for(alice, action)) == [ours]
    assert list(policy.instances_user_has_permission_for(bob, action)) == [theirs]
    assert not policy.instances_user_has_permission_for(charlie, action).exists()


def test_an_owner_looks_at_the_book_and_changes_nothing(landlord, ours, theirs):
    policy = policy_registry.get_by_type(Contact)
    owner = factories.staff_of(landlord, role=Role.OWNER)
    assert policy.user_has_permission_for_instance(owner, "view", ours)
    assert not policy.user_has_permission_for_instance(owner, "view", theirs)
    assert not policy.user_has_any_permission_for_instance(owner, ["change", "delete"], ours)
    assert not policy.user_has_permission(owner, "add")


@pytest.mark.needs("leasing")
def test_a_foreign_key_that_leads_into_another_book_is_refused_as_if_the_row_were_not_there(landlord, neighbour):
    from modules.leasing.models import Unit

    building = factories.make_unit(neighbour).property
    unit = Unit(landlord=landlord, property=building, name="A-01")
    with pytest.raises(ValidationError) as refusal:
        unit.full_clean()
    assert refusal.value.message_dict == {"property": ["There is no such row."]}
