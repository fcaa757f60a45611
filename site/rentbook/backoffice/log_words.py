"""What the log says in words: an act's name, and the sentence that its entry makes."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, LogFormatter

from rentbook.kernel import editing, log
from rentbook.kernel.events import Event
from rentbook.kernel.jobs import STOP_ASKED

from .lists import EXPORTED

WORDS = {
    editing.CREATED: _("Created"),
    editing.ARCHIVED: _("Archived"),
    editing.RESTORED: _("Taken out again"),
    editing.DELETED: _("Deleted"),
    EXPORTED: _("Taken out as a file"),
    STOP_ASKED: _("Asked to stop"),
}


class Transition(LogFormatter):
    label = _("State changed")

    def format_message(self, entry: Any) -> str:
        """The state before and after in the words of the row's model, and the note."""
        words = dict(entry.content_type.model_class()._meta.get_field("state").flatchoices)
        before, after = (words.get(entry.data[end], entry.data[end]) for end in ("from", "to"))
        note = f" ({entry.data['note']})" if entry.data.get("note") else ""
        return f"{before} → {after}{note}"


class Changed(LogFormatter):
    label = _("Changed")

    def format_message(self, entry: Any) -> str:
        return "; ".join(f"{name}: {old} → {new}" for name, (old, new) in entry.data["changes"].items())


class Noted(LogFormatter):
    label = _("Note")

    def format_message(self, entry: Any) -> str:
        return entry.data["note"]


SENTENCES = {log.TRANSITION: Transition, editing.CHANGED: Changed, log.NOTED: Noted}


def events(kind: type[Event] = Event) -> Iterator[type[Event]]:
    """Every event class there is: its name is the log's action name."""
    for each in kind.__subclasses__():
        yield each
        yield from events(each)


def register(actions: LogActionRegistry) -> None:
    """Tell Wagtail's log every act there is, and how it reads."""
    for name, formatter in SENTENCES.items():
        actions.register_action(name)(formatter)
    for name, word in (WORDS | {kind.name: kind.title or kind.name for kind in events()}).items():
        actions.register_action(name, word, word)
