"""What all pages of a pay link share: headers, language, wrong tokens, and the cookie of the browser that pays."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.cache import cache as shared
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from django.utils.translation import get_language_bidi, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from modules.leasing.models import Lease
from modules.payments.models import Attempt, PayLink
from modules.payments.services import find_link
from rentbook.kernel import clock
from rentbook.kernel.choices import Channel
from rentbook.kernel.contacts import Contact
from rentbook.kernel.people import Landlord

WRONG_A_MINUTE = 60
COOKIE = "pay"
COOKIE_DAYS = 7
REMEMBERED = 8  # attempts in the cookie


@dataclass(frozen=True)
class Visit:
    """One request to a page of ours: its language, and, unless the token was wrong, the link it came by."""

    request: HttpRequest
    language: str
    token: str = ""
    link: PayLink | None = None

    @property
    def lease(self) -> Lease:
        return self.link.lease

    @property
    def landlord(self) -> Landlord | None:
        return self.link.lease.landlord if self.link else None

    @property
    def chosen(self) -> str:
        """The language that the reader asked for, carried on by links and forms."""
        return asked_language(self.request)

    def url(self, name: str, *args: str, **query: str) -> str:
        """The address of another page of this link, in the language that was asked for."""
        return address(reverse(f"pay:{name}", args=[self.token, *args]), **query, lang=self.chosen)

    def page(self, template: str, *, status: int = 200, number: str = "", **context: object) -> HttpResponse:
        """A page with the headers that every page has; `number` is the bill's to which languages lead from a POST."""
        shown = {
            "visit": self,
            "language": self.language,
            "direction": "rtl" if get_language_bidi() else "ltr",
            "languages": [(code, name, self._in(code, number)) for code, name in settings.LANGUAGES],
            "testing": settings.PAYMENT_PROVIDER == "sandbox",
            "online": bool(settings.PAYMENT_PROVIDER),
        }
        response = HttpResponse(render_to_string(f"payments/{template}.html", shown | context), status=status)
        response["Content-Language"] = self.language
        response["Content-Security-Policy"] = content_policy()
        response["X-Frame-Options"] = "DENY"
        return private(response)

    def _in(self, language: str, number: str) -> str:
        """The same page in a language; from an answer to a POST, the bill's page."""
        if self.request.method == "POST" and self.link:
            return address(reverse("pay:bill", args=[self.token]), bill=number, lang=language)
        asked = self.request.GET
        own = {"bill": number if asked.get("bill") == number else "", "step": asked.get("step", "")[:3]}
        return address(escape_uri_path(self.request.path), **own, lang=language)


