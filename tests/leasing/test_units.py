"""Homes in homes: a house and its rooms are one home to whoever signs for them at once (docs/rules.md, D15)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from modules.leasing import services
from modules.leasing.models import Lease, Unit
from modules.leasing.selectors import activation_blocked, homes_to_let, vacant_units
from rentbook.exchange.importing import import_sheet
from rentbook.kernel.states import Refused
from tests.factories import make_lease, make_unit

pytestmark = pytest.mark.django_db
START, JULY = date(2026, 1, 1), date(2026, 7, 1)


@pytest.fixture
def house(landlord, alice):
    place = make_unit(landlord, name="A-12").property
    return services.create_unit(property=place, name="House 7", kind="house", area=Decimal("120.50"), by=alice)


@pytest.fixture
def room(house, alice):
    return services.create_unit(property=house.property, name="Room 1", kind="room", parent=house, by=alice)


@pytest.fixture
def corner(room, alice):
    return services.create_unit(property=room.property, name="Corner", kind="stall", parent=room, by=alice)


def sign(unit, *, start: date = START, end: date | None = None, name: str = "Asha Mrema") -> Lease:
    values = {"start": start, "end": end, "rent": Decimal(100_000), "by": None}
    lease = services.create_lease(unit=unit, person={"name": name}, **values)
    services.activate_leases(leases=[lease], by=None)
    return lease


def refusal(service, **given) -> str:
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        service(**given)
    return " ".join(refused.value.messages)


# --- What lies in what ----------------------------------------------------------------------------------------------


def test_a_home_has_a_kind_an_area_and_a_larger_home_around_it(house, room):
    assert (house.kind, str(house.area), room.kind, room.parent) == ("house", "120.50", "room", house)


def test_a_home_lies_in_one_of_its_own_property(landlord, house, alice):
    other = make_unit(landlord, building="Upanga").property
    text = refusal(services.create_unit, property=other, name="Room 1", parent=house, by=alice)
    assert text == "House 7 is in another property than Room 1."


def test_a_home_does_not_lie_in_a_part_of_itself(house, room, corner, alice):
    for inner in (house, room, corner):
        text = refusal(services.update_unit, row=house, parent=inner, by=alice)
        assert text == f"{inner} lies in House 7: it cannot be around it too."


def test_there_are_three_levels_at_most(house, room, corner, alice):
    text = refusal(services.create_unit, property=house.property, name="Shelf", parent=corner, by=alice)
    assert text == "A home lies in another at most so that there are 3 levels."
    estate = services.create_unit(property=house.property, name="Estate", by=alice)
    assert "3 levels" in refusal(services.update_unit, row=house, parent=estate, by=alice)
    services.update_unit(row=corner, parent=None, by=alice)
    assert services.update_unit(row=house, parent=estate, by=alice).parent == estate


def test_the_parts_of_a_home_move_with_it_or_it_stays(landlord, house, room, alice):
    other = make_unit(landlord, building="Upanga").property
    text = refusal(services.update_unit, row=house, property=other, by=alice)
    assert text == "The parts of House 7 are in another property: they move together."


# --- One home at a time ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reach", ["room", "corner"])
def test_d15_a_house_is_not_let_while_a_room_of_it_is(request, house, room, corner, reach):
    sign(request.getfixturevalue(reach), name="Baraka Lema")
    name = {"room": "Room 1", "corner": "Corner"}[reach]
    with pytest.raises(Refused, match=f"{name} is let to Baraka Lema from 2026-01-01: two leases cannot"):
        sign(house)


@pytest.mark.parametrize("reach", ["room", "corner"])
def test_d15_a_room_is_not_let_while_its_house_is(request, house, room, corner, reach):
    sign(house, name="Baraka Lema", end=date(2026, 6, 30))
    with pytest.raises(Refused, match="House 7 is let to Baraka Lema"):
        sign(request.getfixturevalue(reach), start=date(2026, 6, 30))
    assert sign(request.getfixturevalue(reach), start=JULY).pk


def test_d15_two_rooms_of_a_house_are_let_side_by_side(house, room, alice):
    second = services.create_unit(property=house.property, name="Room 2", parent=house, by=alice)
    assert sign(room).pk
    assert sign(second).pk


def test_d15_in_a_shared_house_a_room_may_be_let_beside_it(house, room, alice):
    services.update_unit(row=house, shared=True, by=alice)
    house.refresh_from_db()
    sign(house)
    assert sign(room).pk


def test_d15_a_shared_room_is_not_let_while_the_whole_house_is(house, room, alice):
    services.update_unit(row=room, shared=True, by=alice)
    room.refresh_from_db()
    sign(house, name="Baraka Lema")
    with pytest.raises(Refused, match="House 7 is let to Baraka Lema"):
        sign(room)


def test_d15_a_home_is_not_moved_into_one_that_is_let_beside_it(house, alice):
    room = services.create_unit(property=house.property, name="Room 1", by=alice)
    sign(house, name="Baraka Lema")
    sign(room)
    assert "House 7 is let to Baraka Lema" in refusal(services.update_unit, row=room, parent=house, by=alice)


def test_d15_a_shared_house_does_not_become_one_of_its_own_while_its_room_is_let(house, room, alice):
    services.update_unit(row=house, shared=True, by=alice)
    house.refresh_from_db()
    sign(house)
    sign(room, name="Baraka Lema")
    assert "two leases cannot run" in refusal(services.update_unit, row=house, shared=False, by=alice)


@pytest.mark.django_db(transaction=True)
def test_d15_of_two_who_sign_for_a_house_and_its_room_at_once_one_is_refused(house, room, together):
    written = together(lambda: sign(house), lambda: sign(room, name="Baraka Lema"))
    assert sorted(type(answer).__name__ for answer in written) == ["Lease", "Refused"]
    assert Lease.objects.of(house.landlord).count() == 1


# --- Vacant ---------------------------------------------------------------------------------------------------------


def names(units) -> list[str]:
    return sorted(unit.name for unit in units)


def test_a_house_of_which_a_room_is_let_is_not_vacant_and_its_other_room_is(landlord, house, room, corner, alice):
    services.create_unit(property=house.property, name="Room 2", parent=house, by=alice)
    assert names(vacant_units(landlord, JULY)) == ["A-12", "Corner", "House 7", "Room 1", "Room 2"]
    sign(room)
    assert names(vacant_units(landlord, JULY)) == ["A-12", "Room 2"]
    assert names(homes_to_let(alice)) == ["A-12", "Room 2"]


def test_a_room_of_a_house_that_is_let_is_not_vacant(landlord, house, room, corner, alice):
    sign(house, end=date(2026, 12, 31))
    assert names(vacant_units(landlord, JULY)) == ["A-12"]
    taken = {unit.name: unit.taken for unit in homes_to_let(alice)}
    assert taken == {"A-12": False, "Corner": True, "House 7": True, "Room 1": True}


def test_a_shared_house_stays_open_to_others_and_is_not_vacant(landlord, house, room, alice):
    services.update_unit(row=house, shared=True, by=alice)
    sign(room)
    assert names(vacant_units(landlord, JULY)) == ["A-12"]
    assert names(homes_to_let(alice)) == ["A-12", "House 7"]


# --- A sheet --------------------------------------------------------------------------------------------------------


def test_d49_a_row_for_the_room_of_a_house_that_is_let_is_named(landlord, house, room):
    sign(house, name="Baraka Lema")
    header = ["property", "unit", "tenant_name", "lease_start", "rent"]
    table = [header, ["Bahari", "Room 1", "Asha", START, "100000"], ["Bahari", "A-12", "Juma", START, "100000"]]
    outcome = import_sheet(kind="leases", name="x.csv", table=table, landlord=landlord, by=None)
    [problem] = outcome.errors
    assert (problem.row, problem.column) == (2, "unit")
    assert "House 7 is let to Baraka Lema from 2026-01-01" in problem.message


def test_d49_a_house_and_its_room_in_one_file_are_named(landlord, house, room):
    header = ["property", "unit", "tenant_name", "lease_start", "rent"]
    table = [header, ["Bahari", "House 7", "Asha", START, "100000"], ["Bahari", "Room 1", "Juma", START, "100000"]]
    outcome = import_sheet(kind="leases", name="x.csv", table=table, landlord=landlord, by=None)
    assert [(problem.row, problem.column) for problem in outcome.errors] == [(3, "unit")]
    assert not Lease.objects.of(landlord).exists()


def test_what_stands_against_signing_is_nothing_for_a_home_alone(landlord, django_assert_num_queries):
    lease = make_lease(landlord, signed=False)
    lease.unit = Unit.objects.of(landlord).get(pk=lease.unit_id)
    with django_assert_num_queries(1):
        assert activation_blocked(lease) == ""
