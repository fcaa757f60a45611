"""The pay page lies open to the world: headers, cookies, other sites, wrong tokens, hostile names."""

import base64
import hashlib
import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.test import Client
from django.utils.html import escape

from modules.payments import forms
from modules.payments.models import Payment
from modules.payments.services import record_payment
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease, make_unit

from .conftest import Payer, text_of, title_of

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title></style></main><b>",
    "{{ lease.activate }}",
    "{% csrf_token %}",
    "%(amount)s %s",
    "{amount.__class__}",
    "Neema\r\nSet-Cookie: pay=1",
    "javascript:alert(1)",
    "&lt;script&gt;",
    "\u202eevil\u2066",
    "<!--",
]
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "footer", "h1", "h2", "p", "a", "b",
    "bdi", "span", "small", "br", "dl", "dt", "dd", "ul", "li", "div", "table", "caption", "tr", "th", "td", "details",
    "summary", "form", "input", "button", "label",
}  # fmt: skip


class Elements(HTMLParser):
    """Every element and attribute of a page."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}


@pytest.fixture
def every_page(payer, bill):
    """A page in each of its states: everything a token and a sandbox reference lead to."""
    before = payer.open()
    pages = [before, payer.press("x"), payer.press("10", once="forged"), payer.press("10", lang="ar")]
    attempt = Payment.objects.of(bill.landlord).get().attempts.get()
    pages += [payer.result(attempt), payer.result(attempt, step="14"), payer.press("10", page=before), payer.open()]
    pages += [payer.client.get(f"/sandbox/{attempt.reference}/"), payer.client.get("/sandbox/none/")]
    pages += [payer.client.get("/p/0000000000000000/"), payer.client.post("/p/0000000000000000/pay/")]
    pages += [payer.client.post(f"{payer.path}pay/", headers={"Sec-Fetch-Site": "cross-site"})]
    pages += [payer.open("receipts/RCT-1.pdf"), payer.open(f"bill/{bill.number}.pdf")]
    record_payment(invoice=bill, amount=Money(100_000, "TZS"), by=None)
    pages += [payer.open(), payer.client.post(f"{payer.path}send-link/"), Payer(bill.lease).open(bill=bill.number)]
    return pages


def test_every_page_has_the_headers(every_page):
    assert {page.status_code for page in every_page} == {200, 202, 302, 400, 403, 404, 409, 410}
    for page in every_page:
        assert page["Cache-Control"] == "no-store"
        assert page["Referrer-Policy"] == "no-referrer"
        assert page["X-Robots-Tag"] == "noindex"


def test_the_policy_allows_the_one_style_block_and_nothing_else(every_page):
    for page in every_page:
        if not page["Content-Type"].startswith("text/html") or page.status_code == 302:
            continue
        [style] = re.findall(r"<style>(.*?)</style>", page.content.decode(), flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert page["Content-Security-Policy"] == (
            f"default-src 'none'; style-src 'sha256-{digest}'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        found = Elements(page.content.decode())
        assert found.tags <= ALLOWED, found.tags - ALLOWED
        assert not found.attributes & {"style", "src", "srcset", "background"}
        assert "This is a test page. No money will be taken." in text_of(page) or 'lang="ar"' in page.content.decode()


def test_the_banner_goes_with_the_sandbox(payer, settings):
    settings.PAYMENT_PROVIDER = "another"
    assert "test page" not in text_of(payer.open())
    assert payer.client.get("/sandbox/none/").status_code == 404


def test_the_preview_of_a_link_tells_no_amount_and_no_name(payer):
    tags = " ".join(re.findall(r'<meta property="og:[^>]+>', payer.open().content.decode()))
    assert "Rent bill, Jengo la Bahari" in tags
    assert not re.search(r"\d|Neema|Mushi", tags)


def test_name_and_phone_are_masked(payer):
    html = payer.open().content.decode()
    assert "Neema M." in html
    assert "Mushi" not in html
    assert "001001" not in html


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_hostile_name_is_only_text(landlord, own_cache, travel, payload):
    travel(date(2026, 1, 2))
    landlord.name = landlord.address = landlord.other_ways_to_pay = payload
    landlord.save()
    unit = make_unit(landlord, name=payload[:60], building=payload)
    lease = make_lease(landlord, tenant=f"{payload} Mushi", unit=unit)
    bill = make_invoice(lease)
    payer = Payer(lease)
    pages = [
        payer.open(),
        payer.press("500001"),
        payer.open(bill=payload),
        payer.press(payload),
        payer.open(lang=payload),
    ]
    pages += [payer.result(payer.pay("250000")), payer.open(), Payer(lease).open(), payer.open(f"bill/{payload}.pdf")]
    for page in pages:
        html = page.content.decode()
        assert Elements(html).tags <= ALLOWED
        assert not [name for name in Elements(html).attributes if name.startswith("on")]
        assert "pay=1" not in str(page.headers)
    assert escape(payload) == payload or payload not in "".join(page.content.decode() for page in pages)
    assert escape(payload.split("\r")[0]) in pages[0].content.decode()
    assert bill.number in pages[0].content.decode()


def test_no_get_sets_a_cookie_and_a_press_sets_one_for_the_pay_pages_alone(payer, settings):
    settings.BASE_URL = "https://pay.example.org"
    for page in (payer.open(), payer.open(lang="sw"), payer.open("pay/"), payer.client.get("/p/0000000000000000/")):
        assert not page.cookies
    attempt = payer.begin("500000")
    assert list(payer.client.cookies) == ["pay"]
    cookie = payer.client.cookies["pay"]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"], cookie["secure"]) == ("/p/", "Lax", True, True)
    assert attempt.reference in cookie.value
    assert not payer.result(attempt).cookies


def snapshot() -> dict:
    return {model._meta.label: sorted(map(str, model._base_manager.values_list())) for model in apps.get_models()}


def test_looking_changes_nothing(payer, bill):
    attempt = payer.begin("250000")
    before = snapshot()
    for path in (
        "",
        "pay/",
        "send-link/",
        f"bill/{bill.number}.pdf",
        f"payments/{attempt.reference}/",
        "receipts/1.pdf",
    ):
        assert payer.open(path).status_code in (200, 202, 302, 404)
        payer.client.head(payer.path + path)
    payer.client.get(f"/sandbox/{attempt.reference}/")
    payer.client.get("/p/0000000000000000/")
    assert snapshot() == before


@pytest.mark.parametrize("method", ["put", "delete", "patch", "trace"])
def test_other_methods_are_refused(payer, method):
    for path in ("", "pay/", "send-link/"):
        assert getattr(payer.client, method)(payer.path + path).status_code == 405
    assert payer.client.post(payer.path).status_code == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 302),
        ({"Origin": "null"}, 302),
        ({"Origin": "http://testserver"}, 302),
        ({}, 302),
    ],
)
def test_a_form_of_another_site_is_refused(bill, own_cache, headers, status):
    payer = Payer(bill.lease, Client(enforce_csrf_checks=True, headers=headers))
    page = payer.press("500000")
    assert page.status_code == status
    assert Payment.objects.of(bill.landlord).exists() == (status == 302)


def test_a_press_without_our_sign_begins_nothing(payer, bill, monkeypatch):
    other = Payer(make_lease(bill.landlord, tenant="Asha Komba"))
    make_invoice(other.lease)
    theirs = re.findall(r'name="once" value="([^"]+)"', other.open().content.decode())[0]
    for once in ("", "forged", theirs):
        page = payer.press("500000", once=once)
        assert (page.status_code, title_of(page)) == (400, "Please press again")
    monkeypatch.setattr(forms, "OPEN_FOR", -1)
    assert payer.press("500000").status_code == 400
    assert not Payment.objects.of(bill.landlord).exists()


def test_wrong_tokens_are_unknown_and_too_many_must_wait(payer, travel):
    client = Client()
    first = client.get("/p/ABCDEFGHJKMNPQRS/")
    assert (first.status_code, title_of(first)) == (404, "We do not know this link")
    assert "Check that the whole link was copied." in text_of(first)
    assert [client.get(f"/p/{number:016}/").status_code for number in range(59)] == [404] * 59
    page = client.post("/p/0000000000000000/send-link/")
    assert (page.status_code, title_of(page), page["Retry-After"]) == (429, "Please wait a minute", "60")
    assert client.get(payer.path).status_code == 200
    assert client.get("/p/x/", REMOTE_ADDR="10.0.0.9").status_code == 404
    travel(clock.now() + timedelta(minutes=1))
    assert client.get("/p/x/").status_code == 404


def test_a_token_is_read_as_people_copy_it(payer):
    token = payer.path.split("/")[2]
    assert Client().get(f"/p/{token.lower().replace('0', 'o').replace('1', 'l')}/").status_code == 200


def test_behind_a_proxy_each_visitor_is_counted_apart(own_cache, db, settings):
    settings.PRODUCTION = True
    for address, status in (("10.0.0.1", 404), ("10.0.0.1, 10.0.0.2", 404), ("10.0.0.9, 10.0.0.1", 429)):
        headers = {"X-Forwarded-For": address}
        answers = [Client(headers=headers).get("/p/x/").status_code for _time in range(40 if status == 404 else 21)]
        assert answers[-1] == status


@pytest.mark.parametrize(
    "path", ["?bill=%00", "?lang=%00", "?step=%00", "bill/%00.pdf", "receipts/%00.pdf", "payments/%00/"]
)
def test_what_no_database_can_hold_is_not_found_or_left_out(payer, path):
    assert payer.client.get(payer.path + path).status_code in (200, 404)
    assert payer.press("10", once="é:\x00:é").status_code == 400
    assert payer.client.get("/p/%00%3Fx/").status_code == 404
