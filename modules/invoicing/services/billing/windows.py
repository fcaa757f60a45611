"""What a run is asked for: which planned issue days, and what counts as billed already."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.db.models import Q


@dataclass(frozen=True)
class Window:
    """What a person asks for: all that is planned between the two days, both included, and is on no live line."""

    first: date
    last: date
    #: The lines that count as billed.
    billed: ClassVar[Q] = Q(cancelled=False)

    @property
    def reaches_back(self) -> Q:
        """The leases for which it opens before its first day."""
        return Q(pk__in=[])

    def opening(self, _activated_on: date | None, _billed_from: date | None) -> date:
        """The first planned issue day that counts for a lease."""
        return self.first


class DailyWindow(Window):
    """What falls due by itself: a lease that was signed late owes every period since its first day (D13).

    What was billed elsewhere is left alone, and what a person withdrew stays withdrawn until a person asks for it.
    """

    billed = Q()

    @property
    def reaches_back(self) -> Q:
        return Q(activated_on__gte=self.first)

    def opening(self, activated_on: date | None, billed_from: date | None) -> date:
        since = date.min if activated_on and activated_on >= self.first else self.first
        return max(since, billed_from or since)
