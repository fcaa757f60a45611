"""A bill of January, a browser at its pay link, and the sandbox's word through the real door."""

import re
from datetime import date
from html import unescape

import pytest
from django.conf import settings as django_settings
from django.test import Client

from modules.payments.models import Attempt
from modules.payments.providers.sandbox import SIGNATURE, Sandbox
from modules.payments.services import link_url, live_link
from tests.factories import make_invoice, make_lease

from .steps import NOON

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
TAGS = re.compile(r"<[^>]+>")


class Payer:
    """A browser at the pay link of a lease, as the link was when the browser got it."""

    def __init__(self, lease, client: Client | None = None):
        self.client = client or Client()
        self.lease = lease
        self.path = link_url(live_link(lease)).removeprefix(django_settings.BASE_URL)

    def open(self, path: str = "", **query: str):
        """A page under the link: "" is the bill's."""
        return self.client.get(path if path.startswith("/") else self.path + path, query)

    def press(self, amount: object, *, page=None, **changes: str):
        """The button that carries the amount, or the field with it typed in, on a page that was open."""
        fields = dict(HIDDEN.findall((page or self.open()).content.decode()))
        return self.client.post(f"{self.path}pay/", fields | {"amount": str(amount)} | changes)

    def begin(self, amount: object) -> Attempt:
        """A payment that waits for the provider's word."""
        response = self.press(amount)
        assert response.status_code == 302, text_of(response)
        return Attempt.objects.of(self.lease.landlord_id).get(reference=response.url.split("/")[-2])

    def pay(self, amount: object, outcome: str = "paid") -> Attempt:
        """A payment with its outcome."""
        attempt = self.begin(amount)
        answer(attempt, outcome)
        return attempt

    def result(self, attempt: Attempt, **query: str):
        return self.open(f"payments/{attempt.reference}/", **query)


def answer(attempt: Attempt, outcome: str) -> None:
    """The sandbox's signed callback, at the address where a provider's comes in."""
    body = Sandbox().answer(attempt.reference, outcome)
    secret = django_settings.WEBHOOK_SECRETS[0]
    signed = {SIGNATURE: Sandbox.sign(body)}
    sent = Client().post(f"/webhooks/{secret}/sandbox/", body, content_type="application/json", headers=signed)
    assert sent.status_code == 200


def text_of(response) -> str:
    """What a page says, in one line."""
    html = re.sub(r"<style>.*</style>|<title>.*?</title>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(TAGS.sub(" ", html)).split()).replace(" .", ".").replace(" ,", ",")


def title_of(response) -> str:
    [title] = re.findall(r"<title>(.*?)</title>", response.content.decode(), flags=re.DOTALL)
    return unescape(title).strip().replace("\u00a0", " ")


@pytest.fixture
def noon_of_5_january(travel):
    travel(NOON)


@pytest.fixture
def invoice(landlord):
    """500,000 TZS for January, due on the 5th."""
    return make_invoice(make_lease(landlord))


@pytest.fixture
def own_cache(settings, request):
    """A cache that no other test has counted in."""
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": request.node.nodeid}
    settings.CACHES = {"default": memory}


@pytest.fixture
def bill(landlord, travel):
    """Rent of 500,000 for January, due on the 5th; it is the 2nd, three in the afternoon in Dar es Salaam."""
    travel(date(2026, 1, 2))
    landlord.other_ways_to_pay = "Cash at the office, Monday to Friday.\nBank: 01J2 555"
    landlord.phone = "+255754000999"
    landlord.save()
    return make_invoice(make_lease(landlord, tenant="Neema Mushi", phone="+255754001001"))


@pytest.fixture
def payer(bill, own_cache):
    return Payer(bill.lease)
