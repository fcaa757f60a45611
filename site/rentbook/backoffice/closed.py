"""Doors of Wagtail's that lead to no room of ours: pages, files, sites, its own people and its bulk acts. All are 404.

Its templates still need their names, so the addresses stay, behind these.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import re_path

CLOSED = (
    "api", "block-preview", "bulk", "choose-[a-z]+-link", "choose-page", "collections", "documents", "editing-sessions",
    "failwhale", "groups", "images", "pages", "password_reset", "reports/(?!site-history)[a-z-]+", "sites",
    "tag-autocomplete", "test404", "users", "workflows",
)  # fmt: skip


def not_here(request: HttpRequest) -> HttpResponse:
    raise Http404


urlpatterns = [re_path(rf"^(?:{'|'.join(CLOSED)})/", not_here)]
