"""Roles: a Django group each, whose permissions are the same on every business model."""

from django.apps import apps as registry

from .choices import MAY, Role
from .people import Landlord, Membership, User
from .scoping import ScopedModel

# Models with a landlord that are no ScopedModel, and the landlord itself: to be looked at, never changed here.
LOOKED_AT = [("kernel", "view_landlord"), ("exchange", "view_callback")]


def group_name(role: str) -> str:
    return f"rentbook {role}"


def sync_roles(app_config=None, **_: object) -> None:
    """Give each role's group its permissions on every scoped model, and the key to the back office."""
    from django.contrib.auth.models import Group, Permission

    for role, verbs in MAY.items():
        wanted = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
        for model in registry.get_models():
            if issubclass(model, ScopedModel):
                meta = model._meta
                names = [f"{verb}_{meta.model_name}" for verb in verbs]
                wanted |= Permission.objects.filter(content_type__app_label=meta.app_label, codename__in=names)
        for app_label, codename in LOOKED_AT:
            wanted |= Permission.objects.filter(content_type__app_label=app_label, codename=codename)
        group, _created = Group.objects.get_or_create(name=group_name(role))
        group.permissions.set(wanted)


def add_member(*, user: User, landlord: Landlord, role: Role) -> Membership:
    """Make the user a member of the landlord's book in a role; a member already there changes role."""
    from django.contrib.auth.models import Group

    membership, _created = Membership.objects.update_or_create(user=user, landlord=landlord, defaults={"role": role})
    roles = user.memberships.values_list("role", flat=True).distinct()
    user.groups.set(Group.objects.filter(name__in=[group_name(name) for name in roles]))
    return membership
