"""Lists: search, filters, state chips with counts, the month switch, sums by currency, saved views, files."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Model, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_filters import ModelChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.utils import set_query_params
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button, HeaderButton

from rentbook.exchange.files import Cell, as_workbook, csv_lines
from rentbook.kernel import clock, log
from rentbook.kernel.dates import show_month
from rentbook.kernel.money import Money, total_by_currency
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import landlords

from .columns import DataColumn, LinkColumn, SelectColumn, cell
from .models import SavedView
from .views import visible

EXPORTED = "rentbook.exported"
CSV, XLSX = "csv", "xlsx"
FILES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHUNK = 2000  # rows held in memory while a file is written
ON_A_PHONE = 3  # columns; the others are hidden below 640 px


class ScopedFilterSet(WagtailFilterSet):
    """Filters whose choices are rows hold only those that the user sees."""

    def __init__(self, data=None, queryset=None, *, request=None, prefix=None):
        super().__init__(data, queryset, request=request, prefix=prefix)
        for each in self.filters.values():
            if isinstance(each, ModelChoiceFilter):
                each.queryset = visible(request.user, each.queryset.model)


def added_columns(user: User, model: type[Model]) -> list[Any]:
    """The columns that modules above give to lists of the model, as far as the user may see what is in them."""
    return [column for columns in slots.all(f"{_slot(model)}.columns", user) for column in columns]


def rows_with_added(user: User, rows: QuerySet) -> QuerySet:
    """The rows with what those columns need."""
    for add in slots.all(f"{_slot(rows.model)}.annotations", user):
        rows = add(rows)
    return rows


def _slot(model: type[Model]) -> str:
    return model._meta.label_lower


class ScopedIndexView(generic.IndexView):
    template_name = "backoffice/list.html"
    results_template_name = "backoffice/list_results.html"
    base_filterset_class = ScopedFilterSet
    select_related: tuple[str, ...] = ()
    prepare: Callable[[QuerySet], QuerySet] | None = None
    totals: Mapping[Any, Any] = {}
    month_field: str = ""
    actions: Mapping[str, Any] = {}
    bulk_url_name: str = ""
    create_url_name: str = ""
    narrowed_by: Mapping[str, str] = {}
    added_after: int = 1

    # --- Rows -------------------------------------------------------------------------------------------------------

    def get_base_queryset(self) -> QuerySet:
        rows = visible(self.request.user, self.model)
        rows = rows.select_related(*self.select_related) if self.select_related else rows
        rows = self.prepare(rows) if self.prepare else rows
        return rows_with_added(self.request.user, rows.filter(**self.narrowed))

    @cached_property
    def narrowed(self) -> dict[str, str]:
        """What the address narrows the list to, such as ?tenant=5: paths and keys."""
        asked = {path: self.request.GET.get(name, "") for name, path in self.narrowed_by.items()}
        return {path: key for path, key in asked.items() if key.isascii() and key.isdigit() and len(key) < 19}

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        queryset = super().filter_queryset(queryset)
        if not self.month:
            return queryset
        last = self.month + relativedelta(months=1, days=-1)
        return queryset.filter(**{f"{self.month_field}__range": (self.month, last)})

    @cached_property
    def month(self) -> date | None:
        """The first day of the month that is asked for; no month, or nonsense, is every month."""
        try:
            return date.fromisoformat(f"{self.request.GET['month']}-01") if self.month_field else None
        except (KeyError, ValueError):
            return None

    # --- Columns ----------------------------------------------------------------------------------------------------

    @cached_property
    def columns(self) -> list[Any]:
        columns = super().columns
        columns[self.added_after : self.added_after] = added_columns(self.request.user, self.model)
        for column in columns[ON_A_PHONE:]:
            column.classname = f"{column.classname or ''} rb-wide".strip()
        return [SelectColumn("pk"), *columns] if self.bulk_actions else columns

    @cached_property
    def bulk_actions(self) -> list[tuple[str, Any]]:
        may = self.permission_policy.user_has_permission
        return [
            (name, action)
            for name, action in self.actions.items()
            if action.bulk and self.bulk_url_name and may(self.request.user, action.needs)
        ]

    def _get_custom_column(self, field_name, column_class=DataColumn, **kwargs):
        return super()._get_custom_column(field_name, column_class, **kwargs)

    def _get_title_column(self, field_name, column_class=LinkColumn, **kwargs):
        return super()._get_title_column(field_name, column_class, **kwargs)

    # --- Around the table -------------------------------------------------------------------------------------------

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        return context | self.around(context)

    def around(self, context: dict[str, Any]) -> dict[str, Any]:
        """What stands above and below the table."""
        query = self._query()
        kept = [pair for pair in parse_qsl(query[1:]) if pair[0] not in ("pk", "all")]
        bulk = [
            {"label": action.label, "url": reverse(self.bulk_url_name, args=[name])}
            for name, action in self.bulk_actions
        ]
        return {
            "count": context["paginator"].count if context.get("paginator") else len(context["object_list"]),
            "sums": self.sums(self.found),
            "chips": list(self._chips()),
            "months": self._months() if self.month_field else None,
            "views": SavedView.objects.filter(user=self.request.user, list=self.index_url_name),
            "bulk": bulk,
            "query": query,
            "kept": kept,
            "wider": self._query(**dict.fromkeys(self.narrowed_by)) or "?" if self.narrowed else "",
            "list_name": self.index_url_name,
        }

    def sums(self, rows: QuerySet) -> list[tuple[Any, list[Money]]]:
        """The list's sums over some of its rows, by label and currency; what is nothing is left out."""
        return [(label, sums) for label, name in self.totals.items() if (sums := total_by_currency(rows, name))]

    @cached_property
    def found(self) -> QuerySet:
        """All that match, without order and page: what the figures above the list are about."""
        return self.get_queryset().order_by()

    def _query(self, **changes: str | None) -> str:
        """The query string of this list without its page, with some parameters changed."""
        kept = {self.page_kwarg: None, "_w_filter_fragment": None, "export": None}
        return set_query_params(f"?{self.request.GET.urlencode()}", kept | changes)

    def _chips(self):
        """Each state with how many rows are in it, whatever state is chosen now."""
        if "state" not in (self.list_filter or ()):
            return
        rows = self.search_queryset(self.get_base_queryset()).order_by()
        counts = dict(rows.values_list("state").annotate(Count("pk")))
        chosen = self.request.GET.get("state", "")
        yield {"label": _("All"), "count": sum(counts.values()), "url": self._query(state=None), "here": not chosen}
        for value, label in self.model._meta.get_field("state").choices:
            if value in counts:
                url = self._query(state=value)
                yield {"label": label, "count": counts[value], "url": url, "here": value == chosen, "state": value}

    def _months(self) -> dict[str, Any]:
        shown = self.month or self._today().replace(day=1)
        step = relativedelta(months=1)
        return {
            "label": show_month(shown, get_language()),
            "before": self._query(month=f"{shown - step:%Y-%m}"),
            "this": self._query(month=f"{shown:%Y-%m}"),
            "after": self._query(month=f"{shown + step:%Y-%m}"),
            "all": self._query(month=None),
            "here": bool(self.month),
        }

    def _today(self) -> date:
        """The day in the first of the reader's books; UTC's for whoever has none."""
        books = landlords(self.request.user, self.model)
        return clock.today(books[0]) if books else clock.now().date()

    # --- Files ------------------------------------------------------------------------------------------------------

    @cached_property
    def header_buttons(self) -> list[Any]:
        if not self.create_url_name or not self.permission_policy.user_has_permission(self.request.user, "add"):
            return []
        return [HeaderButton(self.add_item_label, url=reverse(self.create_url_name), icon_name="plus")]

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        files = [(_("Download XLSX"), XLSX), (_("Download CSV"), CSV)]
        return [
            Button(label, url=self._query(export=kind), icon_name="download", priority=90 + place)
            for place, (label, kind) in enumerate(files)
        ]

    def as_spreadsheet(self, queryset: QuerySet, spreadsheet_format: str) -> HttpResponse:
        """All rows that match as a file: numbers as numbers, text that nothing runs; who took it is logged."""
        self._log_export(spreadsheet_format)
        rows = self._cells(queryset)
        if spreadsheet_format == XLSX:
            response = HttpResponse(as_workbook(rows), content_type=FILES[XLSX])
        else:
            response = StreamingHttpResponse(csv_lines(rows), content_type=FILES[CSV])
        name = f"{self.model._meta.verbose_name_plural}.{spreadsheet_format}"
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response

    def _cells(self, queryset: QuerySet) -> Iterator[list[Cell]]:
        columns = [column for column in self.columns if hasattr(column, "raw")]
        in_currency = [_("Currency")] if hasattr(self.model, "currency") else []
        yield [str(column.label) for column in columns] + in_currency
        for row in queryset.iterator(chunk_size=CHUNK):
            yield [cell(column.raw(row)) for column in columns] + [row.currency for _heading in in_currency]

    def _log_export(self, kind: str) -> None:
        books = landlords(self.request.user, self.model)
        log.record(books, EXPORTED, by=self.request.user, list=self.model._meta.label, file=kind)
