"""The home: panels that modules give, each in its place for the reader's role, or not there at all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Count, QuerySet, Value
from wagtail.admin.ui.components import Component

from rentbook.kernel.choices import Role
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots

# The order of hooks: Wagtail's own panels first, then those of modules, then the choice among them.
PANELS, CHOICE = 1001, 1002


class HomePanel(Component):
    """A panel of the home. `places` says for which roles it is, and how far down; the operator has those of all."""

    places: ClassVar[dict[str, int]] = {}
    order = 0

    def __init__(self, user: User):
        self.user = user

    def place(self, roles: set[str]) -> int | None:
        """The highest place among the reader's roles; none where it is for no role of his."""
        return min((place for role, place in self.places.items() if role in roles), default=None)


@dataclass(frozen=True)
class Need:
    """Rows that wait for a person: how that is said of so many, and the address of the list that shows them."""

    rows: QuerySet
    sentence: Callable[[int], str]
    address: str


def counts(needs: list[Need]) -> list[int]:
    """How many rows each has; one query for all."""
    parts = [
        need.rows.order_by().annotate(place=Value(place)).values_list("place").annotate(Count("pk"))
        for place, need in enumerate(needs)
    ]
    found = dict(parts[0].union(*parts[1:], all=True)) if parts else {}
    return [found.get(place, 0) for place, _need in enumerate(needs)]


class NeedsYouPanel(HomePanel):
    """What waits for a person: each a sentence with a number, and the list that it counts.

    Modules add theirs by the slot `backoffice.needs_you`, which is asked with the user and answers with a list of Need.
    """

    template_name = "backoffice/needs_you.html"
    places = {Role.MANAGER: 10, Role.CLERK: 20, Role.ACCOUNTANT: 10, Role.CARETAKER: 5}

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        needs = [need for given in slots.all("backoffice.needs_you", self.user) for need in given]
        told = [(need.sentence(count), need.address) for need, count in zip(needs, counts(needs), strict=True) if count]
        return {"needs": told, "count": len(told)}


def roles_of(user: User) -> set[str]:
    """The roles that the user has in any book; the operator, who has none, is shown what every role sees."""
    return {*Role.values} if user.is_superuser else {each.role for each in user.roles}


def chosen(panels: list[Any], roles: set[str]) -> list[Any]:
    """Our panels that are for one of the roles, in their places."""
    ours = [panel for panel in panels if isinstance(panel, HomePanel) and panel.place(roles)]
    for panel in ours:
        panel.order = panel.place(roles)
    return ours


__all__ = ["CHOICE", "PANELS", "HomePanel", "Need", "NeedsYouPanel", "chosen", "roles_of"]
