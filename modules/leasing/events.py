"""What leasing announces."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from rentbook.kernel.events import Event


@dataclass(frozen=True)
class LeasesActivated(Event):
    """Leases were activated, and are billed from now on."""

    name = "leasing.leases_activated"
    title = _("Activated")
    lease_ids: tuple[int, ...]


@dataclass(frozen=True)
class LeasesEnded(Event):
    """Leases were terminated or expired."""

    name = "leasing.leases_ended"
    title = _("Ended")
    lease_ids: tuple[int, ...]


@dataclass(frozen=True)
class LeasesRenewed(Event):
    """Leases go on in a further term: renewed by hand or by themselves, or month to month."""

    name = "leasing.leases_renewed"
    title = _("Goes on")
    lease_ids: tuple[int, ...]
