"""Walks every address of the site as somebody, with a neighbour's keys in it, and tells what it saw of the neighbour.

The neighbour's book is written last, under a code, a name and a phone that stand nowhere else, and after every table's
next key was set to THEIRS + 1: so one number is the first row of the neighbour in every table, and a second one of
nobody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import product

from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLResolver
from wagtail.admin.viewsets import viewsets

from rentbook.backoffice.closed import urlpatterns
from rentbook.backoffice.models import SavedView
from rentbook.backoffice.viewsets import ScopedViewSet
from rentbook.exchange.models import Callback
from tests.factories import make_book, make_landlord, make_user

THEIRS, LATER, NOBODYS = 7_000_000, 8_000_000, 9_000_001
FIRST = THEIRS + 1
CODE, NAME, PHONE = "QJX", "Hidden", "+254712987654"
SECRET = re.compile(rf"{NAME}|{CODE}|987[\s ]?654|\b7[,  ]?000[,  ]?00[1-9]\b")
METHODS = ("get", "post", "head", "options", "put", "patch", "delete", "trace")

# Not walked, and why.
WAIVED = {
    "admin/logout/": "it ends the session that walks",
    "accounts/logout/": "it ends the session that walks",
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$": "a key out of an e-mail, of no landlord",
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "a key out of an e-mail, of no landlord",
    "admin/^.*/$": "Wagtail's 404 for what is not there",
}
CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")
WORDS = {"str": "QQQQQQQQQQQQQQQQ", "slug": "nothing", "uuid": "00000000-0000-0000-0000-000000000000", "path": "x"}


def all_viewsets() -> list[ScopedViewSet]:
    import rentbook.urls  # noqa: F401  (the viewsets are registered with the addresses)

    return [viewset for viewset in viewsets.viewsets if isinstance(viewset, ScopedViewSet)]


@cache
def choices(route: str) -> dict[str, tuple[str, ...]]:
    """What a word in an address may be, where it is one of a few: a move of the model's own, or one of nobody's."""
    own = [viewset for viewset in all_viewsets() if route.startswith(f"admin/{viewset.url_prefix}/")]
    moves = {move for viewset in own for move in viewset.actions}
    return {"move": (*sorted(moves), "explode"), "kind": ("tenant", "lease", "invoice")}


def routes(resolver=None, prefix: str = "") -> Iterator[str]:
    """Every address that the site answers, as it is written in the URL configuration."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route


@cache
def behind_the_wall(route: str) -> bool:
    """Whether our own wall stands before that address of Wagtail's, or it is the wall itself."""
    return any(pattern.resolve(route.removeprefix("admin/")) for pattern in urlpatterns) or "/^(?:" in route


def paths(route: str, key: int) -> Iterator[str]:
    """The route with the key for every number in it; each of the model's moves where it names one."""
    names = [name for _kind, name in CONVERTER.findall(route)]
    for chosen in product(*(choices(route).get(name, ("",)) for name in names)):
        yield "/" + CONVERTER.sub(partial(_word, key, iter(chosen)), route)


def _word(key: int, chosen: Iterator[str], found: re.Match) -> str:
    if word := next(chosen):
        return word
    kind = found[1] or "str"
    return str(key) if kind == "int" or found[2].endswith(("pk", "id")) else WORDS[kind]


# --- The neighbour's book -------------------------------------------------------------------------------------------


def make_neighbour():
    """A landlord with a row of everything, all of it under keys of its own."""
    next_keys(THEIRS)
    neighbour = make_landlord(code=CODE, name=f"{NAME} Estates", country="KE", currency="KES")
    user = make_user(name=NAME)
    SavedView.objects.create(user=user, list="contact:index", name=NAME)
    Callback.objects.create(landlord=neighbour, source="sandbox", event_key=NAME, body=b"")
    make_book(neighbour, name=f"{NAME} Tenant", building=f"{NAME} House", phone=PHONE)
    # What the walker himself makes, such as a month's bills, has keys that are not the neighbour's.
    next_keys(LATER)
    return neighbour


def next_keys(last: int) -> None:
    """From here on every table draws its keys above that number."""
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.auto_field is None:
                continue
            table, column = model._meta.db_table, model._meta.pk.column
            if connection.vendor == "postgresql":
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [f'"{table}"', column, last])
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])


def ours() -> list:
    """The models of the project."""
    return [model for model in apps.get_models() if model.__module__.startswith(("rentbook.", "modules."))]


def theirs() -> dict[str, list]:
    """Every row of the neighbour's book as it is now, by table."""
    return {model._meta.label: list(_of_neighbour(model).order_by("pk").values_list()) for model in ours()}


def _of_neighbour(model):
    if any(field.name == "landlord" for field in model._meta.fields):
        return model._base_manager.filter(landlord=FIRST)
    return model._base_manager.filter(pk=FIRST)


# --- Walking --------------------------------------------------------------------------------------------------------


@dataclass
class Walk:
    """One person's walk. `found` names each sight of the neighbour, each fault and each tell-tale difference."""

    client: Client

    def __post_init__(self):
        self.found: list[str] = []
        self.walked = 0

    def ask(self, method: str, path: str, data: dict | None = None):
        """Ask, and look for the neighbour in the answer, apart from what the question itself said."""
        answer = (
            getattr(self.client, method)(path, data or {}) if method in ("get", "post") else self._other(method, path)
        )
        self.walked += 1
        # What this answer leaves to be told on the next page is no answer of that page's.
        self.client.cookies.pop("messages", None)
        body = _body(answer)
        said = " ".join([path, *map(str, (data or {}).values())])
        if secret := SECRET.search(_without_echo(body, said)):
            around = secret.string[max(0, secret.start() - 60) : secret.end() + 20]
            self.found.append(f"{method} {path} {data or ''}: shows {secret[0]} in {around!r}")
        if answer.status_code >= 500:
            self.found.append(f"{method} {path}: {answer.status_code}")
        return answer.status_code, body

    def _other(self, method: str, path: str):
        return getattr(self.client, method)(path)

    def compare(self, method: str, route: str) -> None:
        """The neighbour's row and nobody's must be answered alike."""
        for their, nobody in zip(paths(route, FIRST), paths(route, NOBODYS), strict=True):
            one, other = self.ask(method, their), self.ask(method, nobody)
            if (one[0], _plain(one[1])) != (other[0], _plain(other[1])):
                self.found.append(f"{method} {their}: {one[0]} is not {other[0]} of nobody's row")

    def everywhere(self, methods: tuple[str, ...]) -> "Walk":
        for route in routes():
            if route not in WAIVED:
                for method in ("get",) if behind_the_wall(route) else methods:
                    self.compare(method, route) if CONVERTER.search(route) else self.ask(method, f"/{route}")
        return self


def _body(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


def _without_echo(body: str, said: str) -> str:
    # Among thousands of random tokens one spells the neighbour's code.
    body = re.sub(r"[A-Za-z0-9]{64}", "", body)
    for word in {*re.findall(r"\w{3,}", said)}:
        body = body.replace(word, "")
    return body


def _plain(body: str) -> str:
    """The body without keys and without what differs in every answer."""
    body = re.sub(rf"{FIRST}|{NOBODYS}", "", body)
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"|[0-9a-f]{32,}|[A-Za-z0-9]{64}', "", body)
