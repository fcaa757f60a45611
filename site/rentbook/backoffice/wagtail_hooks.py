"""The back office's frame: what Wagtail brings for pages and files is taken away, our own panels and look come in."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogFormatter

from rentbook.kernel import log
from rentbook.kernel.events import Event
from rentbook.kernel.log import LogEntry
from rentbook.kernel.scoping import ScopedModel

from .settings_group import SettingsGroup

HIDDEN = {"explorer", "images", "documents", "help"}

# Hooks of apps listed later would fill the lists again: ours run last, and modules' panels after them.
LAST = 1000


@hooks.register("construct_main_menu", order=LAST)
def only_our_menu(request, items):
    hidden = HIDDEN if request.user.is_superuser else {*HIDDEN, "reports"}
    items[:] = [item for item in items if item.name not in hidden]


@hooks.register("construct_homepage_panels", order=LAST)
def no_page_panels(request, panels):
    panels[:] = [panel for panel in panels if not type(panel).__module__.startswith("wagtail.")]


@hooks.register("construct_homepage_summary_items", order=LAST)
def no_page_summary(request, items):
    items.clear()


@hooks.register("register_admin_viewset")
def settings_viewsets():
    return SettingsGroup()


@hooks.register("insert_global_admin_css")
def look():
    return format_html('<link rel="stylesheet" href="{}">', static("backoffice/look.css"))


def acts(event: type[Event] = Event):
    """Every event class there is: its name is the log's action name."""
    for kind in event.__subclasses__():
        yield kind
        yield from acts(kind)


@hooks.register("register_log_actions")
def log_actions(actions):
    actions.register_model(ScopedModel, LogEntry)

    @actions.register_action(log.TRANSITION)
    class Transition(LogFormatter):
        label = _("State changed")

        def format_message(self, entry):
            data = entry.data
            note = f" ({data['note']})" if data.get("note") else ""
            return f"{data['name'].replace('_', ' ')}: {data['from']} → {data['to']}{note}"

    for kind in acts():
        label = (kind.__doc__ or kind.name).strip().splitlines()[0].rstrip(".")
        actions.register_action(kind.name, label, label)
    for name, label in (
        ("payments.payment_started", _("Payment started")),
        ("invoicing.invoice_settled", _("Settled")),
    ):
        actions.register_action(name, label, label)
