"""Table cells: money, days and states as a person reads them; each value of data isolated for right-to-left."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import Model
from django.utils import formats
from django.utils.html import format_html
from django.utils.translation import get_language
from phonenumber_field.phonenumber import PhoneNumber
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.tables import Column, TitleColumn

from rentbook.kernel.money import Money, show

# Icon, word and colour: never colour alone.
MARKS = {
    "paid": "✓", "completed": "✓", "active": "●", "sent": "●", "overdue": "!", "failed": "✕", "cancelled": "✕",
    "terminated": "■", "expired": "■", "pending": "…", "draft": "…", "queued": "…", "unknown": "?", "skipped": "–",
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
        case Money():
            return format_html('<bdi class="rb-money">{}</bdi>', show(value, get_language()))
        case datetime():
            return format_html("<bdi>{}</bdi>", formats.date_format(value, "SHORT_DATETIME_FORMAT"))
        case date():
            return format_html('<bdi class="rb-day">{}</bdi>', formats.date_format(value, "SHORT_DATE_FORMAT"))
        case PhoneNumber():
            return format_html('<bdi dir="ltr">{}</bdi>', value.as_international)
        case str() | Model():
            return format_html("<bdi>{}</bdi>", value)
    return value


class DataColumn(Column):
    """A cell that shows its value by its type; a state by its tag."""

    def get_value(self, instance: Model) -> Any:
        if self.name == "get_state_display":
            return state_tag(instance.state, instance.get_state_display())
        return shown(super().get_value(instance))


class LinkColumn(TitleColumn):
    """The first cell of a row, with a link to the row's page."""

    def get_value(self, instance: Model) -> Any:
        return shown(super().get_value(instance))


class PersonColumn(Column):
    """A cell with a link to another row of the same landlord; it shows that row unless a `text` is given.

    Whoever is shown a row may see those that it points to: asking for each would be a query a row.
    """

    cell_template_name = "backoffice/link_cell.html"

    def __init__(self, name: str, target: Callable[[Any], Model], *, text: Callable[[Any], Any] = str, **kwargs: Any):
        super().__init__(name, **kwargs)
        self.target, self.text = target, text

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        target = self.target(instance)
        context |= {"value": shown(self.text(target)), "url": AdminURLFinder().get_edit_url(target)}
        return context
