"""Reports in the back office."""

from django.http import HttpRequest
from django.urls import path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from .views import index, open_to, show_report


@hooks.register("register_admin_urls")
def report_urls():
    return [
        path("rent-reports/", index, name="rent_reports"),
        path("rent-reports/<slug:name>/", show_report, name="rent_report"),
    ]


class ReportsItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(open_to(request.user))


@hooks.register("register_admin_menu_item")
def report_menu():
    return ReportsItem(_("Reports"), reverse_lazy("rent_reports"), icon_name="table", order=500, name="rent-reports")
