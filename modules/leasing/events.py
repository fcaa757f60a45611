"""What leasing announces."""

from dataclasses import dataclass

from rentbook.kernel.events import Event


@dataclass(frozen=True)
class LeasesActivated(Event):
    """Leases were activated, and are billed from now on."""

    name = "leasing.leases_activated"
    lease_ids: tuple[int, ...]


@dataclass(frozen=True)
class LeasesEnded(Event):
    """Leases were terminated or expired."""

    name = "leasing.leases_ended"
    lease_ids: tuple[int, ...]
