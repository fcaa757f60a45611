"""Roles: what members of a book may do, by group."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group

from rentbook.kernel.choices import Role
from rentbook.kernel.contacts import Contact
from rentbook.kernel.people import Membership
from rentbook.kernel.roles import add_member, group_name, sync_roles
from rentbook.kernel.scoping import ScopedModel
from tests import factories

pytestmark = pytest.mark.django_db
SCOPED = [model for model in apps.get_models() if issubclass(model, ScopedModel)]


def permissions_of(role: str) -> set[str]:
    rows = Group.objects.get(name=group_name(role)).permissions.values_list("content_type__app_label", "codename")
    return {".".join(row) for row in rows}


def test_a_manager_may_do_everything_with_every_row_of_the_book():
    wanted = {
        f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
        for model in SCOPED
        for verb in ("view", "add", "change", "delete")
    }
    assert wanted <= permissions_of(Role.MANAGER)


def test_an_owner_may_only_look():
    wanted = {f"{model._meta.app_label}.view_{model._meta.model_name}" for model in SCOPED}
    given = permissions_of(Role.OWNER)
    assert wanted <= given
    assert {name for name in given if ".view_" not in name} == {"wagtailadmin.access_admin"}


@pytest.mark.parametrize("role", Role.values)
def test_no_role_of_a_landlord_touches_users_groups_or_landlords(role):
    forbidden = {"auth", "wagtailusers", "wagtailcore", "wagtaildocs", "wagtailimages", "django_q"}
    given = permissions_of(role)
    assert not {name for name in given if name.partition(".")[0] in forbidden}
    assert not {f"kernel.{verb}_{name}" for verb in ("add", "change", "delete")
                for name in ("user", "landlord", "membership", "logentry")} & given  # fmt: skip


def test_running_it_again_changes_nothing():
    before = {role: permissions_of(role) for role in Role.values}
    sync_roles()
    assert {role: permissions_of(role) for role in Role.values} == before
    assert Group.objects.filter(name__startswith="rentbook ").count() == len(Role)


def test_a_member_who_is_made_one_again_changes_role(landlord):
    user = factories.staff_of(landlord, role=Role.OWNER)
    assert not user.has_perm("kernel.change_contact")
    add_member(user=user, landlord=landlord, role=Role.MANAGER)
    user = type(user).objects.get(pk=user.pk)
    assert user.has_perm("kernel.change_contact")
    assert list(Membership.objects.values_list("role", flat=True)) == [Role.MANAGER]
    assert list(user.groups.values_list("name", flat=True)) == [group_name(Role.MANAGER)]


def test_the_key_to_the_back_office_comes_with_a_role_only(alice, charlie):
    assert alice.has_perm("wagtailadmin.access_admin")
    assert not charlie.has_perm("wagtailadmin.access_admin")


def test_who_manages_one_book_and_owns_another_changes_nothing_in_the_second(landlord, neighbour):
    from wagtail.permissions import policy_registry

    user = factories.staff_of(landlord, role=Role.MANAGER)
    add_member(user=user, landlord=neighbour, role=Role.OWNER)
    theirs = factories.make_contact(neighbour)
    assert not policy_registry.get_by_type(Contact).user_has_permission_for_instance(user, "change", theirs)
