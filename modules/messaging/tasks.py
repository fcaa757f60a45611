"""What the worker runs for messaging."""

from rentbook.kernel import clock
from rentbook.kernel.people import Landlord

from .services import deliver_messages, queue_due


def deliver() -> dict[str, int]:
    """Queue what every landlord's people should have been told by now, and send it."""
    for landlord in Landlord.objects.order_by("pk"):
        queue_due(landlord=landlord, on=clock.today(landlord))
    return deliver_messages()
