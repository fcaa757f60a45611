"""The home and the lists of a large book, beside those of a book of a hundred leases."""

from collections.abc import Iterator
from datetime import date

from django.test import Client
from django.urls import reverse

from benchmarks.measuring import Ratio, in_turn
from rentbook.kernel import clock
from rentbook.kernel.choices import Role
from rentbook.kernel.people import Landlord
from tests.factories import staff_of
from tests.scale import make_large_book

SMALL = 100  # leases
TODAY = date(2026, 4, 20)
PAGES = ("wagtailadmin_home", "invoice:index", "tenant:index", "lease:index", "payment:index")


def manager_of(landlord: Landlord) -> Client:
    """A browser in which the landlord's manager has signed in and looked around once."""
    client = Client()
    client.force_login(staff_of(landlord, role=Role.MANAGER, name=f"manager-{landlord.code}"))
    for page in PAGES:
        show(client, page)
    return client


def show(client: Client, page: str) -> None:
    answer = client.get(reverse(page))
    assert answer.status_code == 200, page


def measure(large: Client, small: Client, page: str, rounds: int = 5) -> Ratio:
    return in_turn(lambda: show(large, page), lambda: show(small, page), rounds=rounds)


def ratios(large: Landlord, small: Landlord, leases: int) -> Iterator[tuple[str, Ratio]]:
    with clock.travel(TODAY):
        make_large_book(small, leases=SMALL)
        make_large_book(large, leases=leases)
        clients = manager_of(large), manager_of(small)
        for page in PAGES:
            yield f"{page} at {leases:,} leases, to {SMALL}", measure(*clients, page)
