"""What the worker runs for invoicing."""

from rentbook.kernel import clock
from rentbook.kernel.people import Landlord

from .services import reverse_late_fees_paid_in_time


def reverse_late_fees(landlord_id: int) -> int:
    """Take back the late fees of a landlord's tenants who had paid in time after all."""
    landlord = Landlord.objects.get(pk=landlord_id)
    return reverse_late_fees_paid_in_time(landlord=landlord, on=clock.today(landlord))
