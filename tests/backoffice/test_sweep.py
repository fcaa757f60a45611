"""Every address of the site, by every role: no sight of a neighbour, no change to his book, no tell-tale answer."""

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse

from rentbook.kernel.choices import Role
from rentbook.kernel.people import User
from tests.backoffice import sweep
from tests.backoffice.sweep import FIRST, METHODS, NOBODYS, WAIVED, Walk, all_viewsets, make_neighbour, theirs
from tests.factories import make_book, staff_of

# Which methods an address takes, and whether the sweep would see a leak, is no question to the engine.
ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
OURS = 100_000  # no row of a migration has a key above it
OTHERS = [role for role in Role.values if role != Role.MANAGER]


@pytest.fixture
def own_keys(db):
    """PostgreSQL takes rows back after a test, and not what was drawn from a sequence by the one before."""
    sweep.next_keys(OURS)


@pytest.fixture
def two_books(own_keys, landlord, alice, charlie):
    make_book(landlord)
    # Before the neighbour: a membership made later would have a key like the neighbour's.
    for role in OTHERS:
        staff_of(landlord, role=role, name=role)
    return make_neighbour()


@pytest.fixture
def walk(client, two_books):
    def as_(user) -> Walk:
        client.logout()
        if user:
            client.force_login(user)
        # What a program would answer with an exception is a fault, and is told as one.
        client.raise_request_exception = False
        return Walk(client)

    return as_


def test_the_neighbour_has_a_row_under_the_number_in_every_table_of_ours(two_books):
    without = {model._meta.label for model in sweep.ours() if not model._base_manager.filter(pk=FIRST).exists()}
    assert without - {"kernel.LogEntry"} == set()
    assert not any(model._base_manager.filter(pk=NOBODYS).exists() for model in sweep.ours())


def test_the_list_of_waived_addresses_is_short_and_holds_nothing_that_is_not_there():
    assert {*WAIVED} <= {*sweep.routes()}
    assert len(WAIVED) <= 6


def test_a_manager_sees_and_changes_nothing_of_a_neighbour_by_any_address_and_any_method(walk, alice):
    before = theirs()
    walked = walk(alice).everywhere(METHODS if ON_SQLITE else METHODS[:2])
    assert not walked.found, "\n".join(walked.found[:20])
    assert theirs() == before
    assert walked.walked > 400


@pytest.mark.parametrize("role", OTHERS)
def test_no_other_role_does_either(walk, role):
    before = theirs()
    found = walk(User.objects.get(email=f"{role}@example.org")).everywhere(("get", "post")).found
    assert not found, "\n".join(found[:20])
    assert theirs() == before


def test_one_who_works_for_nobody_and_one_who_is_signed_out_see_nothing(walk, charlie):
    before = theirs()
    for nobody in (charlie, None):
        found = walk(nobody).everywhere(("get", "post")).found
        assert not found, "\n".join(found[:20])
    assert theirs() == before


def test_pages_images_documents_and_wagtails_own_people_are_not_there_for_anybody(walk, alice):
    walled = [route for route in sweep.routes() if sweep.behind_the_wall(route) and "^" not in route]
    assert len(walled) > 100
    for user in (alice, User.objects.create_superuser("op@example.org", "a-password")):
        walked = walk(user)
        assert {walked.ask("get", path)[0] for route in walled for path in sweep.paths(route, 1)} == {404}


def test_a_neighbours_keys_in_filters_searches_and_orders_bring_nothing(walk, alice):
    walked = walk(alice)
    for viewset in all_viewsets():
        address = reverse(viewset.get_url_name("index"))
        for name in [*filter_names(viewset), "pk", "landlord", "lease", "tenant", "lease__tenant", "ending"]:
            walked.ask("get", address, {name: str(FIRST)})
        for words in (sweep.PHONE[-6:], f"{sweep.CODE}001"):
            walked.ask("get", address, {"q": words})
        walked.ask("get", address, {"export": "csv"})
        walked.ask("get", address, {"ordering": "landlord__name", "p": "2", "month": "2026-01"})
    walked.ask("get", "/admin/search/", {"q": sweep.PHONE[-6:]})
    walked.ask("get", "/admin/reports/site-history/", {"user": str(FIRST), "label": "e"})
    assert not walked.found, "\n".join(walked.found[:20])


