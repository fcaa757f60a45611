"""Events: dataclasses announced after commit. One signal; the event's class is the sender.

Events nudge, schedules guarantee: a listener only wakes the worker. What is due is computed from the data, so
losing every event loses nothing.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import transaction
from django.dispatch import Signal

announced = Signal()


@dataclass(frozen=True)
class Event:
    """Something that happened to a set of rows of one landlord.

    `name` is the log's action name too, `title` how the log says it.
    """

    name: ClassVar[str]
    title: ClassVar[Any] = ""
    landlord_id: int

    def emit(self) -> None:
        """Announce once the transaction has committed. A listener that fails is logged and undoes nothing."""
        transaction.on_commit(lambda: announced.send_robust(sender=type(self), event=self))
