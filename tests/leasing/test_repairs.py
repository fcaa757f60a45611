"""Repairs: from the day something is told to be broken to the day it is done or declined."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from modules.leasing import services
from modules.leasing.models import RepairPhoto, RepairRequest
from rentbook.kernel.log import LogEntry
from rentbook.kernel.states import Refused
from tests.factories import make_lease, make_unit, staff_of

from .files import pdf, picture, png

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 10)


@pytest.fixture(autouse=True)
def _today(db, travel):
    travel(TODAY)


@pytest.fixture
def lease(landlord):
    return make_lease(landlord, tenant="Asha Mrema")


@pytest.fixture
def tap(lease, alice) -> RepairRequest:
    return services.report_repair(unit=lease.unit, title="The tap drips", urgency="urgent", by=alice)


@pytest.fixture
def office(client, alice):
    client.force_login(alice)
    return client


def state_of(request: RepairRequest) -> str:
    request.refresh_from_db()
    return request.state


def test_a_repair_stands_on_the_lease_of_its_home_on_that_day(landlord, lease, alice, tap):
    assert (tap.state, tap.reported_on, tap.lease) == ("reported", TODAY, lease)
    before = services.report_repair(unit=lease.unit, title="Old", reported_on=date(2025, 12, 31), by=alice)
    vacant = services.report_repair(unit=make_unit(landlord), title="Roof", by=alice)
    assert (before.lease, vacant.lease) == (None, None)


def test_in_a_shared_home_nobody_is_guessed(landlord, alice):
    room = make_unit(landlord, shared=True)
    for _ in range(2):
        make_lease(landlord, unit=room)
    assert services.report_repair(unit=room, title="Lamp", by=alice).lease is None


def test_nothing_is_broken_tomorrow(lease, alice):
    with pytest.raises(ValidationError, match="2026-01-11 is still to come"):
        services.report_repair(unit=lease.unit, title="x", reported_on=date(2026, 1, 11), by=alice)


def test_it_is_started_and_done_with_what_was_done_and_when(tap, alice, travel):
    services.start_repairs(requests=[tap], by=alice)
    assert (state_of(tap), tap.ended_on) == ("started", None)
    travel(date(2026, 1, 12))
    services.finish_repairs(requests=[tap], outcome="a new washer", by=alice)
    assert (state_of(tap), tap.ended_on, tap.outcome) == ("done", date(2026, 1, 12), "a new washer")
    entry = LogEntry.objects.for_instance(tap).latest("pk")
    assert (entry.data["from"], entry.data["to"], entry.data["note"]) == ("started", "done", "a new washer")


def test_it_is_declined_with_the_reason(tap, alice):
    services.decline_repairs(requests=[tap], reason="the tenant sees to it", by=alice)
    assert (state_of(tap), tap.outcome, tap.ended_on) == ("declined", "the tenant sees to it", TODAY)


@pytest.mark.parametrize("service", [services.start_repairs, services.finish_repairs])
def test_what_has_ended_stays_as_it_is(tap, alice, service):
    services.finish_repairs(requests=[tap], by=alice)
    with pytest.raises(Refused, match="The tap drips is done"):
        service(requests=[tap], by=alice)
    with pytest.raises(Refused):
        services.decline_repairs(requests=[tap], reason="x", by=alice)


def test_of_a_set_none_is_moved_where_one_cannot_be(lease, tap, alice):
    other = services.report_repair(unit=lease.unit, title="Door", by=alice)
    services.start_repairs(requests=[tap], by=alice)
    with pytest.raises(Refused):
        services.start_repairs(requests=[other, tap], by=alice)
    assert state_of(other) == "reported"


# --- Photos ---------------------------------------------------------------------------------------------------------


def test_photos_are_pictures_and_shown_to_whoever_sees_the_request(office, client, bob, tap, alice):
    [photo] = services.add_photos(requests=[tap], file=picture("JPEG", name="tap.jpg"), by=alice)
    with pytest.raises(ValidationError, match="PNG, JPEG is expected"):
        services.add_photos(requests=[tap], file=pdf(), by=alice)
    address = reverse("repairphoto_file", args=[photo.pk])
    page = office.get(reverse("repairrequest:inspect", args=[tap.pk])).content.decode()
    assert f'<img src="{address}" alt="Photo 1: The tap drips"' in page
    assert office.get(address)["Content-Type"] == "image/jpeg"
    client.force_login(bob)
    assert client.get(address).status_code == 404


# --- Who may --------------------------------------------------------------------------------------------------------


def test_a_caretaker_reports_with_a_photo_and_sees_it_through(client, landlord, lease):
    client.force_login(staff_of(landlord, role="caretaker"))
    said = {"unit": lease.unit_id, "title": "No light", "urgency": "urgent", "description": "", "reported_on": ""}
    client.post(reverse("repairrequest:add"), said | {"photo": png()})
    request = RepairRequest.objects.of(landlord).get()
    assert (request.title, request.lease, request.reported_on) == ("No light", lease, TODAY)
    assert RepairPhoto.objects.of(landlord).get().request == request
    client.post(reverse("repairrequest:action", args=[request.pk, "start"]))
    client.post(reverse("repairrequest:action", args=[request.pk, "finish"]), {"outcome": "a new bulb"})
    assert (state_of(request), request.outcome) == ("done", "a new bulb")


@pytest.mark.parametrize("role", ["accountant", "owner"])
def test_who_only_reads_moves_nothing(client, landlord, tap, role):
    client.force_login(staff_of(landlord, role=role))
    assert "The tap drips" in client.get(reverse("repairrequest:inspect", args=[tap.pk])).content.decode()
    client.post(reverse("repairrequest:action", args=[tap.pk, "start"]))
    client.post(reverse("repairrequest:add"), {"unit": tap.unit_id, "title": "x", "urgency": "low"})
    assert state_of(tap) == "reported"
    assert RepairRequest.objects.of(landlord).count() == 1


# --- Where they are seen --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["manager", "clerk", "caretaker"])
def test_the_home_says_how_many_are_urgent_and_where(client, landlord, lease, tap, alice, role):
    services.report_repair(unit=lease.unit, title="Roof", urgency="urgent", by=alice)
    services.report_repair(unit=lease.unit, title="Paint", urgency="low", by=alice)
    done = services.report_repair(unit=lease.unit, title="Door", urgency="urgent", by=alice)
    services.finish_repairs(requests=[done], by=alice)
    client.force_login(staff_of(landlord, role=role))
    assert "2 urgent repairs" in client.get(reverse("wagtailadmin_home")).content.decode()
    rows = client.get(reverse("repairrequest:index"), {"urgency": "urgent", "ended": "no"}).context["object_list"]
    assert sorted(request.title for request in rows) == ["Roof", "The tap drips"]


def test_they_stand_on_the_homes_and_on_the_tenants_page(office, lease, tap):
    for row in (lease.unit, lease.tenant):
        page = office.get(reverse(f"{row._meta.model_name}:inspect", args=[row.pk])).content.decode()
        assert "The tap drips" in page
    page = office.get(reverse("unit:inspect", args=[lease.unit_id])).content.decode()
    assert f"{reverse('repairrequest:add')}?unit={lease.unit_id}" in page
