"""ScopedViewSet: the list, page and history of one model, fenced; its moves go through services."""

from django.contrib.admin.utils import quote
from django.urls import path, reverse
from wagtail.admin.admin_url_finder import ModelAdminURLFinder, register_admin_url_finder
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.permissions import policy_registry

from . import views
from .views import Action, Related

CLOSED = ("add", "edit", "delete", "copy", "usage")


class ScopedViewSet(ModelViewSet):
    """There is no door for creating, editing and deleting: what may be changed has an action with its service."""

    index_view_class = views.ScopedIndexView
    inspect_view_class = views.ScopedInspectView
    history_view_class = views.ScopedHistoryView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    list_per_page = 50

    #: Moves that staff may make here, by the transition's name.
    actions: dict[str, Action] = {}
    #: Tables under a row's page. Modules above add theirs by the slots <app>.<model>.tables, .facts and .buttons.
    related: tuple[Related, ...] = ()
    #: Relations that the list shows, read in one query with it.
    select_related: tuple[str, ...] = ()
    #: prepare(queryset) adds what the list's columns need.
    prepare = None
    #: facts(row) gives labels and values that are derived, not stored.
    facts = None
    #: buttons(request, row) at the top of a row's page.
    buttons = None

    def get_common_view_kwargs(self, **kwargs):
        kwargs = super().get_common_view_kwargs(**kwargs)
        return {name: value for name, value in kwargs.items() if name.removesuffix("_url_name") not in CLOSED}

    def get_index_view_kwargs(self, **kwargs):
        prepare = staticmethod(self.prepare) if self.prepare else None
        return super().get_index_view_kwargs(select_related=self.select_related, prepare=prepare, **kwargs)

    def get_inspect_view_kwargs(self, **kwargs):
        return super().get_inspect_view_kwargs(
            template_name="backoffice/inspect.html",
            actions=self.actions,
            related=self.related,
            slot=f"{self.app_label}.{self.model_name}",
            facts=staticmethod(self.facts) if self.facts else None,
            buttons=staticmethod(self.buttons) if self.buttons else None,
            action_url_name=self.get_url_name("action"),
            **{name: value for name, value in kwargs.items() if name != "template_name"},
        )

    @property
    def action_view(self):
        return self.construct_view(
            views.ActionView, actions=self.actions, inspect_url_name=self.get_url_name("inspect")
        )

    def get_urlpatterns(self):
        doors = [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("inspect/<int:pk>/", self.inspect_view, name="inspect"),
            path("history/<int:pk>/", self.history_view, name="history"),
            path("history-results/<int:pk>/", self.history_results_view, name="history_results"),
        ]
        if self.actions:
            doors.append(path("do/<int:pk>/<slug:move>/", self.action_view, name="action"))
        return doors

    def register_admin_url_finder(self):
        inspect = self.get_url_name("inspect")

        class Finder(ModelAdminURLFinder):
            """Links lead to a row's page, for whoever may see it."""

            def construct_edit_url(self, instance):
                return reverse(inspect, args=(quote(instance.pk),))

            def get_edit_url(self, instance):
                policy = policy_registry.get_by_type(type(instance))
                if self.user and not policy.user_has_any_permission_for_instance(self.user, views.ANY, instance):
                    return None
                return self.construct_edit_url(instance)

        register_admin_url_finder(self.model, Finder)


__all__ = ["Action", "ModelViewSetGroup", "Related", "ScopedViewSet"]
