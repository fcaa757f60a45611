"""Pages that ask about one bill, and the buttons that lead to them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from wagtail.admin.widgets.button import HeaderButton

from modules.invoicing.models import Invoice
from rentbook.backoffice.changing import ScopedEditView
from rentbook.backoffice.forms import put_errors
from rentbook.kernel.scoping import may


class BillForm(forms.Form):
    """What staff type about a bill: it checks, and a service writes."""

    def refuse(self, error: ValidationError) -> None:
        """Show what the service refused beside the field it is about, or above the form."""
        put_errors(self, error)


class BillFormView(ScopedEditView):
    """A page about one bill, for whoever may change it; one that it is not for leads back and says why."""

    model = Invoice
    index_url_name, inspect_url_name = "invoice:index", "invoice:inspect"
    label: Any = ""

    def get_page_title(self) -> str:
        return f"{self.label}: {self.object}"

    def get_form(self) -> BillForm:
        return self.form_class(self.request.POST or None, invoice=self.object)


def button(view: type[BillFormView], address: str) -> Callable[[HttpRequest, Invoice], list[HeaderButton]]:
    """The button on a bill's page that leads to a page about it: for whoever may change a bill that it is for."""

    def shown(request: HttpRequest, invoice: Invoice) -> list[HeaderButton]:
        if view.unchangeable(invoice) or not may(request.user, "change", invoice.landlord, Invoice):
            return []
        return [HeaderButton(view.label, url=reverse(address, args=[invoice.pk]), icon_name="edit")]

    return shown
