"""Streams that begin and end, single charges and discounts by hand (docs/rules.md, R10, D22, D48)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from modules.leasing.models import Charge, OneOffCharge
from modules.leasing.services import (
    create_charge,
    create_one_offs,
    end_charges,
    share_cost,
    terminate_leases,
    withdraw_one_offs,
)
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from rentbook.kernel.people import BooksLocked
from rentbook.kernel.states import Refused
from tests.factories import make_invoice, make_lease

from .steps import charged, pays

pytestmark = pytest.mark.django_db
FEBRUARY, FEB_28 = date(2026, 2, 1), date(2026, 2, 28)


@pytest.fixture(autouse=True)
def _january(travel):
    travel(date(2026, 1, 10))


@pytest.fixture
def lease(landlord):
    return make_lease(landlord, end=date(2026, 12, 31))


def shillings(amount: int) -> Money:
    return Money(amount, "TZS")


# --- Streams ---------------------------------------------------------------------------------------------------------


def wifi(lease, **changes) -> Charge:
    values = {"stream": "wifi", "amount": shillings(30_000), "start": FEBRUARY, "by": None}
    return create_charge(lease=lease, **values | changes)


def test_a_lease_gets_a_stream_with_terms_of_its_own(lease, alice):
    terms = {"frequency": "quarterly", "due_day": 20, "tax_rate": 1800, "withholding_rate": 0, "in_arrears": True}
    charge = wifi(lease, by=alice, **terms, alignment="", due_days_after=None)
    charge.refresh_from_db()
    assert (charge.kind, charge.amount, charge.start, charge.end) == ("fixed", shillings(30_000), FEBRUARY, None)
    assert {name: getattr(charge, name) for name in terms} == terms
    assert LogEntry.objects.for_instance(charge).get().user == alice


@pytest.mark.parametrize("kind", ["metered", "shared"])
def test_a_stream_by_meter_or_by_shared_costs_has_no_amount(lease, kind):
    assert wifi(lease, kind=kind, amount=None).amount == shillings(0)
    assert wifi(lease, stream="water", kind=kind).amount == shillings(0)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": Money(10, "USD")}, "The lease is in TZS: charge it in the same currency"),
        ({"amount": shillings(0)}, "Each amount must be more than zero"),
        ({"amount": None}, "Each amount must be more than zero"),
        ({"start": date(2025, 12, 31)}, "runs from 2026-01-01 to 2026-12-31: choose days within its time"),
        ({"end": date(2027, 1, 1)}, "runs from 2026-01-01 to 2026-12-31: choose days within its time"),
        ({"stream": "rent"}, "Rent TSh 500,000 runs from 2026-01-01 already: end it first"),
        ({"frequency": "fortnightly"}, "Fortnights have no calendar"),
        ({"due_day": 5, "due_days_after": 5}, "not both"),
        ({"due_day": 32}, "The due day is a day of the month, from 1 to 31"),
    ],
)
def test_a_stream_that_cannot_be_is_refused_with_a_sentence(lease, changes, sentence):
    with pytest.raises(ValidationError, match=sentence):
        wifi(lease, **changes)
    assert lease.charges.count() == 1


def test_a_due_rule_of_its_own_takes_the_place_of_the_lease_s(lease):
    assert wifi(lease, due_days_after=10).due_days_after == 10


def test_r10_a_stream_follows_itself_and_never_overlaps(lease):
    first = wifi(lease)
    with pytest.raises(Refused, match="Wi-Fi TSh 30,000 runs from 2026-02-01 already: end it first"):
        wifi(lease, start=date(2026, 3, 1))
    end_charges(charges=[first], on=FEB_28, by=None)
    assert wifi(lease, start=date(2026, 3, 1), amount=shillings(35_000)).start == date(2026, 3, 1)


@pytest.mark.needs("invoicing")
def test_a_stream_does_not_begin_in_days_that_are_billed(lease):
    charge = wifi(lease, start=date(2026, 1, 1))
    make_invoice(lease)
    with pytest.raises(Refused, match="Wi-Fi TSh 30,000 is billed through 2026-01-31: end it on that day or later"):
        end_charges(charges=[charge], on=date(2026, 1, 15), by=None)
    end_charges(charges=[charge], on=date(2026, 1, 31), by=None)
    charge.delete()
    with pytest.raises(Refused, match="This stream is billed through 2026-01-31: choose a later day"):
        wifi(lease, start=date(2026, 1, 20))


@pytest.mark.parametrize("on", [date(2026, 1, 31), date(2026, 7, 1)], ids=["before it began", "after it ended"])
def test_a_stream_ends_within_its_time(lease, on):
    charge = wifi(lease, end=date(2026, 6, 30))
    with pytest.raises(Refused, match="runs from 2026-02-01: choose a last day within its time"):
        end_charges(charges=[charge], on=on, by=None)


def test_nothing_new_is_charged_to_a_lease_that_has_ended(lease):
    terminate_leases(leases=[lease], on=date(2026, 1, 9), by=None)
    with pytest.raises(Refused, match="is terminated: nothing can be charged to it"):
        wifi(lease)


# --- Single charges --------------------------------------------------------------------------------------------------


def charge_once(*leases, **changes) -> list[OneOffCharge]:
    values = {"stream": "keys", "amount": shillings(15_000), "reason": "A lost key", "bill_on": FEBRUARY, "by": None}
    return create_one_offs(leases=leases, **values | changes)


def test_one_charge_for_many_leases_has_its_reason(landlord, lease, alice):
    other = make_lease(landlord, tenant="Baraka Lema")
    made = charge_once(lease, other, reason="  A lost \n key ", by=alice)
    assert [(each.lease, each.kind, each.amount, each.reason) for each in charged(landlord)] == [
        (lease, "charge", shillings(15_000), "A lost key"), (other, "charge", shillings(15_000), "A lost key"),
    ]  # fmt: skip
    assert {LogEntry.objects.for_instance(each).get().user for each in made} == {alice}
    assert {(each.start, each.end, each.bill_on, each.by) for each in made} == {(FEBRUARY, FEBRUARY, FEBRUARY, alice)}


def test_below_zero_it_is_a_discount(lease):
    [discount] = charge_once(lease, amount=shillings(-50_000), reason="The roof leaked")
    assert (discount.kind, discount.amount) == ("discount", shillings(-50_000))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": "  "}, "Say why: the tenant reads it on the bill"),
        ({"reason": "x" * 201}, "200"),
        ({"amount": shillings(0)}, "Write an amount; with a minus it is a discount"),
        ({"amount": Money(5, "USD")}, "The lease is in TZS: charge it in the same currency"),
        ({"bill_on": date(2025, 12, 31)}, "choose days within its time"),
        ({"bill_on": date(2027, 1, 1)}, "choose days within its time"),
    ],
)
def test_a_single_charge_that_cannot_be_is_refused_with_a_sentence(landlord, lease, changes, sentence):
    with pytest.raises(ValidationError, match=sentence):
        charge_once(lease, **changes)
    assert charged(landlord) == []


def test_one_bad_lease_of_many_and_nothing_is_charged(landlord, lease):
    with pytest.raises(ValidationError, match="The lease is in USD"):
        charge_once(lease, make_lease(landlord, tenant="Baraka Lema", currency="USD"))
    assert charged(landlord) == []


def test_d48_nothing_is_charged_in_a_closed_month(landlord, lease):
    landlord.locked_through = FEBRUARY
    landlord.save()
    with pytest.raises(BooksLocked):
        charge_once(lease)


@pytest.mark.needs("invoicing")
def test_a_single_charge_is_withdrawn_while_it_is_on_no_bill(landlord, lease, alice):
    from .test_readings import bill

    [first], [second] = charge_once(lease), charge_once(lease, stream="paint")
    withdraw_one_offs(charges=[first], by=alice)
    assert charged(landlord) == [second]
    with pytest.raises(Refused, match="It is withdrawn already"):
        withdraw_one_offs(charges=[first], by=alice)
    bill(second)
    with pytest.raises(Refused, match="It is billed: correct it by a credit note"):
        withdraw_one_offs(charges=[second], by=alice)


def test_what_a_shared_cost_has_made_is_withdrawn_with_that(landlord, lease):
    pays(lease, stream="security", kind="shared")
    days = {"start": date(2026, 1, 1), "end": date(2026, 1, 31), "bill_on": FEBRUARY}
    common = {"property": lease.unit.property, "stream": "security", "by": None}
    share_cost(amount=shillings(100), key="equal", **days, **common)
    with pytest.raises(Refused, match="It comes from a reading or a shared cost: withdraw that"):
        withdraw_one_offs(charges=charged(landlord), by=None)
