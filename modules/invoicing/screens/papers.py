"""Papers in the back office: bills, credit notes and statements as PDF, in the tenant's language."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.admin.widgets.button import HeaderButton

from modules.invoicing import statements
from modules.invoicing.documents import credit_note_pdf, invoice_pdf, statement_pdf
from modules.invoicing.models import CreditNote, Invoice
from modules.leasing.models import Lease
from rentbook.backoffice.views import visible
from rentbook.exchange.pdf import pdf_response
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may


class SpanForm(forms.Form):
    """The two days between which an account is stated."""

    first = forms.DateField(label=_("From"))
    last = forms.DateField(label=_("through"))

    def clean(self) -> dict[str, Any]:
        days = super().clean()
        if not self.errors and days["last"] < days["first"]:
            self.add_error("last", _("The last day is before the first."))
        return days


def invoice(request: HttpRequest, pk: int) -> FileResponse:
    """The invoice as a PDF."""
    row = get_object_or_404(visible(request.user, Invoice).select_related("lease__tenant__contact"), pk=pk)
    return pdf_response(invoice_pdf(row, row.lease.tenant.contact.language), f"{row}.pdf")


def credit_note(request: HttpRequest, pk: int) -> FileResponse:
    """The credit note as a PDF."""
    row = get_object_or_404(visible(request.user, CreditNote).select_related("invoice__lease__tenant__contact"), pk=pk)
    return pdf_response(credit_note_pdf(row, row.invoice.lease.tenant.contact.language), f"{row}.pdf")


def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement of a lease's account from ?first= through ?last= as a PDF (docs/rules.md, D47)."""
    lease = get_object_or_404(visible(request.user, Lease).select_related("landlord", "tenant__contact"), pk=pk)
    if not may(request.user, "view", lease.landlord, Invoice):
        raise PermissionDenied
    span = SpanForm(request.GET)
    if not span.is_valid():
        return HttpResponseBadRequest(span.errors.as_text(), content_type="text/plain; charset=utf-8")
    language = lease.tenant.contact.language
    with override(language):
        stated = statements.statement(lease=lease, **span.cleaned_data)
    return pdf_response(statement_pdf(stated, language), f"{lease.unit} {stated.first} {stated.last}.pdf")


def credit_note_buttons(request: HttpRequest, note: CreditNote) -> list[HeaderButton]:
    return [HeaderButton(_("PDF"), url=reverse("credit_note_pdf", args=[note.pk]), icon_name="download")]


slots.fill("invoicing.creditnote.buttons", credit_note_buttons)

urls = [
    path("invoicing/invoice/<int:pk>/pdf/", invoice, name="invoice_pdf"),
    path("invoicing/creditnote/<int:pk>/pdf/", credit_note, name="credit_note_pdf"),
    path("invoicing/statement/<int:pk>/pdf/", statement, name="statement_pdf"),
]
