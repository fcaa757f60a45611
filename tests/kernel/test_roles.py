"""Roles: what members of a book may do, by group."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from wagtail.permissions import policy_registry

from rentbook.kernel.choices import ALL, LOOK, Role, rights, verbs_of
from rentbook.kernel.contacts import Contact
from rentbook.kernel.people import Membership
from rentbook.kernel.roles import add_member, group_name, sync_roles
from rentbook.kernel.scoping import ScopedModel, books, may
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


def test_an_owner_may_only_look_and_not_at_papers():
    wanted = {f"{model._meta.app_label}.view_{model._meta.model_name}" for model in SCOPED}
    given = permissions_of(Role.OWNER)
    assert wanted - given <= {"leasing.view_document"}
    assert {name for name in given if ".view_" not in name} == {"wagtailadmin.access_admin"}


@pytest.mark.parametrize("role", Role.values)
def test_no_role_of_a_landlord_touches_users_groups_or_the_log(role):
    forbidden = {"auth", "wagtailusers", "wagtailcore", "wagtaildocs", "wagtailimages", "django_q"}
    given = permissions_of(role)
    assert not {name for name in given if name.partition(".")[0] in forbidden}
    assert not {name for name in given if name.endswith(("_user", "_logentry"))} - {"kernel.view_logentry"}
    assert not {"kernel.add_landlord", "kernel.delete_landlord"} & given


def test_people_and_the_landlord_itself_are_changed_by_managers_alone():
    wanted = {"kernel.add_membership", "kernel.change_membership", "kernel.delete_membership", "kernel.change_landlord"}
    assert wanted <= permissions_of(Role.MANAGER)
    assert {role for role in Role.values if wanted & permissions_of(role)} == {Role.MANAGER}


def test_a_clerk_writes_and_deletes_nothing():
    verbs = {name.partition(".")[2].partition("_")[0] for name in permissions_of(Role.CLERK)}
    assert verbs == {"view", "add", "change", "access"}


def test_an_accountant_changes_nothing():
    assert {name for name in permissions_of(Role.ACCOUNTANT) if ".view_" not in name} == {"wagtailadmin.access_admin"}


@pytest.mark.needs("leasing")
def test_a_caretaker_knows_homes_leases_and_tenants_sees_to_repairs_and_nothing_else():
    homes = {f"leasing.view_{name}" for name in ("property", "unit", "tenant", "lease")}
    given = permissions_of(Role.CARETAKER) - {"wagtailadmin.access_admin"}
    assert homes <= given
    acts = {f"leasing.{verb}_{name}" for verb in ("add", "change") for name in ("repairrequest", "repairphoto")}
    assert {name for name in given if not name.startswith("leasing.view_")} == {*acts, "leasing.add_reading"}
    hidden = {"charge", "oneoffcharge", "sharedcost", "tariff", "document", "termdefaults", "latefeerule"}
    hidden |= {"agreementtemplate"}
    assert not given & {f"leasing.view_{name}" for name in hidden}


def test_the_table_is_read_by_the_model_or_its_app_or_the_rest():
    assert verbs_of(Role.MANAGER, "kernel.landlord") == ("view", "change")
    assert verbs_of(Role.MANAGER, "kernel.contact") == verbs_of(Role.MANAGER, "parking.bay") == ALL
    assert verbs_of(Role.CARETAKER, "leasing.unit") == LOOK
    assert verbs_of(Role.CARETAKER, "parking.bay") == verbs_of("nobody", "leasing.unit") == ()


def test_a_manager_may_more_than_a_clerk_and_a_clerk_more_than_an_accountant_or_a_caretaker():
    assert rights(Role.MANAGER) > rights(Role.CLERK) > rights(Role.ACCOUNTANT)
    assert rights(Role.CLERK) > rights(Role.CARETAKER)


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_the_operator_looks_into_every_book_and_changes_nothing_but_jobs(model, landlord, admin_user):
    policy = policy_registry.get_by_type(model)
    given = {verb for verb in ALL if policy.user_has_permission(admin_user, verb)}
    # Papers, identity cards among them, are the office's alone.
    wanted = {"kernel.Job": {"view", "add", "change"}, "leasing.Document": set()}
    assert given == wanted.get(model._meta.label, {"view"})
    assert {verb for verb in ALL if may(admin_user, verb, landlord, model)} == given


def test_the_operator_runs_landlords_their_people_and_callbacks(admin_user):
    def given(label: str) -> set[str]:
        policy = policy_registry.get_by_type(apps.get_model(label))
        return {verb for verb in ALL if policy.user_has_permission(admin_user, verb)}

    assert given("kernel.Landlord") == {"view", "add", "change"}
    assert given("kernel.Membership") == {*ALL}
    assert given("exchange.Callback") == {"view", "change"}


def test_an_operator_who_is_switched_off_is_nobody(landlord, admin_user):
    admin_user.is_active = False
    admin_user.save()
    assert not policy_registry.get_by_type(Contact).user_has_permission(admin_user, "view")
    assert not may(admin_user, "view", landlord, Contact)


def test_an_operator_with_a_role_in_a_book_has_that_role_there_and_there_alone(landlord, neighbour, admin_user):
    add_member(user=admin_user, landlord=landlord, role=Role.CLERK)
    assert books(admin_user, Contact, "change") == {landlord.pk}
    assert books(admin_user, Contact, "view") == {landlord.pk, neighbour.pk}


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
    user = factories.staff_of(landlord, role=Role.MANAGER)
    add_member(user=user, landlord=neighbour, role=Role.OWNER)
    theirs = factories.make_contact(neighbour)
    assert not policy_registry.get_by_type(Contact).user_has_permission_for_instance(user, "change", theirs)
