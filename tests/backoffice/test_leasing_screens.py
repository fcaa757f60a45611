"""Leasing's screens: what stands against a removal, erasing a tenant, the landlord's logo, homes within homes."""

from datetime import date

import pytest
from django.urls import reverse

from rentbook.kernel import editing
from rentbook.kernel.people import Landlord
from tests.factories import make_lease, make_unit, staff_of
from tests.leasing.files import pdf, png

pytest.importorskip("modules.leasing.models")


@pytest.fixture
def office(client, alice):
    client.force_login(alice)
    return client


# --- Removing -------------------------------------------------------------------------------------------------------


def removal(office, row) -> str:
    return office.get(reverse(f"{row._meta.model_name}:remove", args=[row.pk])).content.decode()


def test_deleting_a_property_asks_first_and_names_the_leases_that_stand_against_it(office, landlord):
    lease = make_lease(landlord, tenant="Asha Mrema")
    page = removal(office, lease.unit.property)
    assert "Asha Mrema has a lease of A-01 that is active." in page
    assert "Units: <bdi>1</bdi>" in page
    assert 'name="do"' not in page


def test_with_a_history_it_is_archived_instead_and_asking_has_changed_nothing(office, landlord):
    from modules.leasing.services import terminate_leases

    lease = make_lease(landlord)
    terminate_leases(leases=[lease], on=date(2026, 1, 31), by=None)
    place = lease.unit.property
    page = removal(office, place)
    assert "It has a history, and is not deleted:" in page
    assert "Archive instead" in page
    assert 'value="delete"' not in page
    place.refresh_from_db()
    assert place.archived_at is None
    office.post(reverse("property:remove", args=[place.pk]), {"do": "archive"})
    place.refresh_from_db()
    assert place.archived_at


def test_a_property_without_a_history_may_be_deleted_or_archived(office, landlord):
    unit = make_unit(landlord, building="Upanga")
    place = unit.property
    unit.delete()
    page = removal(office, place)
    assert 'value="delete"' in page
    assert "Archive instead" not in page


# --- Erasing --------------------------------------------------------------------------------------------------------


def test_a_tenant_is_erased_on_a_page_of_its_own_with_a_reason(office, landlord):
    from modules.leasing.services import terminate_leases

    lease = make_lease(landlord, tenant="Asha Mrema", rent="0")
    address = reverse("tenant:action", args=[lease.tenant_id, "erase"])
    assert "Asha Mrema has a lease of A-01 that is active." in office.get(address).content.decode()
    terminate_leases(leases=[lease], on=date(2026, 1, 31), by=None)
    office.get(address)
    assert office.post(address, {"reason": ""}).status_code == 200
    office.post(address, {"reason": "asked for"})
    lease.tenant.contact.refresh_from_db()
    assert lease.tenant.contact.name == f"Erased tenant {lease.tenant_id}"
    page = office.get(reverse("tenant:history", args=[lease.tenant_id])).content.decode()
    assert "Erased" in page
    assert "Asha Mrema" not in page


@pytest.mark.parametrize("role", ["clerk", "accountant", "caretaker", "owner"])
def test_only_a_manager_erases(client, landlord, role):
    lease = make_lease(landlord, tenant="Asha Mrema", signed=False)
    client.force_login(staff_of(landlord, role=role))
    address = reverse("tenant:action", args=[lease.tenant_id, "erase"])
    assert address not in client.get(reverse("tenant:inspect", args=[lease.tenant_id])).content.decode()
    client.post(address, {"reason": "x"})
    lease.tenant.contact.refresh_from_db()
    assert lease.tenant.contact.name == "Asha Mrema"


# --- The logo -------------------------------------------------------------------------------------------------------


@pytest.fixture
def saved(office, landlord):
    """The landlord's own form as it comes, sent with some of it changed."""

    def send(**changes):
        address = reverse("landlord:change", args=[landlord.pk])
        form = office.get(address).context["form"]
        fields = {name: form[name].value() for name in form.fields if name != "logo"}
        return office.post(address, {name: value for name, value in (fields | changes).items() if value is not None})

    return send


def logo_of(landlord: Landlord):
    landlord.refresh_from_db()
    return landlord.logo


def test_a_logo_is_kept_replaced_and_taken_away(saved, office, landlord, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        saved(logo=png())
    first = logo_of(landlord)
    assert first.name.endswith(".png")
    assert office.get(reverse("landlord_logo", args=[landlord.pk]))["Content-Type"] == "image/png"
    saved(name="Jengo")
    assert logo_of(landlord) == first
    with django_capture_on_commit_callbacks(execute=True):
        saved(logo=png())
    assert logo_of(landlord) != first
    assert not first.storage.exists(first.name)
    saved(**{"logo-clear": "on"})
    assert not logo_of(landlord)
    assert office.get(reverse("landlord_logo", args=[landlord.pk])).status_code == 404


def test_a_logo_is_a_picture_of_one_megabyte_at_most(saved, landlord):
    from django.core.files.uploadedfile import SimpleUploadedFile

    assert "PNG, JPEG is expected" in saved(logo=pdf("logo.png")).content.decode()
    large = SimpleUploadedFile("logo.png", png().read() + b"0" * 1024 * 1024)
    assert "too large: 1 MB at most" in saved(logo=large).content.decode()
    assert not logo_of(landlord)


def test_a_logo_is_nobody_elses_to_see(client, saved, landlord, bob):
    saved(logo=png())
    client.force_login(bob)
    assert client.get(reverse("landlord_logo", args=[landlord.pk])).status_code == 404
    client.logout()
    assert client.get(reverse("landlord_logo", args=[landlord.pk])).status_code == 302


# --- Homes ----------------------------------------------------------------------------------------------------------


def test_a_room_is_put_into_its_house_on_the_form_and_shown_there(office, landlord):
    house = make_unit(landlord, name="House 7")
    said = {"property": house.property_id, "name": "Room 1", "kind": "room", "parent": house.pk, "area": "12.5"}
    office.post(reverse("unit:add"), said)
    room = house.parts.get()
    assert (room.kind, str(room.area)) == ("room", "12.50")
    assert "Room 1" in office.get(reverse("unit:inspect", args=[house.pk])).content.decode()
    wrong = {"property": house.property_id, "name": "House 7", "kind": "house", "parent": room.pk}
    answer = office.post(reverse("unit:change", args=[house.pk]), wrong | {"seen": editing.version(house)})
    assert answer.context["form"].errors["parent"] == ["Room 1 lies in House 7: it cannot be around it too."]


def test_a_neighbours_home_is_no_choice_for_what_lies_in_it(office, landlord, neighbour):
    place, theirs = make_unit(landlord).property, make_unit(neighbour)
    said = {"property": place.pk, "name": "Room 1", "kind": "room", "parent": theirs.pk}
    assert "parent" in office.post(reverse("unit:add"), said).context["form"].errors
