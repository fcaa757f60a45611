"""A file that is checked is its owner's alone, for a day; who may not import finds no door."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from rentbook.exchange import drafts
from rentbook.exchange.models import Draft, ImportBatch
from rentbook.kernel import clock
from rentbook.kernel.choices import Role
from rentbook.kernel.people import Landlord
from rentbook.kernel.roles import add_member
from tests.factories import make_landlord, make_user, staff_of

from .rent_rolls import HEADINGS, leases, press, roll, upload, written

pytest.importorskip("modules.leasing.models")


@pytest.fixture(autouse=True)
def _new_year(db, travel):
    travel(date(2026, 1, 10))


@pytest.fixture
def desk(client, alice):
    """Alice's browser."""
    client.force_login(alice)
    return client


def doors(pk: int) -> list[str]:
    return [reverse("import_draft", args=[pk]), reverse("import_left_out", args=[pk])]


def assert_gone(browser: Client, pk: int) -> None:
    for door in doors(pk):
        assert browser.get(door).status_code == 404
        assert browser.post(door, {"do": "good"}).status_code == 404


def test_alices_file_is_not_there_for_bob_nor_for_a_colleague(desk, landlord, bob):
    draft = upload(desk, roll()).context["draft"]
    for other in (bob, staff_of(landlord)):
        browser = Client()
        browser.force_login(other)
        assert_gone(browser, draft.pk)
    press(desk, upload(desk, roll()), "good")
    for other in Draft.objects.of(landlord):
        browser.force_login(bob)
        assert_gone(browser, other.pk)
    assert ImportBatch.objects.of(landlord).count() == 1


def test_bobs_file_goes_into_bobs_book(client, bob, landlord, neighbour):
    client.force_login(bob)
    table = [HEADINGS, ["A-1", "Paul Biya", "670001000", "2026-01-01", "", "75000"]]
    press(client, upload(client, written(table)), "all")
    assert (leases(landlord), leases(neighbour)) == (0, 1)


@pytest.mark.parametrize("role", [Role.OWNER, *({"accountant", "caretaker"} & {*Role.values})])
def test_whoever_only_looks_imports_nothing(client, landlord, role):
    client.force_login(staff_of(landlord, role=role))
    for answer in (client.get(reverse("import_file")), client.post(reverse("import_file"), {"landlord": landlord.pk})):
        assert answer["Location"] == "/admin/"
    assert client.get(reverse("import_file"), headers={"x-requested-with": "XMLHttpRequest"}).status_code == 403
    assert reverse("import_file") not in client.get("/admin/").content.decode()


def test_charlie_who_works_for_nobody_gets_no_page(client, charlie):
    client.force_login(charlie)
    assert client.get(reverse("import_file"), follow=True).status_code == 403


def test_the_manager_finds_the_page_in_the_menu(desk):
    assert reverse("import_file") in desk.get("/admin/").content.decode()


def test_who_may_import_no_longer_loses_the_file(desk, alice, landlord):
    draft = upload(desk, roll()).context["draft"]
    add_member(user=alice, landlord=landlord, role=Role.OWNER)
    assert_gone(desk, draft.pk)


def test_of_several_landlords_those_are_asked_for_into_whose_book_one_may_import(client, landlord, neighbour):
    both = make_user(name="both")
    kuwait = make_landlord(code="KWT")
    for each, role in ((landlord, Role.MANAGER), (kuwait, Role.MANAGER), (neighbour, Role.OWNER)):
        add_member(user=both, landlord=each, role=role)
    client.force_login(both)
    form = client.get(reverse("import_file")).context["form"]
    assert set(form.fields["landlord"].queryset) == {landlord, kuwait}
    assert [field.name for field in form.visible_fields()] == ["kind", "landlord", "file"]
    page = upload(client, roll({}), landlord=neighbour)
    assert page.context["form"].errors["landlord"]
    assert upload(client, roll({}), landlord=landlord).context["outcome"].good == 80
    assert not Draft.objects.of(neighbour).exists()


def test_one_landlord_is_not_asked_for_and_another_cannot_be_slipped_in(desk, neighbour):
    form = desk.get(reverse("import_file")).context["form"]
    assert [field.name for field in form.visible_fields()] == ["kind", "file"]
    assert upload(desk, roll({}), landlord=neighbour).context["form"].errors["landlord"]
    assert not Draft.objects.of(neighbour).exists()


def test_a_press_from_another_site_does_nothing(alice, landlord):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    file = SimpleUploadedFile("roll.csv", roll())
    assert browser.post(reverse("import_file"), {"landlord": landlord.pk, "file": file}).status_code == 403


def test_an_imported_file_is_kept_no_longer_but_for_what_was_left_out(desk, landlord):
    press(desk, upload(desk, roll({})), "all")
    draft = Draft.objects.of(landlord).get()
    assert (bytes(draft.content), draft.edits) == (b"", {})
    assert desk.get(reverse("import_left_out", args=[draft.pk])).status_code == 404


def test_after_a_day_the_file_is_not_there_and_the_next_morning_it_is_deleted(desk, landlord, travel):
    draft = upload(desk, roll()).context["draft"]
    travel(clock.now() + timedelta(days=1, minutes=1))
    assert_gone(desk, draft.pk)
    assert Draft.objects.of(landlord).exists()
    assert drafts.forget_drafts(landlord=landlord) == 1
    assert not Draft.objects.of(landlord).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer, who is waited for")
def test_while_another_writes_in_the_book_one_is_told_to_try_again(desk, landlord, together):
    from threading import Event

    from django.db import transaction

    page, held, done = upload(desk, roll({})), Event(), Event()

    def hold():
        with transaction.atomic():
            Landlord.objects.select_for_update().get(pk=landlord.pk)
            held.set()
            done.wait(30)

    def look():
        held.wait(30)
        try:
            return desk.post(page.request["PATH_INFO"], {"do": "all"})
        finally:
            done.set()

    _held, answer = together(hold, look)
    assert answer.status_code == 503
    assert "try again in a moment" in answer.content.decode()
    assert leases(landlord) == 0