def address(path: str, **query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def private(response: HttpResponse) -> HttpResponse:
    """Kept by nobody, told to nobody, found by no search."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def redirect(url: str) -> HttpResponse:
    return private(HttpResponseRedirect(url))


def pdf(content: bytes, filename: str) -> HttpResponse:
    """A PDF that opens in the browser. A policy that allows nothing would keep some from showing it."""
    headers = {"Content-Disposition": f'inline; filename="{filename}"'}
    return private(HttpResponse(content, content_type="application/pdf", headers=headers))


@cache
def content_policy() -> str:
    """Nothing is allowed but our one style block, named by its hash, and forms that come back to us."""
    style = render_to_string("payments/page.css").encode()
    digest = b64encode(hashlib.sha256(style).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def asked_language(request: HttpRequest) -> str:
    asked = request.GET.get("lang") or request.POST.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else ""


def pay_link(*, live: bool = True, methods: Sequence[str] = ("GET", "HEAD")) -> Callable:
    """A view of a pay link: `view(visit, ...)`, in the contact's language or the one asked for.

    A wrong token is 404, and 429 from the 61st in a minute on; a replaced one is 410 where `live` is wanted (R8).

    Django's own check of forms is off, for it wants a cookie on GET and an Origin header, which Referrer-Policy
    no-referrer makes "null". Nobody is signed in here, and what a form needs is the link itself: the signed word in
    it, and the browser's own Sec-Fetch-Site or Origin, keep other sites' forms out.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_http_methods(methods)
        @wraps(view)
        def answer(request: HttpRequest, token: str, **arguments: str) -> HttpResponse:
            link = find_link(token)
            contact = link.lease.tenant.contact if link else None
            language = asked_language(request) or (contact.language if contact else request.LANGUAGE_CODE)
            visit = Visit(request, language, token, link)
            with override(language):
                if request.method == "POST" and from_another_site(request):
                    return visit.page("elsewhere", status=403)
                if link is None:
                    return wrong_token(visit)
                if live and link.replaced_at:
                    return replaced(visit)
                return view(visit, **arguments)

        return answer

    return decorate


def from_another_site(request: HttpRequest) -> bool:
    """Whether a browser says that another site's page sent this form; old browsers say nothing."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in ("same-origin", "none")
    own = (f"{request.scheme}://{request.get_host()}", settings.BASE_URL, "null")
    return request.headers.get("Origin", "null") not in own


def wrong_token(visit: Visit) -> HttpResponse:
    """404 for a token that never was, the same whatever it looks like; 429 after too many from one address."""
    if _count_wrong(visit.request) > WRONG_A_MINUTE:
        response = visit.page("wait", status=429)
        response["Retry-After"] = "60"
        return response
    return visit.page("unknown", status=404)


def _count_wrong(request: HttpRequest) -> int:
    who = hashlib.sha256(_client_address(request).encode()).hexdigest()[:24]
    key = f"pay:wrong:{who}:{clock.now():%H%M}"
    shared.add(key, 0, 120)
    try:
        return shared.incr(key)
    except ValueError:
        return 1  # the cache dropped it in between


def _client_address(request: HttpRequest) -> str:
    """Behind the proxy of a production site, the address that the proxy saw: the last one that it noted."""
    noted = request.headers.get("X-Forwarded-For", "") if settings.PRODUCTION else ""
    return noted.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def replaced(visit: Visit) -> HttpResponse:
    """410 without bill data; the browser that paid by this link finds the way to its payment."""
    own = Attempt.objects.of(visit.lease.landlord_id).filter(
        reference__in=begun(visit.request), payment__invoice__lease=visit.lease
    )
    contact = visit.lease.tenant.contact
    return visit.page("replaced", status=410, contact=contact, way=way_to(contact), own=own.first())


def way_to(contact: Contact) -> str:
    """Where a message to the contact goes: phone, email, or "" when neither is on file."""
    if contact.email and (contact.channel == Channel.EMAIL or not contact.phone):
        return "email"
    return "phone" if contact.phone else ""


def begun(request: HttpRequest) -> list[str]:
    """The references of the attempts that this browser began, by its signed cookie."""
    value = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=COOKIE_DAYS * 86400)
    return value.split(".") if value else []


def remember(request: HttpRequest, response: HttpResponse, attempt: Attempt) -> HttpResponse:
    """Have the browser remember that it began this attempt, so that it sees the result after the link is replaced."""
    references = [reference for reference in begun(request) if reference != attempt.reference]
    response.set_signed_cookie(
        COOKIE,
        ".".join([*references, attempt.reference][-REMEMBERED:]),
        salt=COOKIE,
        max_age=COOKIE_DAYS * 86400,
        path="/p/",
        httponly=True,
        samesite="Lax",
        secure=settings.BASE_URL.startswith("https://"),
    )
    return response


def own_path(url: str) -> str:
    """The path of an address of ours, "" for anybody else's: relative, it stays on the host that the reader uses."""
    parts, ours = urlsplit(url), urlsplit(settings.BASE_URL)
    if (parts.scheme, parts.netloc) != (ours.scheme, ours.netloc) or not parts.path or parts.path.startswith("//"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
