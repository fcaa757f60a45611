"""What messaging shows on the home: what did not arrive, what somebody must look at, the last word to each tenant."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rentbook.backoffice.columns import shown
from rentbook.backoffice.home import HomePanel, Need
from rentbook.kernel import clock
from rentbook.kernel.choices import Role
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots

from .filters import RECENT, recently
from .models import Message

State = Message.State
WORDS = {
    State.QUEUED: _("on its way"),
    State.SENDING: _("on its way"),
    State.SENT: _("sent"),
    State.FAILED: _("did not arrive"),
    State.UNKNOWN: _("may have gone out"),
    State.SKIPPED: _("not sent"),
}
LOST = {"state": State.FAILED, "within": RECENT}
UNSURE = {"state": State.UNKNOWN}


def listed(**query: Any) -> str:
    """The list of messages, narrowed."""
    return f"{reverse('message:index')}?{urlencode(query)}"


def to_look_at(user: User) -> list[Need]:
    """What did not arrive these days, and what may have gone out."""
    messages = Message.objects.visible_to(user)
    lost = messages.filter(recently(), state=State.FAILED)
    return [Need(lost, not_arrived, listed(**LOST)), Need(messages.filter(**UNSURE), unsure, listed(**UNSURE))]


def not_arrived(count: int) -> str:
    return ngettext("%(count)s message did not arrive", "%(count)s messages did not arrive", count) % {"count": count}


def unsure(count: int) -> str:
    text = ngettext("%(count)s message may have gone out: look", "%(count)s messages may have gone out: look", count)
    return text % {"count": count}


class FailedPanel(HomePanel):
    """What did not arrive within seven days, by reason; nothing where everything did."""

    template_name = "messaging/failed_panel.html"
    places = {Role.MANAGER: 40}

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        failed = Message.objects.visible_to(self.user).filter(recently(), state=State.FAILED)
        reasons = failed.values_list("reason").annotate(count=Count("pk")).order_by("-count", "reason")
        groups = [(Message(reason=reason).why, count, listed(**LOST, reason=reason)) for reason, count in reasons]
        return {"groups": groups, "count": sum(count for _reason, count, _url in groups), "url": listed(**LOST)}


def last_words(user: User, contacts: Collection[int]) -> dict[int, str]:
    """The last message to each contact, in a word with its day or its reason. One query for all of them."""
    own = Message.objects.visible_to(user).filter(contact__in=contacts)
    last = own.order_by().values("contact").annotate(last=Max("pk")).values("last")
    rows = Message.objects.visible_to(user).filter(pk__in=last).select_related("landlord")
    return {row.contact_id: in_a_word(row) for row in rows}


def in_a_word(message: Message) -> str:
    """Sent 17 Nov; did not arrive: the number is not in use."""
    word = WORDS[message.state]
    if message.reason:
        return format_html("{}: <bdi>{}</bdi>", word, message.why)
    day = clock.local(message.sent_at or message.created_at, message.landlord).date()
    return format_html("{} {}", word, shown(day))


slots.fill("backoffice.needs_you", to_look_at)
slots.fill("invoicing.not_paid.notes", last_words)
