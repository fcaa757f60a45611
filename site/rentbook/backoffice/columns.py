"""Table cells: money, days and states as a person reads them; each value of data isolated for right-to-left."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import formats
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from phonenumber_field.phonenumber import PhoneNumber
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.tables import BaseColumn, Column, TitleColumn

from rentbook.kernel.money import Money
from rentbook.kernel.templatetags.rentbook import money

# A number of ours, such as INV-202611-DAR043: kept on one line.
CODE = re.compile(r"[A-Z]{3}-[A-Z0-9-]+")
# Icon, word and colour: never colour alone.
MARKS = {
    "paid": "✓", "completed": "✓", "active": "●", "sent": "●", "overdue": "!", "failed": "✕", "cancelled": "✕",
    "terminated": "■", "expired": "■", "pending": "…", "draft": "…", "queued": "…", "unknown": "?", "skipped": "–",
    "done": "✓", "running": "…", "stopped": "■",
}  # fmt: skip


def state_tag(state: str, label: str) -> str:
    """A state as icon, word and colour."""
    mark = format_html('<span aria-hidden="true">{}</span>', MARKS.get(state, "·"))
    return format_html('<span class="rb-state rb-{}">{} {}</span>', state, mark, label)


def shown(value: Any) -> Any:
    """Any value of data as it is shown in a cell or beside a label."""
    match value:
        case None | "":
            return "–"
        case bool():
            return "✓" if value else "–"
        case int() | Decimal():
            # A quantity without the zeros of its column: 216, not 216.000.
            return format_html("<bdi>{}</bdi>", formats.number_format(f"{Decimal(value).normalize():f}"))
        case Money():
            return format_html('<span class="rb-money">{}</span>', money(value))
        case datetime():
            return format_html('<bdi class="rb-day">{}</bdi>', formats.date_format(value, "SHORT_DATETIME_FORMAT"))
        case date():
            return format_html('<bdi class="rb-day">{}</bdi>', formats.date_format(value, "SHORT_DATE_FORMAT"))
        case PhoneNumber():
            return format_html('<bdi dir="ltr">{}</bdi>', value.as_international)
        case str() | Model() if CODE.fullmatch(str(value)):
            return format_html('<bdi class="rb-code">{}</bdi>', value)
        case str() | Model():
            return format_html("<bdi>{}</bdi>", value)
    return value


def cell(value: Any) -> str | Decimal | date | None:
    """Any value of data as a cell of a spreadsheet: numbers and days as such, all else as text."""
    match value:
        case Money():
            return value.amount
        case bool():
            return str(_("yes") if value else _("no"))
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case date() | None:
            return value
        case int() | Decimal():
            return Decimal(value)
    return str(value)


class DataColumn(Column):
    """A cell that shows its value by its type; a state by its tag."""

    def raw(self, instance: Model) -> Any:
        """The value itself, as a file holds it."""
        return super().get_value(instance)

    def get_value(self, instance: Model) -> Any:
        if self.name == "get_state_display":
            return state_tag(instance.state, instance.get_state_display())
        return shown(self.raw(instance))


class LinkColumn(TitleColumn):
    """The first cell of a row, with a link to the row's page."""

    def raw(self, instance: Model) -> Any:
        return super().get_value(instance)

    def get_value(self, instance: Model) -> Any:
        return shown(self.raw(instance))


class PersonColumn(Column):
    """A cell with a link to another row of the same landlord; it shows that row unless a `text` is given.

    Whoever is shown a row may see those that it points to: asking for each would be a query a row.
    """

    cell_template_name = "backoffice/link_cell.html"

    def __init__(self, name: str, target: Callable[[Any], Model], *, text: Callable[[Any], Any] = str, **kwargs: Any):
        super().__init__(name, **kwargs)
        self.target, self.text = target, text

    def raw(self, instance: Model) -> Any:
        return self.text(self.target(instance))

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        url = AdminURLFinder().get_edit_url(self.target(instance))
        return context | {"value": shown(self.raw(instance)), "url": url}


class SelectColumn(BaseColumn):
    """A box before each row, for what is done to many at once."""

    header_template_name = "backoffice/select_all.html"
    cell_template_name = "backoffice/select_cell.html"


@dataclass(frozen=True)
class RowAct:
    """A button at the end of a row, that leads to the page which asks. `mark` names it for the keyboard."""

    label: Any
    url: str
    mark: str = ""


class ActsColumn(BaseColumn):
    """What can be done with a row, without opening it.

    `given(user)` is asked once for a table, so that rights cost no query a row; each function that it gives yields
    the acts of one row.
    """

    cell_template_name = "backoffice/acts_cell.html"

    def __init__(self, given: Callable[[Any], Iterable[Callable[[Any], Iterable[RowAct]]]], **kwargs: Any):
        super().__init__("acts", label=_lazy("Action"), **kwargs)
        self.given = given

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        request = parent_context["request"]
        known = request.__dict__.setdefault("row_acts", {})
        if self not in known:
            known[self] = list(self.given(request.user))
        return context | {"acts": [act for acts in known[self] for act in acts(instance)]}
