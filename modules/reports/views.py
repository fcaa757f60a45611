"""Screens for the registered reports: one table a landlord, as at today."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.permissions import policy_registry

from rentbook.backoffice.columns import shown
from rentbook.kernel import clock
from rentbook.kernel.contributions import Report, reports
from rentbook.kernel.money import Money, sums
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.scoping import landlord_ids


def index(request: HttpRequest) -> HttpResponse:
    """Every report that a module has registered and whose rows the reader may see."""
    return render(request, "reports/index.html", {"reports": open_to(request.user)})


def open_to(user: User) -> list[Report]:
    return [report for report in reports if policy_registry.get_by_type(report.model).user_has_permission(user, "view")]


def show_report(request: HttpRequest, name: str) -> HttpResponse:
    """One report, with a block for each landlord in whose book the reader may see its rows."""
    report = next((report for report in open_to(request.user) if report.name == name), None)
    if report is None:
        raise Http404
    landlords = Landlord.objects.filter(pk__in=landlord_ids(request.user, report.model))
    blocks = [_block(report, landlord) for landlord in landlords]
    return render(request, "reports/report.html", {"report": report, "blocks": blocks})


def _block(report: Report, landlord: Landlord) -> dict[str, object]:
    today = clock.today(landlord)
    rows = [list(row) for row in report.rows(landlord, today)]
    return {
        "landlord": landlord,
        "on": today,
        "rows": [[shown(cell) for cell in row] for row in rows],
        "totals": sums(cell for row in rows for cell in row if isinstance(cell, Money)),
    }
