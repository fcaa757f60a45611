"""Documents as PDF: a Django template becomes tagged pages, and nothing is fetched on the way."""

import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import segno
from django.template.loader import render_to_string
from django.utils import translation

BDI = re.compile(r"<bdi>([^<]*)</bdi>")
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core"


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
        text = BDI.sub(_directed, render_to_string(template, dict(context)))
    closed = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    return HTML(string=text, url_fetcher=closed).write_pdf(pdf_variant="pdf/ua-1")


def _directed(isolated: re.Match) -> str:
    """Write out what a browser finds out by itself, and WeasyPrint does not: the first letter gives the direction."""
    kinds = map(unicodedata.bidirectional, html.unescape(isolated[1]))
    first = next((kind for kind in kinds if kind in ("L", "R", "AL")), "L")
    return f'<bdi dir="{"ltr" if first == "L" else "rtl"}">{isolated[1]}</bdi>'


def qr_svg(text: str) -> str:
    """A QR code of the text as a data: URI, for the src of an image."""
    return segno.make(text, error="m", micro=False).svg_data_uri()
