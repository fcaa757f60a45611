"""Messages in the back office."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from rentbook.backoffice.columns import DataColumn, PersonColumn
from rentbook.backoffice.home import PANELS
from rentbook.backoffice.menus import Link, ModuleGroup
from rentbook.backoffice.viewsets import Action, ScopedViewSet

from . import tenant_panels  # noqa: F401  (what it shows elsewhere)
from .filters import MessageFilterSet
from .models import Message
from .panels import FailedPanel
from .services import deciding_blocked, give_up, mark_sent


class MessageViewSet(ScopedViewSet):
    model = Message
    icon = "mail"
    list_display = [
        PersonColumn("contact", lambda message: message.contact, label=_("To")),
        "state",
        DataColumn("when", label=_("When"), accessor=lambda message: message.sent_at or message.created_at),
        DataColumn("why", label=_("Reason")),
        DataColumn("title", label=_("Message")),
        "channel",
    ]
    filterset_class = MessageFilterSet
    list_filter = ["state", "channel"]
    narrowed_by = {"contact": "contact"}
    search_fields = ["contact__name", "to", "text"]
    select_related = ("contact",)
    inspect_view_fields = [
        "contact", "state", "channel", "to", "language", "text", "created_at", "sent_at", "landlord",
    ]  # fmt: skip
    actions = {
        "mark-sent": Action(
            _("Mark as sent"),
            mark_sent,
            "messages",
            _("The answer was lost, and you know that it arrived."),
            transition="mark_sent",
            blocked=deciding_blocked,
        ),
        "give-up": Action(
            _("Give up"),
            give_up,
            "messages",
            _("The answer was lost, and nobody can say that it arrived: it is not sent again by itself."),
            transition="mark_failed",
            blocked=deciding_blocked,
        ),
    }

    @staticmethod
    def facts(message: Message):
        yield _("Message"), message.title
        yield _("Reason"), message.why


class MessagingGroup(ModuleGroup):
    menu_label = _("Messages")
    menu_icon = "mail"
    menu_order = 400
    items = (MessageViewSet(),)
    menu = (
        "message",
        Link(_("Did not arrive"), "message:index", Message, "?state=failed", "warning"),
        Link(_("May have gone out"), "message:index", Message, "?state=unknown", "help"),
        Link(_("Waiting"), "message:index", Message, "?state=queued", "time"),
    )


@hooks.register("register_admin_viewset")
def messaging_viewsets():
    return MessagingGroup()


@hooks.register("construct_homepage_panels", order=PANELS)
def failed_panel(request, panels):
    panels.append(FailedPanel(request.user))
