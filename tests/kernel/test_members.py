"""People of a book: let in, given another role, taken out; each by a service that the log remembers."""

import pytest
from django.core.exceptions import ValidationError

from rentbook.kernel import editing
from rentbook.kernel.choices import Role
from rentbook.kernel.contacts import Contact
from rentbook.kernel.log import LogEntry
from rentbook.kernel.members import add_person, change_role, remove_person
from rentbook.kernel.people import Membership, User
from rentbook.kernel.roles import add_member, group_name
from rentbook.kernel.states import Refused
from tests.factories import make_contact, make_user, staff_of

pytestmark = pytest.mark.django_db


def place_of(user: User, landlord) -> Membership:
    return Membership.objects.get(user=user, landlord=landlord)


@pytest.fixture
def let_in(landlord, alice):
    def add(email: str = "juma@example.org", name: str = "Juma", role: str = Role.CLERK, **changes) -> Membership:
        return add_person(**{"landlord": landlord, "email": email, "name": name, "role": role, "by": alice} | changes)

    return add


def test_one_who_is_unknown_becomes_a_user_without_a_password(let_in, landlord):
    juma = let_in("Juma@Example.org").user
    assert (juma.email, juma.has_usable_password()) == ("juma@example.org", False)
    assert juma.has_perm("kernel.change_contact")
    assert not juma.has_perm("kernel.delete_contact")


def test_one_who_works_next_door_keeps_password_name_and_role_there(let_in, bob, landlord, neighbour):
    make_contact(neighbour, name="Next Door")
    row = let_in("BOB@example.org", "The new clerk")
    assert (row.user, str(row)) == (bob, "The new clerk")
    bob = User.objects.get(pk=bob.pk)
    assert bob.check_password("a-password")
    assert (place_of(bob, neighbour).role, place_of(bob, landlord).role) == (Role.MANAGER, Role.CLERK)
    assert {group.name for group in bob.groups.all()} == {group_name(Role.MANAGER), group_name(Role.CLERK)}


def test_what_is_said_of_a_known_e_mail_differs_in_nothing_from_an_unknown_one(let_in, bob):
    known, unknown = let_in("bob@example.org", "Somebody"), let_in("nobody@example.org", "Somebody")
    assert (str(known), known.role, known.landlord_id) == (str(unknown), unknown.role, unknown.landlord_id)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "nonsense"}, "Enter a valid email address"),
        ({"role": "king"}, "is not a valid choice"),
        ({"email": "ALICE@example.org"}, "Nobody lets himself in"),
    ],
)
def test_what_cannot_be_is_refused_and_nobody_is_made(let_in, change, sentence):
    users = User.objects.count()
    with pytest.raises(ValidationError, match=sentence):
        let_in(**change)
    assert User.objects.count() == users


def test_nobody_is_let_in_twice(let_in):
    let_in()
    with pytest.raises(ValidationError, match=r"juma@example\.org is in this book already"):
        let_in("juma@example.org", role=Role.MANAGER)
    assert Membership.objects.get(user__email="juma@example.org").role == Role.CLERK


def test_the_operator_lets_others_in_and_not_himself(let_in, admin_user, landlord):
    assert let_in(by=admin_user).role == Role.CLERK
    with pytest.raises(ValidationError, match="Nobody lets himself in"):
        let_in(admin_user.email, by=admin_user)


def test_the_log_has_each_change_with_before_and_after(let_in, alice, landlord):
    row = let_in()
    key = row.pk
    row = change_role(row=row, role=Role.ACCOUNTANT, by=alice)
    remove_person(row=row, by=alice)
    entries = LogEntry.objects.filter(content_type__model="membership", object_id=str(key)).order_by("pk")
    assert [entry.action for entry in entries] == [editing.CREATED, editing.CHANGED, editing.DELETED]
    assert {(entry.user, entry.landlord) for entry in entries} == {(alice, landlord)}
    created, changed, deleted = entries
    assert created.data["values"]["role"] == Role.CLERK
    assert changed.data["changes"] == {"role": [Role.CLERK, Role.ACCOUNTANT]}
    assert deleted.data["values"]["role"] == Role.ACCOUNTANT