def filter_names(viewset) -> list[str]:
    return [str(name) for name in viewset.list_filter] if isinstance(viewset.list_filter, list) else []


def test_a_neighbours_keys_in_a_bulk_act_move_nothing(walk, alice):
    before, walked = theirs(), walk(alice)
    for viewset in all_viewsets():
        for name, action in viewset.actions.items():
            if action.bulk:
                address = reverse(viewset.get_url_name("bulk"), args=[name])
                for query in (f"?pk={FIRST}", "?all=1"):
                    walked.ask("get", address + query)
                    walked.ask("post", address + query)
    assert not walked.found, "\n".join(walked.found[:20])
    assert theirs() == before


def test_a_neighbours_keys_in_a_form_make_no_row_and_are_no_choice(walk, alice):
    before, walked = theirs(), walk(alice)
    for viewset in all_viewsets():
        if "create" in viewset.services:
            form = (viewset.new_form_class or viewset.form_class)(user=alice)
            data = {name: str(FIRST) if hasattr(field, "queryset") else "12" for name, field in form.fields.items()}
            status, _body = walked.ask("post", reverse(viewset.get_url_name("add")), data)
            assert status == 200 or not any(hasattr(field, "queryset") for field in form.fields.values()), viewset.name
    walked.ask("post", "/admin/leases/new/", {"unit": FIRST, "name": "x", "start": "2026-01-01", "rent": "5"})
    walked.ask("get", "/admin/leases/new/", {"unit": FIRST})
    assert not walked.found, "\n".join(walked.found[:20])
    assert theirs() == before


def test_looking_at_everything_changes_nothing_at_all(walk, alice):
    def everything():
        # What a first visit leaves about the visitor himself.
        skipped = {"sessions.Session", "account.EmailAddress", "wagtailusers.UserProfile"}
        return {
            model._meta.label: list(model._base_manager.order_by("pk").values_list())
            for model in apps.get_models()
            if model._meta.label not in skipped
        }

    walked = walk(alice)
    alice.refresh_from_db()
    before = everything()
    for route in sweep.routes():
        if route not in WAIVED and not sweep.behind_the_wall(route):
            for path in sweep.paths(route, 1):
                walked.ask("get", path)
    assert everything() == before


# --- The sweep itself is worth something ----------------------------------------------------------------------------

WITHOUT = {
    "the list": ("rentbook.backoffice.lists.ScopedIndexView", "get_base_queryset"),
    "the page of a row": ("rentbook.backoffice.views.FencedRow", "get_object"),
    "the history": ("rentbook.backoffice.views.ScopedHistoryView", "get_base_object_queryset"),
    "the choices of a filter": ("rentbook.backoffice.lists.ScopedFilterSet", "__init__"),
    "the log": ("rentbook.kernel.log.LogManager", "viewable_by_user"),
    "the policy": ("rentbook.kernel.scoping.LandlordPolicy", "instances_user_has_any_permission_for"),
}


@pytest.mark.skipif(not ON_SQLITE, reason="taken away on SQLite")
@pytest.mark.needs("leasing", "invoicing", "payments")
@pytest.mark.parametrize("fence", WITHOUT)
def test_with_one_fence_taken_away_the_sweep_finds_it(walk, alice, monkeypatch, fence):
    from importlib import import_module

    path, name = WITHOUT[fence]
    module, _dot, owner = path.rpartition(".")
    owner = getattr(import_module(module), owner)
    monkeypatch.setattr(owner, name, UNFENCED.get(fence) or getattr(owner.__mro__[1], name))
    walked = walk(alice)
    for route in sweep.routes():
        if route.startswith("admin/") and route not in WAIVED and not sweep.behind_the_wall(route):
            for there in sweep.paths(route, FIRST):
                walked.ask("get", there)
    assert walked.found != []


def anybodys_row(view, queryset=None):
    return view.model._base_manager.get(pk=view.kwargs["pk"])


def every_row(policy, user, actions):
    return policy.model._base_manager.all()


def every_entry(manager, user):
    return manager.all()


UNFENCED = {"the page of a row": anybodys_row, "the policy": every_row, "the log": every_entry}
