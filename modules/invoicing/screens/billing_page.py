"""“Bill December”: what would be billed otherwise than last month, then one button that bills all of it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from modules.invoicing.differences import Difference, Kind
from modules.invoicing.models import BillingRun
from modules.invoicing.previewing import MonthPreview, preview_month
from modules.invoicing.services import approve_runs, issue_runs, prepare_run
from modules.leasing.meter_selectors import missing_readings
from modules.leasing.models import Lease
from modules.leasing.streams import stream_word
from rentbook.kernel import clock
from rentbook.kernel.dates import show_month
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.scoping import landlords

KINDS = {
    Kind.NEW: pgettext_lazy("difference", "new"),
    Kind.CHANGED: pgettext_lazy("difference", "changed"),
    Kind.ENDED: pgettext_lazy("difference", "ended"),
}


def bill_month(request: HttpRequest) -> HttpResponse:
    """Show what a month would bill; on POST bill it, or leave it to be approved. Who may not bill is refused."""
    books = landlords(request.user, BillingRun, ["add"])
    if not books:
        raise PermissionDenied
    landlord = _asked_for(request, books)
    month = _month(request.GET.get("month", ""), landlord)
    if request.method == "POST":
        return _press(request, landlord, month)
    preview = preview_month(landlord, month)
    return render(request, "invoicing/bill_month.html", _context(request.user, books, landlord, month, preview))


def _asked_for(request: HttpRequest, books: list[Landlord]) -> Landlord:
    code = request.GET.get("landlord", books[0].code)
    found = [landlord for landlord in books if landlord.code == code]
    if not found:
        raise Http404
    return found[0]


def _month(text: str, landlord: Landlord) -> date:
    """The first day of the month asked for, else of this one; a month that is not one is 404."""
    if not text:
        return clock.today(landlord).replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404 from None


def _press(request: HttpRequest, landlord: Landlord, month: date) -> HttpResponse:
    run = prepare_run(landlord=landlord, month=month, by=request.user)
    try:
        if "leave" not in request.POST:
            approve_runs(runs=[run], by=request.user)
            issue_runs(runs=[run], by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(request.get_full_path())
    run.refresh_from_db()
    _tell(request, run, month)
    return redirect("billingrun:inspect", run.pk)


def _tell(request: HttpRequest, run: BillingRun, month: date) -> None:
    words = {
        BillingRun.State.PREPARED: _("%(month)s waits to be approved."),
        BillingRun.State.APPROVED: _("The bills of %(month)s are being made."),
        BillingRun.State.ISSUED: _("The bills of %(month)s are issued."),
    }
    messages.success(request, words[run.state] % {"month": show_month(month, get_language())})


def _context(
    user: User, books: list[Landlord], landlord: Landlord, month: date, preview: MonthPreview
) -> dict[str, Any]:
    step = relativedelta(months=1)
    shown = _shown(landlord, preview.differences)
    return {
        "books": books if len(books) > 1 else [],
        "landlord": landlord,
        "month": show_month(month, get_language()),
        "earlier": f"{month - step:%Y-%m}",
        "later": f"{month + step:%Y-%m}",
        "preview": preview,
        "rows": shown,
        "more": preview.differing - len(shown),
        "unread": missing_readings(landlord, month - step, clock.today(landlord)).count(),
    }


def _shown(landlord: Landlord, differences: Iterable[Difference]) -> list[dict[str, Any]]:
    differences = list(differences)
    keys = {difference.lease for difference in differences}
    leases = Lease.objects.of(landlord).select_related("unit__property", "tenant__contact").in_bulk(keys)
    return [_row(difference, leases[difference.lease]) for difference in differences]


def _row(difference: Difference, lease: Lease) -> dict[str, Any]:
    before, now = difference.before, difference.now
    return {
        "kind": KINDS[difference.kind],
        "lease": lease,
        "stream": stream_word(difference.stream),
        "before": Money(before.amount, lease.currency) if before else None,
        "now": Money(now.amount, lease.currency) if now else None,
        "start": (now or before).start,
        "end": (now or before).end,
        "arithmetic": now.arithmetic if now else "",
    }


def address(landlord: Landlord, month: date) -> str:
    """The page of a landlord's month."""
    return f"{reverse('bill_month')}?landlord={landlord.code}&month={month:%Y-%m}"


urls = [path("invoicing/bill/", bill_month, name="bill_month")]
