"""What the worker runs for messaging."""

from django.core.cache import cache

from rentbook.kernel import clock
from rentbook.kernel.people import Landlord

from .services import deliver_messages, queue_due

AWAKE, AWAKE_SECONDS = "messaging.awake", 30


def deliver() -> dict[str, int]:
    """Queue what every landlord's people should have been told by now, and send it."""
    # Cleared before the look, so that what happens during it wakes the worker again.
    cache.delete(AWAKE)
    for landlord in Landlord.objects.order_by("pk"):
        queue_due(landlord=landlord, on=clock.today(landlord))
    return deliver_messages()
