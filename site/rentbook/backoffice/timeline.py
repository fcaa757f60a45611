"""A row's timeline: what was done, paid and told about it, in one stream, the newest first.

Modules give their part by the slot <app>.<model>.timeline: a function of the user, the row and how many happenings are
wanted at most. It holds nothing that the user may not see.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import Any

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Model, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.components import Component

from rentbook.kernel import clock, editing, log
from rentbook.kernel.log import LogEntry
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots

from .columns import RowAct, shown, state_tag

FIRST, MOST = 30, 1000


@dataclass(frozen=True)
class Happening:
    """Something that happened at a moment: what, what became of it, by whom and through which door; what to do now."""

    at: datetime
    what: Any
    state: str = ""
    detail: str = ""
    who: Any = ""
    door: Any = ""
    url: str | None = None
    acts: tuple[RowAct, ...] = ()


class NoteForm(forms.Form):
    """A few words about a row, kept in its log."""

    text = forms.CharField(
        label=_("Note"),
        max_length=log.LONGEST_NOTE,
        widget=forms.Textarea(
            {"rows": 2, "aria-keyshortcuts": "n", "data-controller": "w-kbd", "data-w-kbd-action-value": "focus"}
        ),
    )


class Timeline(Component):
    """The newest happenings of a row; `?most=` in the address asks for more of them."""

    template_name = "backoffice/timeline.html"

    def __init__(self, request: HttpRequest, row: Model, *, note_url: str = ""):
        asked = request.GET.get("most", "")
        self.most = max(FIRST, min(int(asked), MOST)) if asked.isdecimal() and len(asked) < 6 else FIRST
        self.row, self.note_url = row, note_url
        parts = slots.all(f"{row._meta.label_lower}.timeline", request.user, row, self.most + 1)
        self.happenings = nlargest(self.most + 1, (each for part in parts for each in part), key=lambda each: each.at)

    def __bool__(self) -> bool:
        return bool(self.happenings or self.note_url)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        happenings = self.happenings[: self.most]
        more = min(self.most * 4, MOST) if len(self.happenings) > len(happenings) else None
        shown_at = [(shown(clock.local(each.at, self.row.landlord)), each) for each in happenings]
        note = {"form": NoteForm(), "note_url": self.note_url, "csrf_token": parent_context["csrf_token"]}
        return {"happenings": shown_at, "more": more if more != self.most else None, **note}


def acts(
    user: User,
    rows: QuerySet,
    most: int,
    *,
    only: Q | None = None,
    tell: Callable[[Any], Any] = str,
    offer: Callable[[Any], Iterable[RowAct]] = lambda row: (),
) -> list[Happening]:
    """What the user may read in the log of these rows, the newest first; `tell` names a row. Two queries.

    The latest happening of a row has the acts that `offer(row)` gives.
    """
    kind = ContentType.objects.get_for_model(rows.model)
    keys = rows.order_by().annotate(key=Cast("pk", CharField())).values("key")
    read = LogEntry.objects.viewable_by_user(user)
    entries = read.filter(only or Q(), content_type=kind, object_id__in=keys).select_related("user")
    entries = list(entries.order_by("-timestamp", "-pk")[:most])
    known = rows.in_bulk({int(entry.object_id) for entry in entries})
    offers = {str(key): tuple(offer(row)) for key, row in known.items()}
    return [_act(entry, known[int(entry.object_id)], tell, offers.pop(entry.object_id, ())) for entry in entries]


def _act(entry: LogEntry, row: Any, tell: Callable[[Any], Any], offered: tuple[RowAct, ...]) -> Happening:
    moved = entry.data["to"] if entry.action == log.TRANSITION else ""
    done = state_tag(moved, row.State(moved).label) if moved else entry.formatter.label
    return Happening(
        at=entry.timestamp,
        what=format_html("{} <bdi>{}</bdi>", capfirst(row._meta.verbose_name), tell(row)),
        state=done,
        detail=_detail(entry),
        who=entry.user or _("Rentbook itself"),
        door=entry.get_door_display(),
        url=AdminURLFinder().get_edit_url(row),
        acts=offered,
    )


def _detail(entry: LogEntry) -> str:
    """What was said with the act: what was changed from what to what, the reason, or the note."""
    if entry.action == editing.CHANGED:
        return entry.message
    return entry.data.get("reason") or entry.data.get("note") or ""
