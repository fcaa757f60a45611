"""Filters of the list of messages."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter

from rentbook.backoffice.lists import ScopedFilterSet
from rentbook.kernel import clock
from rentbook.kernel.contributions import message_templates

from .models import Message

RECENT = 7  # days


def recently(days: int = RECENT) -> Q:
    """Tried, whatever came of it, within the last so many times 24 hours."""
    return Q(claimed_at__gt=clock.now() - timedelta(days=days))


def titles() -> Iterator[tuple[str, str]]:
    return ((each.name, gettext(each.title)) for each in message_templates)


def spans() -> Iterable[tuple[int, str]]:
    return [(RECENT, ngettext("within %(days)s day", "within %(days)s days", RECENT) % {"days": RECENT})]


class MessageFilterSet(ScopedFilterSet):
    template = ChoiceFilter(label=_("Message"), choices=titles)
    reason = CharFilter(label=_("Reason"), lookup_expr="exact")
    within = ChoiceFilter(label=_("Tried"), choices=spans, method="tried_within")

    class Meta:
        model = Message
        fields = ["state", "channel"]

    def tried_within(self, messages: QuerySet[Message], name: str, days: str) -> QuerySet[Message]:
        return messages.filter(recently(int(days)))
