"""Deposits in the back office: their entries, the facts on a lease's page, and the pages that move them."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets.button import HeaderButton

from modules.invoicing.deposits import deposit_held, deposit_reversal_blocked, with_deposit_held
from modules.invoicing.models import DepositEntry
from modules.invoicing.services import reverse_deposit_entries
from modules.leasing.models import Lease
from rentbook.backoffice.columns import PersonColumn
from rentbook.backoffice.forms import ReasonForm, put_errors
from rentbook.backoffice.views import visible
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet
from rentbook.kernel.money import as_money
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may

from .deposit_forms import ApplyForm, DepositForm, RefundForm


class DepositEntryViewSet(ScopedViewSet):
    model = DepositEntry
    icon = "lock"
    list_display = [
        PersonColumn("lease", lambda entry: entry.lease, label=_("Lease")), "kind", "amount", "on", "reason", "by",
    ]  # fmt: skip
    list_filter = ["kind"]
    month_field = "on"
    narrowed_by = {"lease": "lease", "tenant": "lease__tenant"}
    search_fields = ["lease__unit__name", "lease__tenant__contact__name", "reason", "reference"]
    select_related = ("lease__unit", "lease__tenant__contact", "by")
    inspect_view_fields = [
        "lease", "kind", "amount", "on", "settlement", "reason", "reference", "reverses", "by", "created_at",
        "landlord",
    ]  # fmt: skip
    actions = {
        "undo": Action(
            _("Undo"),
            reverse_deposit_entries,
            "entries",
            _("An opposite entry takes it back today: a bill that it had settled is open again."),
            blocked=deposit_reversal_blocked,
            asks=ReasonForm,
            bulk=False,
        ),
    }


def _page(request: HttpRequest, pk: int, form_class: type[DepositForm]) -> HttpResponse:
    rows = visible(request.user, Lease).select_related("landlord", "unit", "tenant__contact")
    lease = get_object_or_404(rows, pk=pk)
    if not may(request.user, "add", lease.landlord, DepositEntry):
        raise PermissionDenied
    form = form_class(request.POST or None, lease=lease)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return redirect("lease:inspect", lease.pk)
    return render(request, "invoicing/deposit.html", {"form": form, "lease": lease})


def _saved(request: HttpRequest, form: DepositForm) -> bool:
    try:
        form.save(by=request.user)
    except ValidationError as error:
        put_errors(form, error)
        return False
    messages.success(request, f"{form.title}: {form.lease}")
    return True


def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle bills of a lease from its deposit; another landlord's lease is 404."""
    return _page(request, pk, ApplyForm)


def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a lease's deposit back; another landlord's lease is 404."""
    return _page(request, pk, RefundForm)


urls = [
    path("bills/deposit/<int:pk>/apply/", apply, name="apply_deposit"),
    path("bills/deposit/<int:pk>/refund/", refund, name="refund_deposit"),
]


def facts(user: User, lease: Lease) -> list[tuple[Any, Any]]:
    """What of the agreed deposit stands on bills, and what is held."""
    if not may(user, "view", lease.landlord, DepositEntry):
        return []
    row = with_deposit_held(Lease.objects.of(lease.landlord_id)).get(pk=lease.pk)
    return [
        (_("Deposit charged"), as_money(row.deposit_charged, lease.currency)),
        (_("Deposit held"), as_money(row.deposit_held, lease.currency)),
    ]


def buttons(request: HttpRequest, lease: Lease) -> Iterator[HeaderButton]:
    if may(request.user, "add", lease.landlord, DepositEntry) and deposit_held(lease).amount > 0:
        yield HeaderButton(_("Apply deposit"), url=reverse("apply_deposit", args=[lease.pk]), icon_name="lock-open")
        yield HeaderButton(_("Refund deposit"), url=reverse("refund_deposit", args=[lease.pk]), icon_name="undo")


slots.fill("leasing.lease.facts", facts)
slots.fill("leasing.lease.buttons", buttons)
slots.fill(
    "leasing.lease.tables",
    lambda: Related(_("Deposit"), lambda lease: lease.deposit_entries.all(), ("kind", "amount", "on", "reason")),
)
