"""The site's addresses. A module that is on brings its public ones in `<module>/urls.py`."""

from importlib import import_module, util

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView
from wagtail.admin import urls as wagtailadmin_urls

from .backoffice.accounts import staff_gate
from .exchange import health, webhooks

urlpatterns = [
    path("", RedirectView.as_view(url="/admin/")),
    path("admin/login/", staff_gate, name="staff_gate"),
    path("staff/", staff_gate),
    path("accounts/", include("allauth.urls")),
    path("admin/", include("rentbook.backoffice.closed")),
    path("admin/", include(wagtailadmin_urls)),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("webhooks/<str:secret>/<slug:source>/", webhooks.receive, name="webhook"),
]

for module in settings.MODULES:
    if util.find_spec(f"{module}.urls"):
        urlpatterns.append(path("", include(import_module(f"{module}.urls"))))
