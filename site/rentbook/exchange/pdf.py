"""Documents as PDF: a Django template becomes tagged pages, and nothing is fetched on the way."""

import html
import logging
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from rentbook.kernel.contributions import Document

BDI = re.compile(r"<bdi>([^<]*)</bdi>")
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core"


logger = logging.getLogger(__name__)


class PdfUnavailable(RuntimeError):
    """The system libraries that lay out a page are missing; the text is the line that installs them."""


def render_pdf(template: str, context: Mapping[str, Any], language: str) -> bytes:
    """The template in the language as a PDF that a screen reader can read (PDF/UA-1).

    What the values hold is text: only data: URIs are loaded, never http or a file. Raises PdfUnavailable where Pango
    is missing.
    """
    try:
        # Imported here: it takes a second, and fails where Pango is missing; the site starts without it.
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise PdfUnavailable(f"PDF needs Pango. Run once: apt-get install {PACKAGES}") from error
    with translation.override(language):
        text = directed(render_to_string(template, dict(context)))
    closed = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    return HTML(string=text, url_fetcher=closed).write_pdf(pdf_variant="pdf/ua-1")


def as_document(filename: str, make: Callable[..., bytes], *arguments: Any) -> Document | None:
    """A PDF to go with a message; None where it cannot be made, since the message must go all the same."""
    try:
        return Document(filename, make(*arguments))
    except PdfUnavailable as error:
        logger.warning("%s goes without its document. %s", filename, error)
        return None


class SayWhenUnavailable:
    """Middleware: a PDF that cannot be made is one sentence at every door, not a broken page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, PdfUnavailable):
            return HttpResponse(translation.gettext("This document cannot be made now."), status=503)
        return None


def directed(page: str) -> str:
    """The page with the direction of every isolated value written out, by its first letter.

    A browser finds it out by itself and WeasyPrint does not: on an Arabic page a phone came out back to front.
    """
    return BDI.sub(lambda value: f'<bdi dir="{_direction(html.unescape(value[1]))}">{value[1]}</bdi>', page)


def _direction(text: str) -> str:
    letters = (kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL"))
    return "ltr" if next(letters, "L") == "L" else "rtl"


def qr_svg(text: str) -> str:
    """A QR code of the text as a data: URI, for the src of an image."""
    return segno.make(text, error="m", micro=False).svg_data_uri()
