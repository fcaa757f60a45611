"""The page and the panel that say how an amount owed is made."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.components import Component

from modules.leasing.models import Lease, Tenant
from rentbook.backoffice.views import visible
from rentbook.kernel.money import sums
from rentbook.kernel.people import User
from rentbook.kernel.scoping import may

from .explaining import Account, explain
from .models import Invoice

KINDS = {model._meta.model_name: model for model in (Tenant, Lease, Invoice)}


class HowMadePanel(Component):
    """What is owed on a row, bill by bill and line by line."""

    template_name = "invoicing/how_made_panel.html"

    def __init__(self, user: User, row: Tenant | Lease | Invoice):
        self.accounts = explain(user, row)
        self.totals = sums(line.amount for account in self.accounts for line in account.lines)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"accounts": map(self._shown, self.accounts), "totals": self.totals}

    def _shown(self, account: Account) -> dict[str, Any]:
        finder = AdminURLFinder()
        lines = [{"line": line, "url": line.document and finder.get_edit_url(line.document)} for line in account.lines]
        return {"invoice": account.invoice, "lines": lines, "balance": account.invoice.balance}


def how_made(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """How what is owed by a tenant, on a lease or on a bill is made; a row of another landlord is 404."""
    if kind not in KINDS:
        raise Http404
    row = get_object_or_404(visible(request.user, KINDS[kind]).select_related("landlord"), pk=pk)
    if not may(request.user, "view", row.landlord, Invoice):
        raise PermissionDenied
    context = {"row": row, "panel": HowMadePanel(request.user, row), "back": f"{kind}:inspect"}
    return render(request, "invoicing/how_made.html", context)


urls = [path("bills/how/<slug:kind>/<int:pk>/", how_made, name="how_made")]
