"""A bill that a person writes: for a lease, some days, a line each for what is asked or taken off."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets.button import HeaderButton

from modules.invoicing.models import Invoice, InvoiceLine
from modules.invoicing.services import ManualLine, draft_invoice, send_invoices
from modules.leasing.forms import DayInput, WrittenAmount
from modules.leasing.models import Lease
from modules.leasing.typed import stream_key
from rentbook.backoffice.forms import put_errors
from rentbook.backoffice.views import visible
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may

Kind = InvoiceLine.Kind
KINDS = [(kind.value, kind.label) for kind in (Kind.CHARGE, Kind.RENT, Kind.DISCOUNT, Kind.DEPOSIT)]
ROWS = 4
OWN_STREAM = {Kind.RENT: "rent", Kind.DEPOSIT: "deposit"}


class ManualForm(forms.Form):
    start = forms.DateField(label=gettext_lazy("From"), widget=DayInput)
    end = forms.DateField(label=gettext_lazy("Through"), widget=DayInput)
    due_date = forms.DateField(label=gettext_lazy("Due on"), widget=DayInput)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "start" in data and "end" in data and data["end"] < data["start"]:
            self.add_error("end", _("The last day is before the first day."))
        return data


class LineForm(forms.Form):
    """One line; a discount is written as people do, without a sign."""

    what = forms.CharField(label=gettext_lazy("What"), max_length=60, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS)
    amount = WrittenAmount(label=gettext_lazy("Amount"), required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.currency = self.fields["amount"].currency = currency

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if bool(data.get("what")) != bool(data.get("amount")):
            raise ValidationError(_("A line needs both: what it is for, and an amount."))
        if data.get("what"):
            data["stream"] = self._stream(data)
        return data

    def _stream(self, data: dict[str, Any]) -> str:
        """The stream that the kind is, else what people mean by the word."""
        try:
            return OWN_STREAM.get(data["kind"]) or stream_key(data["what"])
        except ValueError as error:
            raise ValidationError({"what": str(error)}) from error

    def line(self) -> ManualLine:
        data = self.cleaned_data
        sign = -1 if data["kind"] == Kind.DISCOUNT else 1
        return ManualLine(data["stream"], Money(sign * data["amount"], self.currency), data["kind"])


LineFormSet = formset_factory(LineForm, extra=ROWS, max_num=ROWS)


def new_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a bill for a lease, as a draft or to be issued at once; another's lease is 404."""
    lease = get_object_or_404(visible(request.user, Lease).select_related("landlord", "unit", "tenant__contact"), pk=pk)
    if not may(request.user, "add", lease.landlord, Invoice):
        raise PermissionDenied
    today = clock.today(lease.landlord)
    form = ManualForm(request.POST or None, initial=dict.fromkeys(("start", "end", "due_date"), today))
    lines = LineFormSet(request.POST or None, form_kwargs={"currency": lease.currency})
    if (
        request.method == "POST"
        and form.is_valid()
        and lines.is_valid()
        and (invoice := _save(request, lease, form, lines))
    ):
        messages.success(request, _("%(row)s is saved.") % {"row": invoice})
        return redirect("invoice:inspect", invoice.pk)
    return render(request, "invoicing/new_invoice.html", {"form": form, "lines": lines, "lease": lease})


def _save(request: HttpRequest, lease: Lease, form: ManualForm, lines: Any) -> Invoice | None:
    data = form.cleaned_data
    values = {"due_date": data["due_date"], "period": (data["start"], data["end"]), "reason": data["reason"]}
    written = [row.line() for row in lines if row.cleaned_data.get("what")]
    try:
        with transaction.atomic():
            invoice = draft_invoice(lease=lease, lines=written, by=request.user, **values)
            if "draft" not in request.POST:
                send_invoices(invoices=[invoice], by=request.user)
    except ValidationError as error:
        put_errors(form, error)
        return None
    invoice.refresh_from_db()
    return invoice


urls = [path("invoicing/lease/<int:pk>/new/", new_invoice, name="new_invoice")]


def new_invoice_button(request: HttpRequest, lease: Lease) -> Iterator[HeaderButton]:
    if may(request.user, "add", lease.landlord, Invoice):
        yield HeaderButton(_("New bill"), url=reverse("new_invoice", args=[lease.pk]), icon_name="plus")


slots.fill("leasing.lease.buttons", new_invoice_button)
