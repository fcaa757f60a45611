"""This month's messages in the demo: in the outbox, and one of each state that a person must look at."""

from datetime import date

from rentbook.kernel import clock
from rentbook.kernel.contributions import DemoStep, demo_steps
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.states import move

from .models import Message
from .services import deliver_messages, queue_due

SENT_AT_ONCE = 12


def run(landlord: Landlord, today: date, by: User) -> None:
    """Queue what is due today; one number was refused, one answer was lost, the rest goes out."""
    queue_due(landlord=landlord, on=today)
    own = Message.objects.of(landlord)
    keys = list(own.filter(state=Message.State.QUEUED).order_by("pk").values_list("pk", flat=True)[:2])
    for key, transition, reason in zip(keys, ("mark_failed", "lose"), ("the number is not in use", ""), strict=False):
        move(own.filter(pk=key), "claim", by=None, claimed_at=clock.now())
        move(own.filter(pk=key), transition, by=None, reason=reason)
    # The worker sends the rest as soon as it runs: the demo need not wait for a hundred PDFs.
    deliver_messages(most=SENT_AT_ONCE)


demo_steps.register(DemoStep("messaging", 95, run))
