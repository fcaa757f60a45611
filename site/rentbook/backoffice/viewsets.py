"""ScopedViewSet: the doors of one model, fenced; every write goes through a service."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin.utils import quote
from django.urls import URLPattern, path, reverse
from wagtail.admin.admin_url_finder import ModelAdminURLFinder, register_admin_url_finder
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import policy_registry

from .acting import Action, ActionView, Preview
from .bulk import BulkView, register_works
from .changing import ScopedCreateView, ScopedEditView, ScopedRemoveView
from .lists import ScopedIndexView
from .pages import Related, ScopedInspectView
from .views import ANY, ScopedHistoryView

# Doors of Wagtail's that we do not have: its own would save behind the services.
CLOSED = ("add", "edit", "delete", "copy", "usage")


class ScopedViewSet(ModelViewSet):
    """A list, a page and a history; and, where there is a service for it, doors to create, change and put away."""

    index_view_class = ScopedIndexView
    inspect_view_class = ScopedInspectView
    history_view_class = ScopedHistoryView
    add_view_class = ScopedCreateView
    edit_view_class = ScopedEditView
    delete_view_class = ScopedRemoveView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    list_per_page = 50

    #: What staff may do with rows here, by name: with one row, and with many.
    actions: dict[str, Action] = {}
    #: What writes: create, update, archive, restore, delete. What is not named has no door.
    services: dict[str, Callable[..., Any]] = {}
    form_class: type | None = None
    #: The form of a new row, where another is asked for than of one that is there.
    new_form_class: type | None = None
    #: Sentences that name what stands against putting a row away.
    stands_against: Callable[[Any], list[str]] = staticmethod(lambda row: [])
    #: Why a row has no door to change it, as a sentence; empty when it has.
    unchangeable: Callable[[Any], str] = staticmethod(lambda row: "")
    #: Tables under a row's page. Modules above add theirs by the slots <app>.<model>.tables, .facts and .buttons.
    related: tuple[Related, ...] = ()
    #: Relations that the list shows, read in one query with it.
    select_related: tuple[str, ...] = ()
    #: prepare(queryset) adds what the list's columns need.
    prepare = None
    #: Sums above the list by label: an amount's column, or an expression of amounts.
    totals: dict[Any, Any] = {}
    #: The day by which the list is shown a month at a time.
    month_field = ""
    #: Keys in an address that narrow the list, and the paths to what they are keys of: {"tenant": "lease__tenant"}.
    narrowed_by: dict[str, str] = {}
    #: After how many columns those of modules above stand, which they give by the slot <app>.<model>.columns.
    added_after = 1
    #: facts(row) gives labels and values that are derived, not stored.
    facts = None
    #: buttons(request, row) at the top of a row's page.
    buttons = None
    inspect_template = "backoffice/inspect.html"

    def on_register(self) -> None:
        super().on_register()
        register_works(self.model, self.actions)

    @property
    def acts_on_many(self) -> bool:
        """Whether anything here can be done with many rows at once."""
        return any(action.bulk for action in self.actions.values())

    # --- What the views are told ------------------------------------------------------------------------------------

    def get_common_view_kwargs(self, **kwargs):
        kwargs = super().get_common_view_kwargs(**kwargs)
        return {name: value for name, value in kwargs.items() if name.removesuffix("_url_name") not in CLOSED}

    def get_index_view_kwargs(self, **kwargs):
        return super().get_index_view_kwargs(
            **{
                "template_name": ScopedIndexView.template_name,
                "results_template_name": ScopedIndexView.results_template_name,
                "select_related": self.select_related,
                "prepare": staticmethod(self.prepare) if self.prepare else None,
                "totals": self.totals,
                "month_field": self.month_field,
                "narrowed_by": self.narrowed_by,
                "added_after": self.added_after,
                "actions": self.actions,
                "bulk_url_name": self.get_url_name("bulk") if self.acts_on_many else "",
                "create_url_name": self._door("create", "add"),
            }
            | kwargs
        )

    def get_inspect_view_kwargs(self, **kwargs):
        return super().get_inspect_view_kwargs(
            **{name: value for name, value in kwargs.items() if name != "template_name"}
            | {
                "template_name": self.inspect_template,
                "actions": self.actions,
                "related": self.related,
                "slot": f"{self.app_label}.{self.model_name}",
                "facts": staticmethod(self.facts) if self.facts else None,
                "buttons": staticmethod(self.buttons) if self.buttons else None,
                "action_url_name": self.get_url_name("action"),
                "change_url_name": self._door("update", "change"),
                "unchangeable": staticmethod(self.unchangeable),
                "remove_url_name": self._door("archive", "remove") or self._door("delete", "remove"),
            }
        )

    def _door(self, service: str, name: str) -> str:
        return self.get_url_name(name) if service in self.services else ""

    def _row_view(self, view: type, **kwargs: Any) -> Any:
        names = {f"{door}_url_name": self.get_url_name(door) for door in ("index", "inspect")}
        return self.construct_view(view, **{**names, **kwargs})

    # --- The doors --------------------------------------------------------------------------------------------------

    def get_urlpatterns(self) -> list[URLPattern]:
        doors = [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("inspect/<int:pk>/", self.inspect_view, name="inspect"),
            path("history/<int:pk>/", self.history_view, name="history"),
            path("history-results/<int:pk>/", self.history_results_view, name="history_results"),
        ]
        return doors + self._acting_doors() + self._writing_doors()

    def _acting_doors(self) -> list[URLPattern]:
        if not self.actions:
            return []
        doors = [path("do/<int:pk>/<slug:move>/", self._row_view(ActionView, actions=self.actions), name="action")]
        if self.acts_on_many:
            many = self.construct_view(BulkView, **self.get_index_view_kwargs(template_name=BulkView.template_name))
            doors.append(path("bulk/<slug:move>/", many, name="bulk"))
        return doors

    def _writing_doors(self) -> list[URLPattern]:
        doors = []
        if "create" in self.services:
            new = {"services": self.services, "form_class": self.new_form_class or self.form_class}
            doors.append(path("new/", self._row_view(self.add_view_class, **new), name="add"))
        if "update" in self.services:
            given = {"services": self.services, "form_class": self.form_class}
            given["unchangeable"] = staticmethod(self.unchangeable)
            doors.append(path("change/<int:pk>/", self._row_view(self.edit_view_class, **given), name="change"))
        if {"archive", "delete"} & {*self.services}:
            told = {"services": self.services, "stands_against": staticmethod(self.stands_against)}
            doors.append(path("remove/<int:pk>/", self._row_view(self.delete_view_class, **told), name="remove"))
        return doors

    # --- Links to a row ---------------------------------------------------------------------------------------------

    def register_admin_url_finder(self):
        inspect = self.get_url_name("inspect")

        class Finder(ModelAdminURLFinder):
            """Links lead to a row's page, for whoever may see it."""

            def construct_edit_url(self, instance):
                return reverse(inspect, args=(quote(instance.pk),))

            def get_edit_url(self, instance):
                policy = policy_registry.get_by_type(type(instance))
                if self.user and not policy.user_has_any_permission_for_instance(self.user, ANY, instance):
                    return None
                return self.construct_edit_url(instance)

        register_admin_url_finder(self.model, Finder)


__all__ = ["Action", "Preview", "Related", "ScopedViewSet"]
