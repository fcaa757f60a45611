"""The fence that every screen stands behind: a row of another landlord is 404, whatever the door."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import policy_registry

from rentbook.kernel.log import LogEntry

from .columns import DataColumn

ANY = {"view", "add", "change", "delete"}


def visible(user: Any, model: type[Model], actions: Iterable[str] = ANY) -> QuerySet:
    """The rows of a model that the user may do one of these things with: permission and landlord at once."""
    return policy_registry.get_by_type(model).instances_user_has_any_permission_for(user, actions)


class FencedRow:
    """A view of one row: only a row that the user sees is found, and who sees it without the right is refused."""

    permission_required = "view"

    def get_object(self, queryset: QuerySet | None = None) -> Model:
        row = get_object_or_404(visible(self.request.user, self.model), pk=unquote(str(self.kwargs["pk"])))
        # The user's books were read with his rights.
        for own in self.request.user.roles:
            if own.landlord_id == getattr(row, "landlord_id", None):
                row.landlord = own.landlord
        policy = policy_registry.get_by_type(self.model)
        if not policy.user_has_permission_for_instance(self.request.user, self.permission_required, row):
            raise PermissionDenied
        return row


class RowView(FencedRow):
    """A view that has the row at hand, as `object`, before it does anything."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return super().dispatch(request, *args, **kwargs)


class UnderItsList(WagtailAdminTemplateMixin):
    """A page of one model's: its title, on the way down from the model's list."""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(self.index_url_name), "label": capfirst(self.model._meta.verbose_name_plural)}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.get_page_title()}]


class ScopedHistoryView(HistoryView):
    """Who did what to the row, through which door."""

    any_permission_required = list(ANY)

    def get_base_object_queryset(self) -> QuerySet:
        return visible(self.request.user, self.model)

    def get_base_queryset(self) -> QuerySet:
        return super().get_base_queryset().filter(pk__in=LogEntry.objects.viewable_by_user(self.request.user))

    @cached_property
    def columns(self) -> list[Any]:
        return [*super().columns, DataColumn("door", label=_("Door"), accessor="get_door_display")]

    def get_edit_url(self, instance: Model) -> str | None:
        return AdminURLFinder(self.request.user).get_edit_url(instance)

    def user_can_unschedule(self) -> bool:
        return False

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return []


__all__ = ["ANY", "FencedRow", "RowView", "ScopedHistoryView", "UnderItsList", "visible"]
