"""No door of the back office shows a row of another landlord."""

import pytest
from django.apps import apps
from django.urls import reverse
from wagtail.admin.viewsets import viewsets

from rentbook.backoffice.viewsets import ScopedViewSet
from rentbook.kernel.scoping import ScopedModel
from tests.factories import make_book, staff_of

# In nobody's list on purpose.
WITHOUT_A_SCREEN = {"kernel.User", "kernel.LogEntry", "exchange.Draft", "backoffice.SavedView", "leasing.TariffBlock"}


def all_viewsets() -> list[ScopedViewSet]:
    import rentbook.urls  # noqa: F401  (the viewsets are registered with the addresses)

    return [viewset for viewset in viewsets.viewsets if isinstance(viewset, ScopedViewSet)]


def rows_of(viewset: ScopedViewSet, landlord):
    path = "pk" if viewset.model._meta.label == "kernel.Landlord" else "landlord"
    return viewset.model._base_manager.filter(**{path: landlord.pk})


@pytest.fixture
def books(landlord, neighbour):
    make_book(landlord)
    make_book(neighbour)


@pytest.fixture
def signed_in(client, alice):
    client.force_login(alice)
    return client


def test_every_business_model_has_a_list_and_a_page_of_its_own():
    shown = {viewset.model._meta.label for viewset in all_viewsets()}
    ours = {
        model._meta.label
        for model in apps.get_models()
        if issubclass(model, ScopedModel) or model.__module__.startswith(("rentbook.", "modules."))
    }
    on = {config.label for config in apps.get_app_configs()}
    assert ours - shown == {name for name in WITHOUT_A_SCREEN if name.partition(".")[0] in on}


def test_staff_read_their_own_rows_and_a_neighbours_row_is_404_at_every_door(signed_in, books, landlord, neighbour):
    for viewset in all_viewsets():
        for door in ("inspect", "history", "history_results"):
            for whose, answer in ((landlord, 200), (neighbour, 404)):
                for row in rows_of(viewset, whose)[:1]:
                    address = reverse(viewset.get_url_name(door), args=[row.pk])
                    assert signed_in.get(address).status_code == answer, address


def test_lists_hold_only_rows_of_ones_own_landlord(signed_in, books, landlord):
    for viewset in all_viewsets():
        for door in ("index", "index_results"):
            answer = signed_in.get(reverse(viewset.get_url_name(door)))
            assert answer.status_code == 200, viewset.name
            listed = {row.pk for row in answer.context["object_list"]}
            assert listed == set(rows_of(viewset, landlord).values_list("pk", flat=True)[:50]), viewset.name


def stored(row) -> dict:
    """The row as the database holds it."""
    return type(row)._base_manager.filter(pk=row.pk).values().get()


def test_moves_ask_first_and_a_neighbours_row_cannot_be_moved(signed_in, books, landlord, neighbour):
    for viewset in all_viewsets():
        for move in viewset.actions:
            for row in rows_of(viewset, neighbour)[:1]:
                door = reverse(viewset.get_url_name("action"), args=[row.pk, move])
                assert signed_in.get(door).status_code == 404, viewset.name
                assert signed_in.post(door).status_code == 404, viewset.name
            for row in rows_of(viewset, landlord)[:1]:
                before = stored(row)
                door = reverse(viewset.get_url_name("action"), args=[row.pk, move])
                assert signed_in.get(door).status_code == 200
                assert stored(row) == before


def test_a_move_that_does_not_exist_is_404(signed_in, books, landlord):
    for viewset in all_viewsets():
        for row in rows_of(viewset, landlord)[:1] if viewset.actions else ():
            assert signed_in.post(reverse(viewset.get_url_name("action"), args=[row.pk, "explode"])).status_code == 404


def test_an_owner_looks_at_everything_but_papers_and_moves_nothing(client, books, landlord):
    client.force_login(staff_of(landlord, role="owner"))
    for viewset in all_viewsets():
        shown = client.get(reverse(viewset.get_url_name("index"))).status_code == 200
        assert shown == (viewset.name != "document"), viewset.name
        for move in viewset.actions:
            for row in rows_of(viewset, landlord)[:1]:
                before = stored(row)
                client.post(reverse(viewset.get_url_name("action"), args=[row.pk, move]))
                assert stored(row) == before


def test_one_who_is_signed_out_is_sent_to_sign_in(client, books):
    for viewset in all_viewsets():
        answer = client.get(reverse(viewset.get_url_name("index")))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/staff/")


def test_charlie_who_works_for_nobody_is_told_so_once(client, charlie):
    client.force_login(charlie)
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "works in no landlord" in answer.content.decode()


def test_the_site_history_tells_of_ones_own_landlord_alone(signed_in, books, landlord, neighbour):
    answer = signed_in.get("/admin/reports/site-history/")
    entries = [row for row in answer.context["object_list"] if hasattr(row, "landlord_id")]
    assert {row.landlord_id for row in entries} <= {landlord.pk}


@pytest.mark.needs("invoicing", "payments")
def test_a_list_asks_the_database_no_more_often_for_twelve_rows_than_for_one(signed_in, books, landlord):
    """Every row has links to others: none of them costs a query of its own."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.factories import make_invoice, make_lease

    def asked() -> dict[str, int]:
        counts = {}
        for name in ("lease", "tenant", "invoice", "invoiceline", "charge"):
            with CaptureQueriesContext(connection) as queries:
                assert signed_in.get(reverse(f"{name}:index")).status_code == 200
            counts[name] = len(queries)
        return counts

    asked()
    before = asked()
    for _row in range(12):
        make_invoice(make_lease(landlord))
    assert asked() == before
