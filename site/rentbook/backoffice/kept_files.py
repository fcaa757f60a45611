"""Files that rows hold, for whoever may see the row: never by an address of their own, never kept by a browser."""

from collections.abc import Callable

from django.db.models import Model
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header

from rentbook.kernel.uploads import PICTURES, TYPES

from .views import visible


def file_of(model: type[Model], field: str) -> Callable[[HttpRequest, int], FileResponse]:
    """A view of the file in a row's field; another landlord's row, and one without a file, is 404."""

    def serve(request: HttpRequest, pk: int) -> FileResponse:
        row = get_object_or_404(visible(request.user, model), pk=pk)
        kept = getattr(row, field)
        if not (kept and kept.storage.exists(kept.name)):
            raise Http404
        kind = kept.name.rpartition(".")[2]
        answer = FileResponse(kept.open(), content_type=TYPES.get(kind, "application/octet-stream"))
        answer["Content-Disposition"] = content_disposition_header(kind not in PICTURES, f"{row}.{kind}")
        answer["Cache-Control"] = "no-store"
        answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return answer

    return serve


def file_path(model: type[Model], field: str) -> URLPattern:
    """The address of those files: `<model>_<field>` by the row's key."""
    name = model._meta.model_name
    return path(f"{model._meta.app_label}/{name}/<int:pk>/{field}/", file_of(model, field), name=f"{name}_{field}")
