"""Readings make charges, for who used what was counted and for nobody else (docs/rules.md, D2, D29)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from modules.leasing.meter_book import NewReading
from modules.leasing.meter_selectors import missing_readings
from modules.leasing.metering import Block
from modules.leasing.models import Meter, OneOffCharge, Reading
from modules.leasing.services import (
    create_meter,
    estimate_readings,
    record_readings,
    replace_meter,
    set_prices,
    terminate_leases,
    update_meter,
    withdraw_readings,
)
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from rentbook.kernel.states import Refused
from tests.factories import make_lease, make_unit

from .steps import charged, meter_of, pays, power, read

pytestmark = pytest.mark.django_db
JAN_31, FEB_28, MAR_31 = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


@pytest.fixture(autouse=True)
def _april(travel):
    travel(date(2026, 4, 10))


@pytest.fixture
def lease(landlord):
    return make_lease(landlord)


@pytest.fixture
def meter(lease):
    return meter_of(lease)


# --- What a reading makes --------------------------------------------------------------------------------------------


def test_96_units_make_a_charge_that_says_how_it_came_about(landlord, lease, meter, alice):
    [reading] = record_readings(readings=[NewReading(meter, JAN_31, Decimal(216))], by=alice)
    [charge] = charged(landlord)
    assert (charge.lease, charge.kind, charge.stream) == (lease, "metered", "electricity")
    assert charge.amount == Money(18_432, "TZS")
    assert charge.arithmetic == "120 to 216 kWh: 50 x 100 + 46 x 292 = 18,432"
    assert (charge.start, charge.end, charge.bill_on) == (date(2026, 1, 1), JAN_31, JAN_31)
    assert (charge.source, charge.by) == (f"reading:{reading.pk}", alice)
    assert Reading.objects.of(landlord).get().charge == charge
    assert LogEntry.objects.for_instance(reading).get().user == alice
    assert LogEntry.objects.for_instance(charge).get().user == alice


def test_the_next_reading_is_about_the_days_after(landlord, meter):
    read(meter, JAN_31, 216)
    read(meter, FEB_28, 226)
    assert [(each.start, each.end, each.amount.amount) for each in charged(landlord)] == [
        (date(2026, 1, 1), JAN_31, 18_432), (date(2026, 2, 1), FEB_28, 1_000),
    ]  # fmt: skip


def test_d29_tax_and_withholding_come_from_the_lease_s_charge(landlord, lease):
    meter = meter_of(make_lease(landlord, tenant="Baraka Lema"))
    meter.unit.leases.get().charges.filter(kind="metered").update(tax_rate=1800, withholding_rate=1000)
    read(meter, JAN_31, 216)
    [charge] = charged(landlord)
    assert (charge.tax_rate, charge.withholding_rate) == (1800, 1000)


def test_d2_the_sum_is_rounded_to_the_landlord_s_own_unit(landlord, meter):
    from modules.invoicing.models import BillingPolicy

    BillingPolicy.unscoped.create(landlord=landlord, billing_units={"TZS": "100"})
    read(meter, JAN_31, 216)
    assert charged(landlord)[0].amount == Money(18_400, "TZS")


def test_a_lease_that_does_not_pay_by_meter_is_charged_nothing(landlord, lease):
    meter = create_meter(unit=lease.unit, tariff=power(landlord), serial="M-9", installed_on=date(2026, 1, 1), by=None)
    read(meter, JAN_31, 96)
    assert charged(landlord) == []
    assert Reading.objects.of(landlord).get().charge is None


def test_an_empty_home_and_a_meter_that_did_not_move_charge_nothing(landlord, meter):
    empty = create_meter(
        unit=make_unit(landlord), tariff=meter.tariff, serial="M-9", installed_on=date(2026, 1, 1), by=None
    )
    read(empty, JAN_31, 5)
    read(meter, JAN_31, 120)
    assert charged(landlord) == []


def test_new_prices_are_for_readings_from_their_day_on_and_touch_nothing_before(landlord, meter):
    read(meter, JAN_31, 216)
    dearer = (Block(Decimal(0), Decimal(200)),)
    with pytest.raises(Refused, match="priced readings through 2026-01-31: let new prices begin on a later day"):
        set_prices(tariffs=[meter.tariff], valid_from=JAN_31, blocks=dearer, by=None)
    set_prices(tariffs=[meter.tariff], valid_from=date(2026, 2, 1), blocks=dearer, by=None)
    read(meter, FEB_28, 226)
    assert [each.amount.amount for each in charged(landlord)] == [18_432, 2_000]


@pytest.mark.parametrize("aboves", [(), (1,), (0, 50, 50), (0, 50, 20), (0, 1, 2, 3, 4, 5)], ids=str)
def test_blocks_begin_at_nothing_and_ascend(landlord, aboves):
    blocks = [Block(Decimal(above), Decimal(100)) for above in aboves]
    with pytest.raises(ValidationError, match="The first block begins at 0"):
        power(landlord, blocks=blocks)


def test_a_set_is_recorded_whole_or_not_at_all_and_every_bad_one_is_named(landlord, lease, meter):
    other = meter_of(make_lease(landlord, tenant="Baraka Lema"), serial="M-2", tariff=meter.tariff)
    third = meter_of(make_lease(landlord, tenant="Asha Mrema"), serial="M-3", tariff=meter.tariff)
    news = [NewReading(each, JAN_31, Decimal(value)) for each, value in ((meter, 216), (other, 5), (third, 7))]
    with pytest.raises(ValidationError) as refusal:
        record_readings(readings=news, by=None)
    assert set(refusal.value.message_dict) == {str(other.pk), str(third.pk)}
    assert not Reading.objects.of(landlord).exists()
    assert charged(landlord) == []


def test_several_readings_of_one_meter_follow_one_another_in_one_set(landlord, meter):
    news = [NewReading(meter, FEB_28, Decimal(226)), NewReading(meter, JAN_31, Decimal(216))]
    record_readings(readings=news, by=None)
    assert [each.amount.amount for each in charged(landlord)] == [18_432, 1_000]


# --- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "value", "sentence"),
    [
        (FEB_28, 215, "215 is below the last reading, 216: was the meter replaced"),
        (JAN_31, 220, "Electricity M-1 was read on 2026-01-31 already, at 216"),
        (date(2026, 4, 11), 220, "2026-04-11 lies in the future"),
        (date(2026, 1, 30), 220, "was read on 2026-01-31: withdraw that reading first"),
        (date(2025, 12, 31), 220, "was not there yet on 2025-12-31"),
        (FEB_28, "216.0001", "is no value of a meter"),
        (FEB_28, 10**9, "is no value of a meter"),
    ],
)
def test_a_reading_that_cannot_be_is_refused_with_a_sentence(landlord, meter, on, value, sentence):
    read(meter, JAN_31, 216)
    with pytest.raises(ValidationError, match=sentence):
        read(meter, on, value)
    assert len(charged(landlord)) == 1


@pytest.mark.needs("invoicing")
def test_a_day_before_a_billed_reading_is_refused(landlord, meter):
    read(meter, JAN_31, 216)
    bill(charged(landlord)[0])
    with pytest.raises(ValidationError, match="The reading of 2026-01-31 is billed: read it on a later day"):
        read(meter, date(2026, 1, 30), 220)


def test_a_tariff_without_prices_on_that_day_and_one_in_another_currency_are_refused(landlord, lease):
    late = meter_of(lease, tariff=power(landlord, valid_from=date(2026, 2, 1)))
    with pytest.raises(ValidationError, match="Power has no prices on 2026-01-31 yet"):
        read(late, JAN_31, 216)
    dollars = make_lease(landlord, tenant="Baraka Lema", currency="USD")
    with pytest.raises(ValidationError, match="The lease is in USD"):
        read(meter_of(dollars, serial="M-2", tariff=late.tariff), FEB_28, 216)


def test_a_slip_of_the_finger_that_no_bill_could_hold_is_refused(landlord, lease):
    dear = meter_of(lease, tariff=power(landlord, blocks=[Block(Decimal(0), Decimal(10) ** 7)]))
    with pytest.raises(ValidationError):
        read(dear, JAN_31, 999_999_999)
    assert charged(landlord) == []


# --- Estimates -------------------------------------------------------------------------------------------------------


def test_an_estimate_goes_on_by_the_mean_and_the_next_true_reading_evens_it_out(landlord, meter):
    read(meter, JAN_31, 210)  # 90 in 30 days
    [guess] = estimate_readings(meters=[meter], on=FEB_28, by=None)
    assert (guess.value, guess.estimated) == (Decimal(294), True)
    read(meter, MAR_31, 250)
    assert [each.arithmetic for each in charged(landlord)][1:] == ["210 to 294 kWh: 50 x 100 + 34 x 292 = 14,928"]
    read(meter, date(2026, 4, 10), 300)
    assert charged(landlord)[-1].arithmetic == "294 to 300 kWh: 6 x 100 = 600"


def test_a_meter_that_was_never_read_is_not_estimated(meter):
    with pytest.raises(ValidationError, match="M-1 was not read often enough to estimate by"):
        estimate_readings(meters=[meter], on=JAN_31, by=None)


# --- Another meter ---------------------------------------------------------------------------------------------------


def test_of_a_replaced_meter_what_both_have_counted_is_one_charge(landlord, meter):
    read(meter, JAN_31, 216)
    new = replace_meter(meter=meter, last_value=Decimal(246), serial="M-2", first_value=Decimal(7), on=FEB_28, by=None)
    assert len(charged(landlord)) == 1
    with pytest.raises(ValidationError, match="M-1 was removed: read the one that replaced it"):
        read(meter, MAR_31, 300)
    read(new, MAR_31, 73)
    charge = charged(landlord)[-1]
    assert charge.arithmetic == "216 to 246, 7 to 73 kWh: 50 x 100 + 46 x 292 = 18,432"
    assert (charge.start, charge.end) == (date(2026, 2, 1), MAR_31)


def test_a_new_meter_is_not_read_below_what_it_began_with(meter):
    new = replace_meter(meter=meter, last_value=Decimal(246), serial="M-2", first_value=Decimal(7), on=FEB_28, by=None)
    with pytest.raises(ValidationError, match="6 is below the last reading, 7"):
        read(new, MAR_31, 6)


def test_a_meter_is_replaced_once_and_at_a_value_that_it_can_show(meter):
    read(meter, JAN_31, 216)
    new = {"serial": "M-2", "first_value": Decimal(0), "on": FEB_28, "by": None}
    with pytest.raises(ValidationError, match="215 is below the last reading, 216"):
        replace_meter(meter=meter, last_value=Decimal(215), **new)
    replace_meter(meter=meter, last_value=Decimal(216), **new)
    with pytest.raises(ValidationError, match="M-1 was removed"):
        replace_meter(meter=meter, last_value=Decimal(216), **new | {"on": MAR_31})
    assert Meter.objects.of(meter.landlord_id).count() == 2


def test_a_meter_keeps_what_it_counts(landlord, meter):
    water = power(landlord, name="Water", stream="water", measure="m³")
    with pytest.raises(ValidationError, match="Water is for Water: choose one for what this meter counts"):
        update_meter(row=meter, serial="M-1", tariff=water, by=None)
    assert update_meter(row=meter, serial="M-1a", tariff=meter.tariff, by=None).serial == "M-1a"


# --- One tenant after another ----------------------------------------------------------------------------------------


@pytest.fixture
def two_tenants(landlord, lease, meter):
    """Neema leaves on 15 February, Baraka comes on the 16th."""
    terminate_leases(leases=[lease], on=date(2026, 2, 15), by=None)
    baraka = make_lease(landlord, unit=lease.unit, tenant="Baraka Lema", start=date(2026, 2, 16))
    pays(baraka)
    return lease, baraka


@pytest.mark.parametrize("parted_on", [date(2026, 2, 15), date(2026, 2, 16)], ids=["move-out", "move-in"])
def test_the_reading_between_two_tenants_parts_their_bills(landlord, meter, two_tenants, parted_on):
    neema, baraka = two_tenants
    read(meter, JAN_31, 216)
    read(meter, parted_on, 226)
    read(meter, FEB_28, 246)
    assert [(each.lease, each.amount.amount) for each in charged(landlord)] == [
        (neema, 18_432), (neema, 1_000), (baraka, 2_000),
    ]  # fmt: skip
    assert charged(landlord)[1].end == date(2026, 2, 15)
    assert charged(landlord)[2].start >= baraka.start


def test_both_readings_may_be_recorded(landlord, meter, two_tenants):
    read(meter, date(2026, 2, 15), 226)
    read(meter, date(2026, 2, 16), 226)
    read(meter, FEB_28, 246)
    assert [each.amount.amount for each in charged(landlord)] == [5_000 + 56 * 292, 2_000]


def test_without_a_reading_between_them_nobody_can_say_whose_it_is(landlord, meter, two_tenants):
    read(meter, JAN_31, 216)
    with pytest.raises(ValidationError, match="Baraka Lema pays for it from 2026-02-16, after the last reading"):
        read(meter, FEB_28, 246)


def test_what_was_estimated_too_high_for_one_is_not_given_to_the_next(landlord, meter, two_tenants):
    read(meter, JAN_31, 210)
    estimate_readings(meters=[meter], on=date(2026, 2, 10), by=None)  # 240
    read(meter, date(2026, 2, 15), 230)
    read(meter, FEB_28, 240)
    assert charged(landlord)[-1].arithmetic == "230 to 240 kWh: 10 x 100 = 1,000"


# --- Withdrawn -------------------------------------------------------------------------------------------------------


def bill(charge: OneOffCharge) -> None:
    """Put a single charge on a bill."""
    from tests.factories import make_invoice

    make_invoice(charge.lease, month=charge.bill_on)
    assert charge.lines.filter(cancelled=False).count() == 1


def test_a_wrong_reading_is_withdrawn_with_its_charge_and_recorded_anew(landlord, meter, alice):
    wrong = read(meter, JAN_31, 261)
    withdraw_readings(readings=[wrong], by=alice)
    assert charged(landlord) == []
    read(meter, JAN_31, 216)
    assert [each.amount.amount for each in charged(landlord)] == [18_432]
    withdrawn = OneOffCharge.objects.of(landlord).exclude(withdrawn_at=None).get()
    assert LogEntry.objects.for_instance(withdrawn).filter(action="rentbook.changed").get().user == alice


@pytest.mark.needs("invoicing")
def test_a_billed_reading_stays_and_the_next_corrects_it(landlord, meter):
    reading = read(meter, JAN_31, 216)
    bill(charged(landlord)[0])
    with pytest.raises(Refused, match="This reading is billed: the next one corrects it"):
        withdraw_readings(readings=[reading], by=None)


def test_readings_are_withdrawn_from_the_last_one_back(landlord, meter):
    first, second = read(meter, JAN_31, 216), read(meter, FEB_28, 226)
    with pytest.raises(Refused, match="The reading of 2026-02-28 came after it: withdraw that one first"):
        withdraw_readings(readings=[first], by=None)
    withdraw_readings(readings=[first, second], by=None)
    assert charged(landlord) == []


def test_what_a_replaced_meter_ended_with_stays(meter):
    read(meter, JAN_31, 216)
    replace_meter(meter=meter, last_value=Decimal(246), serial="M-2", first_value=Decimal(0), on=FEB_28, by=None)
    with pytest.raises(Refused, match="M-1 ended with this reading when it was replaced"):
        withdraw_readings(readings=Reading.objects.of(meter.landlord_id).filter(on=FEB_28), by=None)


# --- Two at once -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_who_read_a_meter_at_once_the_second_is_told_and_one_charge_is_made(together, landlord, meter):
    one, other = together(lambda: read(meter, JAN_31, 216), lambda: read(meter, JAN_31, 261))
    [reading] = Reading.objects.of(landlord)
    assert {type(one), type(other)} == {Reading, ValidationError}
    refusal = other if isinstance(one, Reading) else one
    assert refusal.messages == [f"Electricity M-1 was read on 2026-01-31 already, at {reading.value.normalize():f}."]
    assert [each.source for each in charged(landlord)] == [f"reading:{reading.pk}"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_withdraw_a_reading_at_once_nothing_is_done_twice(together, landlord, meter):
    reading = read(meter, JAN_31, 216)
    together(*[lambda: withdraw_readings(readings=[reading], by=None)] * 2)
    assert not Reading.objects.of(landlord).exists()
    [charge] = OneOffCharge.objects.of(landlord)
    assert LogEntry.objects.for_instance(charge).filter(action="rentbook.changed").count() == 1


# --- What is missing -------------------------------------------------------------------------------------------------


def test_a_lease_that_pays_by_meter_and_was_not_read_is_missing(landlord, lease, meter):
    make_lease(landlord, tenant="Asha Mrema")
    [missing] = missing_readings(landlord, date(2026, 1, 1), JAN_31)
    assert (missing.lease, missing.stream) == (lease, "electricity")
    read(meter, JAN_31, 216)
    assert not missing_readings(landlord, date(2026, 1, 1), JAN_31)
    assert [each.lease for each in missing_readings(landlord, date(2026, 2, 1), FEB_28)] == [lease]


def test_one_whose_lease_or_charge_has_ended_is_not_missing(landlord, lease, meter):
    lease.charges.filter(kind="metered").update(end=JAN_31)
    assert not missing_readings(landlord, date(2026, 2, 1), FEB_28)
    terminate_leases(leases=[lease], on=JAN_31, by=None)
    assert not missing_readings(landlord, date(2026, 1, 1), JAN_31)
