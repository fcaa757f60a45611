"""Leases that end soon, on the home: how many in 30 and in 60 days, and the first of them."""

from typing import Any

from django.db.models import Count, Window
from django.urls import reverse

from rentbook.backoffice.home import HomePanel
from rentbook.kernel.choices import Role
from rentbook.kernel.scoping import by_local_day, landlords

from .filters import HORIZONS
from .models import Lease
from .selectors import ends_within

SHOWN = 6


class EndingPanel(HomePanel):
    template_name = "leasing/ending_panel.html"
    places = {Role.MANAGER: 30, Role.CARETAKER: 10, Role.OWNER: 20}

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        books, index = landlords(self.user, Lease), reverse("lease:index")
        within = {days: by_local_day(books, ends_within(days)) for days in HORIZONS}
        rows = Lease.objects.visible_to(self.user).filter(within[max(HORIZONS)]).order_by("end", "pk")
        # Each row carries the numbers of all: one query for both.
        numbers = {f"within_{days}": Window(Count("pk", filter=condition)) for days, condition in within.items()}
        first = list(rows.select_related("unit__property", "tenant__contact").annotate(**numbers)[:SHOWN])
        counts = vars(first[0]) if first else dict.fromkeys(numbers, 0)
        told = [(days, counts[f"within_{days}"], f"{index}?ending={days}") for days in HORIZONS]
        return {"numbers": told, "rows": first}
