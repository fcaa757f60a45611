"""A cost of a whole property falls on the leases that share it; nothing is lost or made (docs/rules.md, D23)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from modules.leasing.cost_selectors import cost_fixed, landlords_part
from modules.leasing.models import Property, SharedCost, Unit
from modules.leasing.services import share_cost, terminate_leases, withdraw_shared_costs
from rentbook.kernel.money import Money
from rentbook.kernel.people import BooksLocked
from rentbook.kernel.states import Refused
from tests.factories import make_lease, make_unit

from .steps import charged, pays

pytestmark = pytest.mark.django_db
JANUARY = {"start": date(2026, 1, 1), "end": date(2026, 1, 31), "bill_on": date(2026, 2, 1)}


@pytest.fixture(autouse=True)
def _february(travel):
    travel(date(2026, 2, 10))


def share(landlord, amount: int = 70_000, key: str = "equal", **changes) -> SharedCost:
    values = {"property": Property.objects.of(landlord).get(), "stream": "security", "by": None, **JANUARY}
    return share_cost(amount=Money(amount, landlord.currency), key=key, **values | changes)


def neighbours(landlord, *persons: int) -> list:
    """A lease for each number of people, each of which shares the costs of security."""
    leases = [make_lease(landlord, tenant=f"Tenant {place}", occupants=count) for place, count in enumerate(persons, 1)]
    for lease in leases:
        pays(lease, stream="security", kind="shared")
    return leases


def amounts(landlord) -> list[tuple[str, int]]:
    return [(str(charge.lease.tenant), int(charge.amount.amount)) for charge in charged(landlord)]


def test_d23_100_among_three_homes_are_34_33_33(landlord):
    neighbours(landlord, 1, 1, 1)
    share(landlord, 100)
    assert amounts(landlord) == [("Tenant 1", 34), ("Tenant 2", 33), ("Tenant 3", 33)]


def test_two_of_seven_people_pay_20000_of_70000(landlord, alice):
    first, _second = neighbours(landlord, 2, 5)
    cost = share(landlord, key="persons", note="Guards of January", by=alice)
    assert amounts(landlord) == [("Tenant 1", 20_000), ("Tenant 2", 50_000)]
    charge = charged(landlord)[0]
    assert (charge.kind, charge.stream, charge.arithmetic) == ("shared", "security", "2/7 x 70,000 = 20,000")
    assert (charge.source, charge.reason, charge.by) == (f"shared:{cost.pk}:{first.pk}", "Guards of January", alice)
    assert (charge.start, charge.end, charge.bill_on) == (JANUARY["start"], JANUARY["end"], JANUARY["bill_on"])
    assert landlords_part(cost) == Money(0, "TZS")


def test_by_area_each_pays_for_its_square_metres_and_a_home_without_is_named(landlord):
    neighbours(landlord, 1, 1)
    with pytest.raises(ValidationError, match="Write down the area of A-01, A-02 first"):
        share(landlord, key="area")
    Unit.objects.of(landlord).filter(name="A-01").update(area=Decimal("45.5"))
    Unit.objects.of(landlord).filter(name="A-02").update(area=Decimal("74.5"))
    share(landlord, 120_000, key="area")
    assert amounts(landlord) == [("Tenant 1", 45_500), ("Tenant 2", 74_500)]


def test_what_falls_on_an_empty_home_and_on_who_takes_no_part_stays_with_the_landlord(landlord):
    neighbours(landlord, 1)
    make_lease(landlord, tenant="Asha Mrema")
    make_unit(landlord)
    cost = share(landlord, 90_000)
    assert amounts(landlord) == [("Tenant 1", 30_000)]
    assert landlords_part(cost) == Money(60_000, "TZS")


def test_two_leases_of_one_home_share_its_part_by_their_days(landlord):
    [first] = neighbours(landlord, 1)
    terminate_leases(leases=[first], on=date(2026, 1, 15), by=None)
    second = make_lease(landlord, unit=first.unit, tenant="Asha Mrema", start=date(2026, 1, 16))
    pays(second, stream="security", kind="shared")
    share(landlord, 75_001)
    assert amounts(landlord) == [("Tenant 1", 36_291), ("Asha Mrema", 38_710)]
    assert [(each.start.day, each.end.day) for each in charged(landlord)] == [(1, 15), (16, 31)]


def test_of_a_house_and_its_rooms_those_count_that_are_let(landlord):
    neighbours(landlord, 1, 1)
    house = make_unit(landlord, name="House")
    Unit.objects.of(landlord).exclude(pk=house.pk).update(parent=house)
    share(landlord, 100)
    assert amounts(landlord) == [("Tenant 1", 50), ("Tenant 2", 50)]


def test_d29_tax_comes_from_the_lease_s_charge(landlord):
    [lease] = neighbours(landlord, 1)
    lease.charges.filter(kind="shared").update(tax_rate=1800)
    share(landlord)
    assert charged(landlord)[0].tax_rate == 1800


def test_what_cannot_be_shared_is_refused(landlord):
    neighbours(landlord, 1)
    for wrong, sentence in [
        ({"amount": 0}, "Each amount must be more than zero"),
        ({"end": date(2025, 12, 31)}, "The last day is before the first day"),
    ]:
        with pytest.raises(ValidationError, match=sentence):
            share(landlord, **wrong)


def test_d22_a_lease_in_another_currency_is_named(landlord):
    pays(make_lease(landlord, currency="USD"), stream="security", kind="shared")
    with pytest.raises(ValidationError, match="is in USD: share the cost in that currency"):
        share(landlord)
    assert not SharedCost.objects.of(landlord).exists()


def test_by_people_a_property_where_nobody_lives_shares_nothing(landlord):
    make_unit(landlord)
    with pytest.raises(ValidationError, match="There is no home in Bahari to share it"):
        share(landlord, key="persons")


def test_d48_nothing_is_shared_in_a_closed_month(landlord):
    neighbours(landlord, 1)
    landlord.locked_through = date(2026, 2, 1)
    landlord.save()
    with pytest.raises(BooksLocked):
        share(landlord)


@pytest.mark.needs("invoicing")
def test_a_shared_cost_is_withdrawn_once_and_while_no_part_is_billed(landlord, alice):
    from .test_readings import bill

    neighbours(landlord, 1, 1)
    cost = share(landlord)
    withdraw_shared_costs(costs=[cost], by=alice)
    assert charged(landlord) == []
    assert landlords_part(cost) == cost.amount
    assert cost_fixed(cost) == "Nothing of it is charged to anybody."
    again = share(landlord)
    bill(charged(landlord)[0])
    with pytest.raises(Refused, match="A part of it is billed: correct that by a credit note"):
        withdraw_shared_costs(costs=[again], by=alice)
