"""Roles: a Django group each, whose permissions are what the table in `choices` says."""

from django.apps import apps as registry
from django.db.models import Model

from .choices import MAY, Role, verbs_of
from .people import Landlord, Membership, User
from .scoping import ScopedModel


def group_name(role: str) -> str:
    return f"rentbook {role}"


def sync_roles(app_config: object = None, **_: object) -> None:
    """Give each role's group its permissions on every model that stands in a book, and the key to the back office."""
    from django.contrib.auth.models import Group, Permission

    for role in Role:
        wanted = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
        for model in filter(_stands_in_a_book, registry.get_models()):
            app_label, name = model._meta.app_label, model._meta.model_name
            names = [f"{verb}_{name}" for verb in verbs_of(role, model._meta.label_lower)]
            wanted |= Permission.objects.filter(content_type__app_label=app_label, codename__in=names)
        group, _created = Group.objects.get_or_create(name=group_name(role))
        group.permissions.set(wanted)


def _stands_in_a_book(model: type[Model]) -> bool:
    return issubclass(model, ScopedModel) or model._meta.label_lower in MAY


def sync_groups(user: User) -> None:
    """Put the user into the groups of the roles that they have in any book, and into no other of ours."""
    from django.contrib.auth.models import Group

    vars(user).pop("roles", None)
    roles = {each.role for each in user.roles}
    user.groups.set(Group.objects.filter(name__in=[group_name(role) for role in roles]))


def add_member(*, user: User, landlord: Landlord, role: Role) -> Membership:
    """Make the user a member of the landlord's book in a role; a member already there changes role."""
    membership, _created = Membership.objects.update_or_create(user=user, landlord=landlord, defaults={"role": role})
    sync_groups(user)
    return membership
