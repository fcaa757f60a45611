"""A row's own page: facts, the states of its life, what may be done, and tables of what points to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.tables import Table
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import policy_registry

from rentbook.kernel.registry import slots

from .acting import Action, moves, steps
from .columns import PersonColumn, shown, state_tag
from .lists import ScopedIndexView
from .timeline import Timeline
from .views import ANY, FencedRow, visible

MOST = 50  # rows of a table under a page


@dataclass(frozen=True)
class Related:
    """A table under a row: rows of another model that point to it."""

    label: Any
    rows: Callable[[Any], QuerySet]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Count:
    """A button on a row's page: how much of something belongs to it, and where that is; lower `order` first."""

    order: int
    label: Any
    value: Any
    url: str


class Linked:
    """A value with a link to its own page."""

    def __init__(self, value: Model, url: str):
        self.value, self.url = shown(value), url


class ScopedInspectView(FencedRow, generic.InspectView):
    template_name = "backoffice/inspect.html"
    actions: dict[str, Action] = {}
    related: tuple[Related, ...] = ()
    slot: str = ""
    facts: Callable[[Any], Iterable[tuple[Any, Any]]] | None = None
    buttons: Callable[[HttpRequest, Any], Iterable[Any]] | None = None
    history_url_name: str = ""
    action_url_name: str = ""
    change_url_name: str = ""
    unchangeable: Callable[[Any], str] = staticmethod(lambda row: "")
    remove_url_name: str = ""

    def get_page_title(self) -> str:
        return capfirst(self.model._meta.verbose_name)

    @cached_property
    def rights(self) -> set[str]:
        """What the user may do with this row, in one query."""
        row = Q(pk=OuterRef("pk"))
        allowed = {verb: Exists(visible(self.request.user, self.model, [verb]).filter(row)) for verb in ANY}
        [found] = visible(self.request.user, self.model).filter(pk=self.object.pk).values(**allowed)
        return {verb for verb in ANY if found[verb]}

    # --- Facts ------------------------------------------------------------------------------------------------------

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
        for others in self._parts("facts"):
            facts += others
        own = zip(self.fields, super().get_fields_context(), strict=True)
        stored = [each for name, each in own if name != "archived_at" or self.object.archived_at]
        return stored + [{"label": label, "value": shown(value)} for label, value in facts]

    # --- What may be done -------------------------------------------------------------------------------------------

    @cached_property
    def header_buttons(self) -> list[Any]:
        buttons = list(self.buttons(self.request, self.object)) if self.buttons else []
        for others in slots.all(f"{self.slot}.buttons", self.request, self.object):
            buttons += others
        return buttons

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        doors = [
            ("change", "" if self.unchangeable(self.object) else self.change_url_name, _("Change"), "edit"),
            ("delete", self.remove_url_name, _("Remove"), "bin"),
            ("view", self.history_url_name, _("History"), "history"),
        ]
        return [
            HeaderButton(label, url=reverse(name, args=[self.object.pk]), icon_name=icon)
            for verb, name, label, icon in doors
            if name and verb in self.rights
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["moves"] = list(moves(self.actions, self.object, self.action_url_name, self.rights.__contains__))
        context["steps"] = list(steps(self.object)) if hasattr(self.model, "State") else []
        related = (*self.related, *slots.all(f"{self.slot}.tables"))
        context["tables"] = [table for each in related if (table := self._table(each))]
        context["panels"] = self._parts("panels")
        context["counts"] = sorted(self.get_counts(), key=lambda count: count.order)
        context["timeline"] = Timeline(self.request, self.object, note_url=self.note_url())
        return context

    def get_counts(self) -> list[Count]:
        return [count for counts in self._parts("counts") for count in counts]

    def _parts(self, name: str) -> list[Any]:
        return slots.all(f"{self.slot}.{name}", self.request.user, self.object)

    def note_url(self) -> str:
        """Where a note about the row is sent; nowhere, unless its screen has that door."""
        return ""

    # --- Tables -----------------------------------------------------------------------------------------------------

    def _table(self, related: Related) -> dict[str, Any] | None:
        """The table of what the user may see; nothing for a role that is kept out of that room."""
        rows = related.rows(self.object)
        if not policy_registry.get_by_type(rows.model).user_has_permission(self.request.user, "view"):
            return None
        rows = rows & visible(self.request.user, rows.model)
        index = ScopedIndexView(model=rows.model)
        first, *others = [index._get_custom_column(name) for name in related.columns]
        # The first cell leads to the row's own page.
        link = PersonColumn(first.name, lambda row: row, text=first.raw, label=first.label)
        for column in others:
            column.sort_key = None
        found = list(rows[:MOST])
        count = len(found) if len(found) < MOST else rows.count()
        return {"label": related.label, "table": Table([link, *others], found), "count": count}
