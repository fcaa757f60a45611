"""A screen asks the database as often for ten thousand leases as for a hundred, and is nearly as quick."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks import pages
from rentbook.kernel.choices import Role
from rentbook.kernel.roles import add_member
from tests.backoffice.sweep import all_viewsets
from tests.factories import make_landlord, staff_of

pytest.importorskip("modules.payments.models")
pytest.importorskip("modules.messaging.models")

from tests.scale import make_large_book

SMALL, LARGE = 100, 10_000  # leases
MOST = 12  # queries, the session, the user and his rights included
TIMES, TRIES = 3, 3
TODAY = date(2026, 4, 20)
SEARCHES = ("/admin/search/?q=Neema", "/admin/search/?q=Neema+000042", "/admin/search/?q=2026-04-00")


@pytest.fixture
def books(travel, db):
    """The same book twice, small and large."""
    travel(TODAY)
    found = []
    for code, leases in (("SML", SMALL), ("LRG", LARGE)):
        landlord = make_landlord(code=code, name=f"Book of {leases}")
        make_large_book(landlord, leases=leases)
        found.append(landlord)
    return found


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    client.get("/admin/")
    return client


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert (answer.status_code, bool(body)) == (200, True), address
    return len(asked)


def lists() -> Iterator[str]:
    for viewset in all_viewsets():
        yield reverse(viewset.get_url_name("index"))
    overdue = reverse("invoice:index") + "?state=overdue&month=2026-04"
    yield from (overdue, reverse("tenant:index") + "?q=000042", reverse("lease:index") + "?q=000042")
    yield from (reverse("invoice:index_results"), reverse("payment:index_results"), reverse("not_paid"))
    yield reverse("unit:index") + "?export=csv"


def of_rows(landlord) -> Iterator[tuple[str, str]]:
    """The page and the history of the first row of each model in the book, and the page before each bulk act."""
    for viewset in all_viewsets():
        name = viewset.model._meta.label_lower
        own = {"landlord": landlord} if hasattr(viewset.model, "landlord") else {"pk": landlord.pk}
        if row := viewset.model._base_manager.filter(**own).order_by("pk").first():
            yield f"{name} page", reverse(viewset.get_url_name("inspect"), args=[row.pk])
            yield f"{name} history", reverse(viewset.get_url_name("history"), args=[row.pk])
        for move, action in viewset.actions.items():
            if action.bulk:
                yield f"{name} {move}", reverse(viewset.get_url_name("bulk"), args=[move]) + "?all=1"


def test_g9_home_lists_and_searches_ask_as_often_and_at_most_twelve_times(books):
    small, large = (signed_in(staff_of(book)) for book in books)
    addresses = ["/admin/", *lists(), *SEARCHES]
    for address in addresses:
        small.get(address)
    counts = {address: (queries(small, address), queries(large, address)) for address in addresses}
    assert {address: pair for address, pair in counts.items() if pair[0] != pair[1]} == {}
    assert {address: pair for address, pair in counts.items() if max(pair) > MOST} == {}


def test_g9_the_page_of_a_row_its_history_and_the_page_of_a_bulk_act_ask_as_often(books):
    small, large = (signed_in(staff_of(book)) for book in books)
    own, other = (dict(of_rows(book)) for book in books)
    assert own.keys() == other.keys()
    for address in own.values():
        small.get(address)
    counts = {name: (queries(small, own[name]), queries(large, other[name])) for name in own}
    assert {name: pair for name, pair in counts.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("role", [*Role.values, "manager of three"])
def test_g9_the_home_of_every_role_asks_at_most_twelve_times(books, role):
    others = [make_landlord(code=code) for code in ("TWO", "TRI")] if "three" in role else []
    homes = []
    for book in books:
        user = staff_of(book, role=role.split()[0])
        for other in others:
            add_member(user=user, landlord=other, role=Role.MANAGER)
        homes.append(signed_in(user))
    first, second = (queries(home, "/admin/") for home in homes)
    assert first == second <= MOST


@pytest.mark.parametrize("address", ["lease:inspect", "tenant:inspect", "invoice:inspect", "property:inspect"])
def test_the_page_of_a_row_asks_as_often_for_many_rows_under_it_as_for_few(travel, db, address):
    travel(TODAY)
    counts = []
    for code, leases, months in (("FEW", 3, 2), ("MNY", 30, 30)):
        landlord = make_landlord(code=code)
        make_large_book(landlord, leases=leases, months=months)
        client = signed_in(staff_of(landlord))
        [viewset] = [each for each in all_viewsets() if each.get_url_name("inspect") == address]
        row = viewset.model.objects.of(landlord).order_by("pk").first()
        client.get(reverse(address, args=[row.pk]))
        counts.append(queries(client, reverse(address, args=[row.pk])))
    assert counts[0] == counts[1]


def test_g9_home_and_lists_take_at_most_three_times_as_long(books):
    small, large = (pages.manager_of(book) for book in books)
    for page in pages.PAGES:
        found = []
        while len(found) < TRIES and not any(ratio <= TIMES for ratio in found):
            found.append(pages.measure(large, small, page).wall)
        assert min(found) <= TIMES, (page, found)
