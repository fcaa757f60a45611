"""Documents as PDF: a Django template becomes tagged pages, and nothing is fetched on the way."""

import gc
import html
import logging
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from rentbook.kernel.contributions import Document

LINES = re.compile(r"\s*[\r\n]+\s*")  # no-break spaces stay as they are
BDI = re.compile(r"<bdi(?: dir=\"(\w+)\")?>([^<]*)</bdi>")
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core"
LONGEST = 500  # letters of one value: a name of ten thousand lines would keep the page busy for minutes
MARKS = {"ltr": "\u2066", "rtl": "\u2067"}  # an isolate, which a POP closes
POP = "\u2069"

logger = logging.getLogger(__name__)


class PdfUnavailable(RuntimeError):
    """The system libraries that lay out a page are missing; the text is the line that installs them."""


class Press(threading.local):
    """What a thread prepares once, since Pango shares nothing between threads: fonts, and the style of all papers.

    It saves a third of the time of a page.
    """

    def __init__(self) -> None:
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher

        self.fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
        self.fonts = FontConfiguration()
        self.style = cache(self._style)

    def _style(self, language: str) -> Any:
        """It says in the language, which is active, how pages are counted."""
        from weasyprint import CSS

        counted = gettext("Page %(page)s of %(pages)s") % {"page": '" counter(page) "', "pages": '" counter(pages) "'}
        style = render_to_string("exchange/paper.css", {"counted": counted})
        return CSS(string=style, font_config=self.fonts, url_fetcher=self.fetcher)


press = cache(Press)


@contextmanager
def uncollected() -> Iterator[None]:
    """Inside the block nothing looks for garbage: at each page it would look through the whole process, for a fifth
    of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def render_pdf(template: str, context: Mapping[str, Any], language: str) -> bytes:
    """The template in the language as a PDF that a screen reader can read (PDF/UA-1).

    What the values hold is text: only data: URIs are loaded, never http or a file. Raises PdfUnavailable where Pango
    is missing.
    """
    try:
        # Imported here: it takes a second, and fails where Pango is missing; the site starts without it.
        from weasyprint import HTML
    except OSError as error:
        raise PdfUnavailable(f"PDF needs Pango. Run once: apt-get install {PACKAGES}") from error
    ready = press()
    with translation.override(language), uncollected():
        page = HTML(string=directed(render_to_string(template, dict(context))), url_fetcher=ready.fetcher)
        style = ready.style(language)
        return page.write_pdf(stylesheets=[style], font_config=ready.fonts, pdf_variant="pdf/ua-1")


def as_document(filename: str, make: Callable[..., bytes], *arguments: Any) -> Document | None:
    """A PDF to go with a message; None where it cannot be made, since the message must go all the same."""
    try:
        return Document(filename, make(*arguments))
    except PdfUnavailable as error:
        logger.warning("%s goes without its document. %s", filename, error)
        return None


def pdf_response(content: bytes, filename: str) -> FileResponse:
    """A PDF that opens in the browser, and is saved under that name."""
    return FileResponse(iter([content]), content_type="application/pdf", filename=filename)


class SayWhenUnavailable:
    """Middleware: a PDF that cannot be made is one sentence at every door, not a broken page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, PdfUnavailable):
            return HttpResponse(gettext("This document cannot be made now."), status=503)
        return None


def directed(page: str) -> str:
    """The page with every value that runs against the page between marks of its direction: by its first letter.

    A browser finds it out by itself and WeasyPrint does not: on an Arabic page a phone came out back to front. Marks
    are letters; an element for each value takes a third of the time of a page.
    """
    return BDI.sub(lambda value: html.escape(isolated(html.unescape(value[2]), value[1])), page)


def isolated(value: str, direction: str | None = None) -> str:
    """A value as plain text in one line, not escaped; between marks where its direction is not that of the language.

    Where marks of both directions stand in one Arabic line, Pango forgets the second.
    """
    text = LINES.sub(" ", value[:LONGEST])
    own, around = direction or _direction(text), "rtl" if translation.get_language_bidi() else "ltr"
    return text if own == around else f"{MARKS[own]}{text}{POP}"


def _direction(text: str) -> str:
    letters = (kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL"))
    return "ltr" if next(letters, "L") == "L" else "rtl"
