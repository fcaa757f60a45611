"""The fence: every business row has a landlord, and every read says for whom."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import NoReturn, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _
from wagtail.permission_policies.base import ModelPermissionPolicy

from . import clock
from .choices import OPERATOR, verbs_of
from .people import Landlord, Membership, User

M = TypeVar("M", bound=models.Model)
Keys = list[int] | models.QuerySet


class Unscoped(RuntimeError):
    """A query that does not say whose rows it wants."""


def landlord_ids(user: User, model: type[models.Model], actions: Iterable[str] = ("view",)) -> Keys:
    """The keys of the landlords in whose book the user may do one of these things with rows of the model.

    The role counts in each book apart: who manages one and owns another changes nothing in the second. The operator's
    counts in every book, and for him it is a subquery of keys.
    """
    if operates(user, model, actions):
        return Landlord.objects.values("pk")
    return [each.landlord_id for each in _roles(user, model, actions)]


def landlords(user: User, model: type[models.Model], actions: Iterable[str] = ("view",)) -> list[Landlord]:
    """Those landlords themselves, by name."""
    if operates(user, model, actions):
        return list(Landlord.objects.all())
    return [each.landlord for each in _roles(user, model, actions)]


def _roles(user: User, model: type[models.Model], actions: Iterable[str]) -> list[Membership]:
    """The memberships by which the user may do one of these things with rows of the model."""
    known = user.roles if user.is_active else []
    return [each for each in known if {*verbs_of(each.role, model._meta.label_lower)} & {*actions}]


def operates(user: User, model: type[models.Model], actions: Iterable[str]) -> bool:
    """Whether the user is the operator, and may as such do one of these things with rows of the model."""
    return user.is_superuser and user.is_active and bool({*verbs_of(OPERATOR, model._meta.label_lower)} & {*actions})


def may(user: User, action: str, landlord: Landlord, model: type[models.Model]) -> bool:
    """Whether the user's role in this landlord's book allows an action on the model: view, add, change or delete."""
    return operates(user, model, [action]) or landlord.pk in landlord_ids(user, model, [action])


def books(user: User, model: type[models.Model], action: str) -> set[int]:
    """The keys of the landlords in whose book the user may do this with rows of the model: asked once for many rows."""
    return {landlord.pk for landlord in landlords(user, model, [action])}


def by_local_day(landlords: Iterable[Landlord], condition: Callable[[date], Q]) -> Q:
    """A condition about today, for each landlord by his own local day (docs/rules.md, D14); nothing for no landlord."""
    days = defaultdict(list)
    for landlord in landlords:
        days[clock.today(landlord)].append(landlord.pk)
    return reduce(or_, (Q(landlord__in=keys) & condition(day) for day, keys in days.items()), Q(pk__in=[]))


class ScopedManager(models.Manager[M]):
    """Answers only after `visible_to(user)` or `of(landlord)`; all(), filter() and get() alone raise Unscoped."""

    def get_queryset(self) -> NoReturn:
        raise Unscoped(f"{self.model.__name__}.objects wants visible_to(user) or of(landlord) first.")

    def of(self, landlord: Landlord | int) -> models.QuerySet[M]:
        """The rows of one landlord."""
        return super().get_queryset().filter(landlord=landlord)

    def visible_to(self, user: User) -> models.QuerySet[M]:
        """The rows of the landlords that the user is a member of."""
        return super().get_queryset().filter(landlord__in=landlord_ids(user, self.model))


class ScopedModel(models.Model):
    """A business row of one landlord. `unscoped` is what Django and Wagtail ask; our own code names it seldom."""

    landlord = models.ForeignKey("kernel.Landlord", models.PROTECT, related_name="+", verbose_name=_("landlord"))

    #: What the log calls a row, as an expression over its columns, since rows are moved by the thousand.
    log_label: models.expressions.Combinable = Value("")

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

    `path` leads from the model to its landlord's key. The operator sees the rows that have none, too.
    """

    def __init__(self, model: type[models.Model], path: str = "landlord_id"):
        super().__init__(model)
        self.path = path

    def user_has_permission(self, user: User, action: str) -> bool:
        if not user.is_superuser:
            return super().user_has_permission(user, action)
        # Django gives a superuser every permission; ours are those of the operator, and of his own roles.
        return operates(user, self.model, [action]) or bool(_roles(user, self.model, [action]))

    def instances_user_has_any_permission_for(self, user: User, actions: Iterable[str]) -> models.QuerySet:
        rows = super().instances_user_has_any_permission_for(user, actions)
        if operates(user, self.model, actions):
            return rows
        return rows.filter(**{f"{self.path}__in": landlord_ids(user, self.model, actions)})

    def user_has_permission_for_instance(self, user: User, action: str, instance: models.Model) -> bool:
        # Wagtail's own user_has_any_permission_for_instance asks this for each action.
        if operates(user, self.model, [action]):
            return True
        own = getattr(instance, self.path) in landlord_ids(user, self.model, [action])
        return own and self.user_has_permission(user, action)
