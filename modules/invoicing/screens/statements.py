"""The statement of a tenant or a lease, between two months (docs/rules.md, D47)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.widgets.button import HeaderButton

from modules.invoicing.models import Invoice
from modules.invoicing.selectors import month_of
from modules.invoicing.statements import Entry, Statement, statement, statements_of_tenant
from modules.leasing.models import Lease, Tenant
from rentbook.backoffice.views import visible
from rentbook.kernel import clock
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may

KINDS = {model._meta.model_name: model for model in (Tenant, Lease)}
SHOWN = 3  # months, this one included, where no other range is asked for


class MonthField(forms.Field):
    """A month as browsers send it, 2026-01; cleaned it is its first day."""

    widget = forms.TextInput(attrs={"type": "month"})

    def to_python(self, value: Any) -> date | None:
        if not value:
            return None
        try:
            return datetime.strptime(f"{value}-01", "%Y-%m-%d").date()  # noqa: DTZ007
        except ValueError as error:
            raise ValidationError(_("A month is expected, such as 2026-01.")) from error


class RangeForm(forms.Form):
    """From a month through a month."""

    first = MonthField(label=gettext_lazy("From"))
    last = MonthField(label=gettext_lazy("Through"))

    def __init__(self, data: Any, today: date):
        since = today.replace(day=1) - relativedelta(months=SHOWN - 1)
        usual = {"first": f"{since:%Y-%m}", "last": f"{today:%Y-%m}"}
        super().__init__(usual | {name: data[name] for name in usual if data.get(name)})

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "first" in data and "last" in data and data["first"] > data["last"]:
            raise ValidationError(_("The first month is after the last."))
        return data

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return self.cleaned_data["first"], month_of(self.cleaned_data["last"])[1]


def show_statement(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The statement of a lease, or of each of a tenant's leases; a row of another landlord is 404."""
    if kind not in KINDS:
        raise Http404
    row = get_object_or_404(visible(request.user, KINDS[kind]).select_related("landlord"), pk=pk)
    if not may(request.user, "view", row.landlord, Invoice):
        raise PermissionDenied
    form = RangeForm(request.GET, clock.today(row.landlord))
    blocks = [_block(each) for each in _statements(row, *form.days)] if form.is_valid() else []
    context = {"row": row, "form": form, "blocks": blocks, "back": f"{kind}:inspect"}
    return render(request, "invoicing/statement.html", context)


def _statements(row: Tenant | Lease, first: date, last: date) -> list[Statement]:
    if isinstance(row, Lease):
        return [statement(lease=row, first=first, last=last)]
    return statements_of_tenant(row, first, last)


def _block(told: Statement) -> dict[str, Any]:
    finder = AdminURLFinder()
    lines = {name: [_line(entry, finder) for entry in getattr(told, name)] for name in ("entries", "deposit")}
    before = told.first - timedelta(days=1)
    return {"statement": told, "before": before, **lines}


def _line(entry: Entry, finder: AdminURLFinder) -> dict[str, Any]:
    return {"entry": entry, "url": entry.document and finder.get_edit_url(entry.document)}


urls = [path("bills/statement/<slug:kind>/<int:pk>/", show_statement, name="statement")]


def statement_button(request: HttpRequest, row: Tenant | Lease) -> Iterator[HeaderButton]:
    if may(request.user, "view", row.landlord, Invoice):
        address = reverse("statement", args=[row._meta.model_name, row.pk])
        yield HeaderButton(_("Statement"), url=address, icon_name="list-ul")


slots.fill("leasing.tenant.buttons", statement_button)
slots.fill("leasing.lease.buttons", statement_button)
