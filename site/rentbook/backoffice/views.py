"""The fence on every generic screen: a row of another landlord is 404, whatever the door."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.views.generic import TemplateView
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.tables import Table
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import policy_registry

from rentbook.kernel.registry import slots
from rentbook.kernel.states import allowed_moves

from .columns import DataColumn, LinkColumn, PersonColumn, shown, state_tag

ANY = {"view", "add", "change", "delete"}


def visible(user: Any, model: type[Model], actions: Iterable[str] = ANY) -> QuerySet:
    """The rows of a model that the user may do one of these things with: permission and landlord at once."""
    return policy_registry.get_by_type(model).instances_user_has_any_permission_for(user, actions)


@dataclass(frozen=True)
class Action:
    """A button that moves a row: its words, and the service that does it for a set of rows, `by` a user."""

    label: Any
    service: Callable[..., Any]
    argument: str
    sentence: Any
    icon: str = "arrow-right"


@dataclass(frozen=True)
class Related:
    """A table under a row: rows of another model that point to it."""

    label: Any
    rows: Callable[[Any], QuerySet]
    columns: tuple[str, ...]


class ScopedIndexView(generic.IndexView):
    select_related: tuple[str, ...] = ()
    prepare: Callable[[QuerySet], QuerySet] | None = None

    def get_base_queryset(self) -> QuerySet:
        rows = super().get_base_queryset().filter(pk__in=visible(self.request.user, self.model).values("pk"))
        rows = rows.select_related(*self.select_related) if self.select_related else rows
        return self.prepare(rows) if self.prepare else rows

    def _get_custom_column(self, field_name, column_class=DataColumn, **kwargs):
        return super()._get_custom_column(field_name, column_class, **kwargs)

    def _get_title_column(self, field_name, column_class=LinkColumn, **kwargs):
        return super()._get_title_column(field_name, column_class, **kwargs)


class ScopedInspectView(generic.InspectView):
    template_name = "backoffice/inspect.html"
    actions: dict[str, Action] = {}
    related: tuple[Related, ...] = ()
    slot: str = ""
    facts: Callable[[Any], Iterable[tuple[Any, Any]]] | None = None
    buttons: Callable[[HttpRequest, Any], Iterable[Any]] | None = None
    history_url_name: str = ""
    action_url_name: str | None = None

    def get_object(self, queryset: QuerySet | None = None) -> Model:
        return get_object_or_404(visible(self.request.user, self.model), pk=unquote(str(self.pk)))

    def get_page_title(self) -> str:
        return capfirst(self.model._meta.verbose_name)

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        value = getattr(self.object, field_name)
        if field_name == "state":
            return state_tag(self.object.state, self.object.get_state_display())
        if display := getattr(self.object, f"get_{field_name}_display", None):
            return shown(display())
        if isinstance(value, Model) and (url := AdminURLFinder(self.request.user).get_edit_url(value)):
            return Linked(value, url)
        return shown(value)

    def get_fields_context(self) -> list[dict[str, Any]]:
        facts = list(self.facts(self.object)) if self.facts else []
        for others in slots.all(f"{self.slot}.facts", self.object):
            facts += others
        return super().get_fields_context() + [{"label": label, "value": shown(value)} for label, value in facts]

    @property
    def header_buttons(self) -> list[Any]:
        buttons = list(self.buttons(self.request, self.object)) if self.buttons else []
        for others in slots.all(f"{self.slot}.buttons", self.request, self.object):
            buttons += others
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["history_url"] = reverse(self.history_url_name, args=[self.object.pk])
        context["moves"] = list(self._moves())
        context["tables"] = [self._table(related) for related in (*self.related, *slots.all(f"{self.slot}.tables"))]
        return context

    def _moves(self) -> Iterable[dict[str, Any]]:
        may_change = self.actions and policy_registry.get_by_type(self.model).user_has_permission_for_instance(
            self.request.user, "change", self.object
        )
        allowed = allowed_moves(self.object) if may_change else []
        for name, action in self.actions.items():
            if name in allowed:
                yield {"label": action.label, "url": reverse(self.action_url_name, args=[self.object.pk, name])}

    def _table(self, related: Related) -> dict[str, Any]:
        rows = related.rows(self.object)
        index = ScopedIndexView(model=rows.model)
        first, *others = [index._get_custom_column(name) for name in related.columns]
        # The first cell leads to the row's own page.
        link = PersonColumn(first.name, lambda row: row, text=first.get_value, label=first.label)
        for column in others:
            column.sort_key = None
        return {"label": related.label, "table": Table([link, *others], rows[:50]), "count": rows.count()}


class Linked:
    """A value with a link to its own page."""

    def __init__(self, value: Model, url: str):
        self.value, self.url = shown(value), url


class ScopedHistoryView(HistoryView):
    any_permission_required = list(ANY)

    def get_base_object_queryset(self) -> QuerySet:
        return super().get_base_object_queryset().filter(pk__in=visible(self.request.user, self.model).values("pk"))

    def get_edit_url(self, instance: Model) -> str | None:
        return AdminURLFinder(self.request.user).get_edit_url(instance)

    def user_can_unschedule(self) -> bool:
        return False

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return []


class ActionView(BaseObjectMixin, WagtailAdminTemplateMixin, TemplateView):
    """Ask, then move one row by its service: POST only, with permission, a refusal as a message."""

    template_name = "backoffice/confirm.html"
    actions: dict[str, Action] = {}
    inspect_url_name: str = ""

    def get_base_object_queryset(self) -> QuerySet:
        return super().get_base_object_queryset().filter(pk__in=visible(self.request.user, self.model).values("pk"))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if kwargs["move"] not in self.actions:
            raise Http404
        policy = policy_registry.get_by_type(self.model)
        if not policy.user_has_permission_for_instance(request.user, "change", self.object):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def action(self) -> Action:
        return self.actions[self.kwargs["move"]]

    def get_page_title(self) -> str:
        return self.action.label

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse(self.inspect_url_name, args=[self.object.pk])
        return super().get_context_data(**kwargs) | {"action": self.action, "object": self.object, "back": back}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.action.service(**{self.action.argument: [self.object]}, by=request.user)
            messages.success(request, f"{self.action.label}: {self.object}")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect(self.inspect_url_name, self.object.pk)


__all__ = ["Action", "ActionView", "Related", "ScopedHistoryView", "ScopedIndexView", "ScopedInspectView", "visible"]
