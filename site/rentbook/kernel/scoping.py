"""The fence: every business row has a landlord, and every read says for whom."""

from collections.abc import Iterable
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.permission_policies.base import ModelPermissionPolicy

from .choices import MAY
from .people import Landlord, Membership, User

M = TypeVar("M", bound=models.Model)


class Unscoped(RuntimeError):
    """A query that does not say whose rows it wants."""


def landlord_ids(user: User, actions: Iterable[str] = ("view",)) -> models.QuerySet:
    """The landlords in whose book the user may do one of these things, as a subquery of keys.

    The role counts in each book apart: who manages one and owns another changes nothing in the second.
    """
    if user.is_superuser:
        return Landlord.objects.values("pk")
    roles = [role for role, verbs in MAY.items() if {*verbs} & {*actions}]
    return Membership.objects.filter(user_id=user.pk, user__is_active=True, role__in=roles).values("landlord")


def may(user: User, action: str, landlord: Landlord) -> bool:
    """Whether the user's role in this landlord's book allows an action: view, add, change or delete."""
    return Landlord.objects.filter(pk=landlord.pk).filter(pk__in=landlord_ids(user, [action])).exists()


class ScopedManager(models.Manager[M]):
    """Answers only after `visible_to(user)` or `of(landlord)`; all(), filter() and get() alone raise Unscoped."""

    def get_queryset(self):
        raise Unscoped(f"{self.model.__name__}.objects wants visible_to(user) or of(landlord) first.")

    def of(self, landlord: Landlord | int) -> models.QuerySet[M]:
        """The rows of one landlord."""
        return super().get_queryset().filter(landlord=landlord)

    def visible_to(self, user: User) -> models.QuerySet[M]:
        """The rows of the landlords that the user is a member of."""
        return super().get_queryset().filter(landlord__in=landlord_ids(user))


class ScopedModel(models.Model):
    """A business row of one landlord. `unscoped` is what Django and Wagtail ask; our own code names it seldom."""

    landlord = models.ForeignKey("kernel.Landlord", models.PROTECT, related_name="+", verbose_name=_("landlord"))

    unscoped = models.Manager()
    objects = ScopedManager()

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse a foreign key that leads into another landlord's book."""
        super().clean()
        for field in self._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and issubclass(field.related_model, ScopedModel):
                other = getattr(self, field.name, None)
                if other is not None and other.landlord_id != self.landlord_id:
                    raise ValidationError({field.name: _("There is no such row.")})


class LandlordPolicy(ModelPermissionPolicy):
    """Permission and row at once: registered for every ScopedModel, so that Wagtail's own questions are scoped too.

    `path` leads from the model to its landlord. The operator sees the rows that have none, too.
    """

    def __init__(self, model, path="landlord"):
        super().__init__(model)
        self.path = path

    def instances_user_has_any_permission_for(self, user, actions):
        rows = super().instances_user_has_any_permission_for(user, actions)
        return rows if user.is_superuser else rows.filter(**{f"{self.path}__in": landlord_ids(user, actions)})

    def user_has_permission_for_instance(self, user, action, instance):
        # Wagtail's own user_has_any_permission_for_instance asks this for each action.
        if not self.user_has_permission(user, action):
            return False
        own = self.model._default_manager.filter(pk=instance.pk)
        return user.is_superuser or own.filter(**{f"{self.path}__in": landlord_ids(user, [action])}).exists()
