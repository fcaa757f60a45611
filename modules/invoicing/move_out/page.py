"""Moving out on one page: the last day, what follows from it, one button that does it all."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import HeaderButton

from modules.invoicing.models import Invoice
from modules.invoicing.services import Deduction, MoveOut, foresee_move_out, move_out
from modules.leasing.life_selectors import moving_out_blocked
from modules.leasing.models import Charge, Lease
from rentbook.backoffice.forms import put_errors
from rentbook.backoffice.views import visible
from rentbook.kernel import clock
from rentbook.kernel.money import show
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may

from .forms import Deductions, MoveOutForm


def move_out_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what follows from a last day; do it. Another landlord's lease is 404."""
    rows = visible(request.user, Lease).select_related("landlord", "unit__property", "tenant__contact")
    lease = get_object_or_404(rows, pk=pk)
    if not may_move_out(request.user, lease):
        raise PermissionDenied
    if reason := moving_out_blocked(lease):
        messages.error(request, reason)
        return redirect("lease:inspect", lease.pk)
    begun = {"on": last_day(lease)}
    form = MoveOutForm(request.POST or None, initial=begun)
    deductions = Deductions(request.POST or None, form_kwargs={"currency": lease.currency})
    given = _given(form, deductions) if request.method == "POST" else begun
    if given and "do" in request.POST and _done(request, lease, form, given):
        return redirect("lease:inspect", lease.pk)
    context = {"lease": lease, "form": form, "deductions": deductions, "metered": metered(lease)}
    return render(request, "invoicing/move_out.html", context | {"outcome": _outcome(request.user, lease, form, given)})


def may_move_out(user: User, lease: Lease) -> bool:
    return may(user, "change", lease.landlord, Lease) and may(user, "change", lease.landlord, Invoice)


def last_day(lease: Lease) -> Any:
    """The last day by agreement or notice, today at the latest."""
    today = clock.today(lease.landlord)
    return min(today, lease.end or today)


def metered(lease: Lease) -> bool:
    """Whether meters are to be read first."""
    return lease.charges.filter(kind=Charge.Kind.METERED).exists()


def _given(form: MoveOutForm, deductions: Any) -> dict[str, Any]:
    """What move_out takes; nothing where something is wrong."""
    if not (form.is_valid() and deductions.is_valid()):
        return {}
    rows: list[Deduction | None] = [each.deduction() for each in deductions]
    return form.cleaned_data | {"deductions": [row for row in rows if row]}


def _outcome(user: User, lease: Lease, form: MoveOutForm, given: dict[str, Any]) -> MoveOut | None:
    """What would happen; nothing where it cannot, and then the form says why."""
    asked = {name: given[name] for name in ("on", "deductions", "reason") if name in given}
    if not asked or form.errors:
        return None
    try:
        return foresee_move_out(lease=lease, by=user, **asked)
    except ValidationError as error:
        if form.is_bound:
            put_errors(form, error)
        return None


def _done(request: HttpRequest, lease: Lease, form: MoveOutForm, given: dict[str, Any]) -> bool:
    try:
        outcome = move_out(lease=lease, by=request.user, **given)
    except ValidationError as error:
        put_errors(form, error)
        return False
    text = _("%(tenant)s has moved out. To give back: %(refund)s. Still owed: %(owed)s.")
    amounts = {name: show(getattr(outcome, name), get_language()) for name in ("refund", "owed")}
    messages.success(request, text % ({"tenant": lease.tenant} | amounts))
    return True


def buttons(request: HttpRequest, lease: Lease) -> list[HeaderButton]:
    if moving_out_blocked(lease) or not may_move_out(request.user, lease):
        return []
    return [HeaderButton(_("Move out"), url=reverse("move_out", args=[lease.pk]), icon_name="logout")]


slots.fill("leasing.lease.buttons", buttons)
urls = [path("leases/<int:pk>/move-out/", move_out_page, name="move_out")]
