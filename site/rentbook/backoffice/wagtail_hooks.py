"""The back office's frame: what Wagtail brings for pages and files is taken away, our own panels and look come in."""

from django.templatetags.static import static
from django.urls import path
from django.utils.html import format_html
from wagtail import hooks

from rentbook.kernel.log import LogEntry
from rentbook.kernel.people import Landlord, Membership
from rentbook.kernel.scoping import ScopedModel

from . import importing, log_words, needs, saved_views, search  # noqa: F401  (needs: what it shows on the home)
from .home import CHOICE, PANELS, NeedsYouPanel, chosen, roles_of
from .jobs import JobsPanel
from .kept_files import file_path
from .settings_group import SettingsGroup

HIDDEN = {"explorer", "images", "documents", "help", "reports", "settings"}

# Hooks of apps listed later would fill the lists again: ours run last, and modules' panels after them.
LAST = 1000


@hooks.register("construct_main_menu", order=LAST)
def only_our_menu(request, items):
    items[:] = [item for item in items if item.name not in HIDDEN]


@hooks.register("construct_homepage_panels", order=PANELS)
def own_panels(request, panels):
    panels += [NeedsYouPanel(request.user), JobsPanel(request.user)]


@hooks.register("construct_homepage_panels", order=CHOICE)
def panels_of_the_role(request, panels):
    panels[:] = chosen(panels, roles_of(request.user))


@hooks.register("construct_homepage_summary_items", order=LAST)
def no_page_summary(request, items):
    items.clear()


@hooks.register("register_admin_viewset")
def settings_viewsets():
    return SettingsGroup()


@hooks.register("insert_global_admin_css")
def look():
    return format_html('<link rel="stylesheet" href="{}">', static("backoffice/look.css"))


@hooks.register("insert_global_admin_js")
def keys_and_choices():
    return format_html('<script src="{}" defer></script>', static("backoffice/rows.js"))


@hooks.register("register_admin_urls")
def addresses():
    return [
        path("views/keep/", saved_views.keep, name="keep_view"),
        path("views/<int:pk>/forget/", saved_views.forget, name="forget_view"),
        file_path(Landlord, "logo"),
        *importing.urls(),
        *search.urls,
    ]


@hooks.register("register_admin_menu_item")
def import_menu():
    return importing.menu_item()


@hooks.register("register_log_actions")
def log_actions(actions):
    for model in (ScopedModel, Landlord, Membership):
        actions.register_model(model, LogEntry)
    log_words.register(actions)
