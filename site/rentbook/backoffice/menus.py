"""The menu: a group for each module, with its lists and the views of them that are asked for most."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.permissions import policy_registry


@dataclass(frozen=True)
class Link:
    """An entry of a menu: an address for whoever has the right to do this with rows of the model."""

    label: Any
    address: str
    model: type[Model]
    query: str = ""
    icon: str = "list-ul"
    needs: str = "view"


class LinkItem(MenuItem):
    def __init__(self, link: Link, order: int):
        super().__init__(link.label, reverse(link.address) + link.query, icon_name=link.icon, order=order)
        # Two entries may lead to one list: each is named by where it leads.
        self.name = f"{link.address}{link.query}".translate(str.maketrans(":?=&_", "-----"))
        self.link = link

    def is_shown(self, request: HttpRequest) -> bool:
        return policy_registry.get_by_type(self.link.model).user_has_permission(request.user, self.link.needs)


class ModuleGroup(ModelViewSetGroup):
    """The viewsets of a module. `menu` names what stands in the menu, in order: a model's name, or a Link.

    A viewset that it does not name is reached from the rows that it belongs to.
    """

    menu: tuple[str | Link, ...] = ()

    def get_submenu_items(self) -> list[MenuItem]:
        known = {viewset.model_name: viewset for viewset in self.registerables}
        return [
            LinkItem(entry, order) if isinstance(entry, Link) else known[entry].get_menu_item(order=order)
            for order, entry in enumerate(self.menu, start=1)
        ]
