"""Screens for the registered reports: one table a landlord, as at today."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from rentbook.backoffice.columns import shown
from rentbook.kernel import clock
from rentbook.kernel.contributions import Report, reports
from rentbook.kernel.money import Money, sums
from rentbook.kernel.people import Landlord
from rentbook.kernel.scoping import landlord_ids


def index(request: HttpRequest) -> HttpResponse:
    """Every report that a module has registered."""
    return render(request, "reports/index.html", {"reports": list(reports)})


def show_report(request: HttpRequest, name: str) -> HttpResponse:
    """One report, with a block for each landlord that the reader works for."""
    if name not in reports:
        raise Http404
    landlords = Landlord.objects.filter(pk__in=landlord_ids(request.user))
    blocks = [_block(reports[name], landlord) for landlord in landlords]
    return render(request, "reports/report.html", {"report": reports[name], "blocks": blocks})


def _block(report: Report, landlord: Landlord) -> dict[str, object]:
    today = clock.today(landlord)
    rows = [list(row) for row in report.rows(landlord, today)]
    return {
        "landlord": landlord,
        "on": today,
        "rows": [[shown(cell) for cell in row] for row in rows],
        "totals": sums(cell for row in rows for cell in row if isinstance(cell, Money)),
    }
