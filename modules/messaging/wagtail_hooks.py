"""Messages in the back office."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from rentbook.backoffice.columns import PersonColumn
from rentbook.backoffice.viewsets import ModelViewSetGroup, ScopedViewSet

from .models import Message


class MessageViewSet(ScopedViewSet):
    model = Message
    icon = "mail"
    list_display = [
        PersonColumn("contact", lambda message: message.contact, label=_("To")),
        "template", "state", "channel", "created_at", "sent_at", "reason",
    ]  # fmt: skip
    list_filter = ["state", "channel"]
    search_fields = ["contact__name", "to", "text"]
    select_related = ("contact",)
    inspect_view_fields = [
        "contact", "template", "state", "channel", "to", "language", "text", "reason", "created_at", "sent_at",
        "landlord",
    ]  # fmt: skip


class MessagingGroup(ModelViewSetGroup):
    menu_label = _("Messages")
    menu_icon = "mail"
    menu_order = 400
    items = (MessageViewSet(),)


@hooks.register("register_admin_viewset")
def messaging_viewsets():
    return MessagingGroup()
