"""The import page: a file is checked, its bad cells are mended in place, and what is good is written."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem

from .forms import kinds
from .views import choose_file, draft_page, left_out_rows


class ImportItem(MenuItem):
    """Is shown to whoever may import somewhere, while a module reads sheets."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(kinds()) and request.user.has_perm("exchange.add_draft")


def urls() -> list[URLPattern]:
    """The addresses under /admin/."""
    return [
        path("import/", choose_file, name="import_file"),
        path("import/<int:pk>/", draft_page, name="import_draft"),
        path("import/<int:pk>/left-out/", left_out_rows, name="import_left_out"),
    ]


def menu_item() -> MenuItem:
    return ImportItem(_("Import"), reverse_lazy("import_file"), name="import", icon_name="upload", order=800)