def test_a_new_role_counts_at_once_in_the_groups_too(let_in, alice):
    row = change_role(row=let_in(), role=Role.ACCOUNTANT, by=alice)
    juma = User.objects.get(pk=row.user_id)
    assert [group.name for group in juma.groups.all()] == [group_name(Role.ACCOUNTANT)]
    assert not juma.has_perm("kernel.change_contact")


def test_one_who_is_taken_out_sees_nothing_more(let_in, alice, landlord):
    make_contact(landlord)
    row = let_in()
    assert Contact.objects.visible_to(row.user).exists()
    remove_person(row=row, by=alice)
    # A request has its own user, read anew.
    juma = User.objects.get(pk=row.user_id)
    assert not Contact.objects.visible_to(juma).exists()
    assert not juma.has_perm("wagtailadmin.access_admin")


def test_taken_out_of_one_book_he_stays_in_the_other(let_in, alice, bob, landlord, neighbour):
    theirs = make_contact(neighbour)
    make_contact(landlord)
    remove_person(row=let_in(bob.email, "Bob", Role.MANAGER), by=alice)
    assert list(Contact.objects.visible_to(User.objects.get(pk=bob.pk))) == [theirs]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_the_last_of_them_is_neither_taken_out_nor_demoted(landlord, admin_user, role):
    row = place_of(staff_of(landlord, role=role, name="neema"), landlord)
    sentence = f"Neema is the last {role} of Jengo la Bahari"
    with pytest.raises(Refused, match=sentence):
        remove_person(row=row, by=admin_user)
    with pytest.raises(Refused, match=sentence):
        change_role(row=row, role=Role.CLERK, by=admin_user)
    assert place_of(row.user, landlord).role == role


def test_the_second_manager_may_go_and_then_there_is_a_last_one(landlord, alice):
    other = staff_of(landlord, role=Role.MANAGER)
    remove_person(row=place_of(other, landlord), by=alice)
    with pytest.raises(Refused, match="last manager"):
        remove_person(row=place_of(alice, landlord), by=alice)


def test_a_manager_who_was_switched_off_does_not_count_as_one(landlord, alice):
    other = staff_of(landlord, role=Role.MANAGER)
    User.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(Refused, match="last manager"):
        remove_person(row=place_of(alice, landlord), by=alice)


@pytest.mark.parametrize(("role", "raised"), [(Role.CARETAKER, Role.CLERK), (Role.OWNER, Role.MANAGER)])
def test_nobody_raises_his_own_role(landlord, role, raised):
    user = staff_of(landlord, role=role)
    staff_of(landlord, role=role)
    with pytest.raises(Refused, match="Nobody raises his own role"):
        change_role(row=place_of(user, landlord), role=raised, by=user)
    assert place_of(user, landlord).role == role


def test_a_form_that_was_opened_before_somebody_else_s_change_is_refused(let_in, landlord, alice):
    row = let_in()
    seen = editing.version(row)
    change_role(row=row, role=Role.ACCOUNTANT, by=alice)
    with pytest.raises(editing.StaleForm, match="Alice changed Juma"):
        change_role(row=row, role=Role.MANAGER, seen=seen, by=staff_of(landlord))


def test_one_who_is_gone_already_is_a_sentence(let_in, alice):
    row = let_in()
    remove_person(row=Membership.objects.get(pk=row.pk), by=alice)
    with pytest.raises(Refused, match="Juma is not in this book any more"):
        change_role(row=row, role=Role.MANAGER, by=alice)


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_take_each_other_out_at_one_moment_leave_one(landlord, alice, together):
    other = staff_of(landlord, role=Role.MANAGER)
    mine, his = place_of(alice, landlord), place_of(other, landlord)
    answers = together(lambda: remove_person(row=his, by=alice), lambda: remove_person(row=mine, by=other))
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "Refused"]
    assert Membership.objects.filter(landlord=landlord, role=Role.MANAGER).count() == 1


def test_a_name_that_nobody_gave_is_the_user_s_own(landlord):
    user = make_user(name="zuhura")
    assert str(add_member(user=user, landlord=landlord, role=Role.OWNER)) == "Zuhura"
