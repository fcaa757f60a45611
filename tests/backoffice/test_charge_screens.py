"""Tariffs, meters, charges and shared costs on their screens: what is typed is done, or told beside its field."""

import re
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from modules.leasing.models import Charge, Meter, OneOffCharge, Reading, SharedCost, Tariff
from modules.leasing.services import terminate_leases
from rentbook.kernel.money import Money
from tests.factories import make_lease, make_unit
from tests.leasing.steps import charged, meter_of, pays, read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _february(travel):
    travel(date(2026, 2, 10))


@pytest.fixture
def desk(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def lease(landlord):
    return make_lease(landlord)


def send(browser, address: str, *keys, **fields):
    return browser.post(reverse(address, args=keys), fields)


def text(answer) -> str:
    page = re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\xa0", " ")
    return re.sub(r"\s+", " ", page)


def errors(answer) -> str:
    return str(answer.context["form"].errors)


# --- Tariffs and meters ----------------------------------------------------------------------------------------------

TARIFF = {"name": "Power", "stream": "Electricity", "measure": "kWh", "standing": "2,000", "valid_from": "2026-01-01"}


def test_a_tariff_is_written_with_its_blocks(landlord, desk):
    send(desk, "tariff:add", landlord=landlord.pk, blocks="0 100\n50: 292,5\n", **TARIFF)
    tariff = Tariff.objects.of(landlord).get()
    assert (tariff.stream, tariff.currency, tariff.standing) == ("electricity", "TZS", Money(2_000, "TZS"))
    assert [(row.above, row.price) for row in tariff.blocks.order_by("above")] == [(0, 100), (50, Decimal("292.5"))]
    assert "50 292.5" in text(desk.get(reverse("tariff:inspect", args=[tariff.pk])))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"blocks": "100"}, "is no block: write from how many units on, then the price"),
        ({"blocks": "0 1,663"}, "reads two ways: write 1663 or 1.663"),
        ({"blocks": "10 100"}, "The first block begins at 0"),
        ({"stream": "كهرباء عامة"}, "write up to 30 Latin letters"),
        ({"standing": "-5"}, "zero or more is expected"),
    ],
)
def test_a_tariff_that_cannot_be_is_told_beside_its_field(landlord, desk, changes, sentence):
    answer = send(desk, "tariff:add", **{"landlord": landlord.pk, "blocks": "0 100"} | TARIFF | changes)
    assert sentence in errors(answer)
    assert not Tariff.objects.of(landlord).exists()


def test_the_standing_charge_changes_and_new_prices_begin_on_a_day(landlord, lease, desk):
    tariff = meter_of(lease).tariff
    page = desk.get(reverse("tariff:change", args=[tariff.pk]))
    seen = page.context["form"].initial["seen"]
    send(desk, "tariff:change", tariff.pk, name="Power", measure="kWh", standing="500", seen=seen)
    tariff.refresh_from_db()
    assert tariff.standing == Money(500, "TZS")
    form = desk.get(reverse("tariff:action", args=[tariff.pk, "prices"])).context["form"]
    assert form.initial["blocks"] == "0 100\n50 292"
    send(desk, "tariff:action", tariff.pk, "prices", valid_from="2026-03-01", blocks="0 200")
    assert tariff.blocks.filter(valid_from=date(2026, 3, 1)).get().price == 200


def test_a_meter_is_installed_replaced_and_estimated(landlord, lease, desk):
    tariff = meter_of(lease).tariff
    unit = make_unit(landlord)
    new = {"unit": unit.pk, "tariff": tariff.pk, "serial": "M-5", "installed_on": "2026-01-01", "first_value": "10"}
    send(desk, "meter:add", **new)
    meter = Meter.objects.of(landlord).get(serial="M-5")
    assert (meter.unit, meter.stream, meter.first_value) == (unit, "electricity", 10)
    assert "There is a meter of this number already" in errors(send(desk, "meter:add", **new))
    read(meter, date(2026, 1, 31), 40)
    send(desk, "meter:action", meter.pk, "estimate", on="2026-02-05")
    assert Reading.objects.of(landlord).get(estimated=True).value == 45
    replaced = {"on": "2026-02-08", "last_value": "48", "serial": "M-6", "first_value": "0"}
    send(desk, "meter:action", meter.pk, "replace", **replaced)
    assert Meter.objects.of(landlord).get(serial="M-6").replaces == meter
    assert "It was removed" in text(desk.get(reverse("meter:inspect", args=[meter.pk])))


def test_a_wrong_reading_is_withdrawn_from_its_page_while_it_is_not_billed(landlord, lease, desk):
    meter = meter_of(lease)
    first, second = read(meter, date(2026, 1, 31), 216), read(meter, date(2026, 2, 9), 300)
    page = desk.get(reverse("reading:inspect", args=[first.pk]))
    assert "120 to 216 kWh: 50 x 100 + 46 x 292 = 18,432" in text(page)
    assert "withdraw that one first" in text(desk.get(reverse("reading:remove", args=[first.pk])))
    send(desk, "reading:remove", second.pk, do="delete")
    assert [each.source for each in charged(landlord)] == [f"reading:{first.pk}"]


# --- Streams ---------------------------------------------------------------------------------------------------------

WIFI = {"stream": "Wi-Fi", "kind": "fixed", "amount": "30,000", "start": "2026-03-01", "in_arrears": "unknown"}
RATES = {"tax_rate": "18", "withholding_rate": "0"}


def test_a_stream_begins_from_the_lease_s_page_and_ends(lease, desk):
    page = text(desk.get(reverse("lease:inspect", args=[lease.pk])))
    assert "New charge" in page
    answer = desk.get(f"{reverse('charge:add')}?lease={lease.pk}")
    assert f'value="{lease.pk}" selected' in answer.content.decode()
    send(desk, "charge:add", lease=lease.pk, due_day="20", **WIFI, **RATES)
    charge = lease.charges.get(stream="wifi")
    assert (charge.amount, charge.due_day, charge.tax_rate) == (Money(30_000, "TZS"), 20, 1800)
    assert charge.in_arrears is None
    send(desk, "charge:action", charge.pk, "end", on="2026-06-30")
    charge.refresh_from_db()
    assert charge.end == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": ""}, "Each amount must be more than zero"),
        ({"amount": "30 USD"}, "does not belong to an amount in TZS"),
        ({"start": "2025-01-01"}, "choose days within its time"),
        ({"stream": "rent"}, "already: end it first"),
        ({"due_day": "5", "due_days_after": "5"}, "not both"),
        ({"due_day": "99"}, "from 1 to 31"),
        ({"tax_rate": "200"}, "A percentage from 0 to 100 is expected"),
    ],
)
def test_a_stream_that_cannot_be_is_told_and_not_stored(lease, desk, changes, sentence):
    answer = send(desk, "charge:add", **{"lease": lease.pk} | WIFI | RATES | changes)
    assert sentence in errors(answer)
    assert not Charge.objects.of(lease.landlord_id).filter(stream="wifi").exists()


# --- Single charges --------------------------------------------------------------------------------------------------

KEY = {"stream": "keys", "amount": "15,000", "reason": "A lost key", "bill_on": "2026-03-01"}


def test_a_single_charge_is_made_on_the_lease_s_page_and_withdrawn(landlord, lease, desk):
    send(desk, "lease:action", lease.pk, "charge", **KEY)
    [charge] = charged(landlord)
    assert (charge.amount, charge.reason, charge.kind) == (Money(15_000, "TZS"), "A lost key", "charge")
    assert "A lost key" in text(desk.get(reverse("lease:inspect", args=[lease.pk])))
    send(desk, "oneoffcharge:action", charge.pk, "withdraw")
    assert charged(landlord) == []
    assert "It is withdrawn already" in text(desk.get(reverse("oneoffcharge:inspect", args=[charge.pk])))


def test_a_discount_is_written_with_a_minus(landlord, lease, desk):
    send(desk, "lease:action", lease.pk, "charge", **KEY | {"amount": "-50,000"})
    assert [(each.kind, each.amount) for each in charged(landlord)] == [("discount", Money(-50_000, "TZS"))]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": "lots"}, "is not an amount"),
        ({"amount": "0"}, "with a minus it is a discount"),
        ({"reason": ""}, "This field is required"),
        ({"bill_on": "2025-01-01"}, "choose days within its time"),
    ],
)
def test_a_single_charge_that_cannot_be_is_told(landlord, lease, desk, changes, sentence):
    assert sentence in errors(send(desk, "lease:action", lease.pk, "charge", **KEY | changes))
    assert not OneOffCharge.objects.of(landlord).exists()


def test_many_leases_are_charged_at_once_and_those_that_have_ended_are_passed_over(landlord, lease, desk):
    other, ended = make_lease(landlord, tenant="Baraka Lema"), make_lease(landlord, tenant="Asha Mrema")
    terminate_leases(leases=[ended], on=date(2026, 1, 31), by=None)
    chosen = [("pk", str(each.pk)) for each in (lease, other, ended)]
    asked = [(f"asked-{name}", value) for name, value in KEY.items()]
    address = f"{reverse('lease:bulk', args=['charge'])}?{urlencode(chosen + asked)}"
    page = text(desk.get(address))
    assert "2 leases are charged 15,000 each." in page
    desk.post(address)
    assert [each.lease for each in charged(landlord)] == [lease, other]
    assert {each.reason for each in charged(landlord)} == {"A lost key"}


def test_one_bad_answer_and_no_lease_is_charged(landlord, lease, desk):
    asked = {"pk": lease.pk} | {f"asked-{name}": value for name, value in KEY.items()} | {"asked-amount": "lots"}
    page = text(desk.post(f"{reverse('lease:bulk', args=['charge'])}?{urlencode(asked)}", follow=True))
    assert "is not an amount" in page
    assert not OneOffCharge.objects.of(landlord).exists()


# --- Shared costs ----------------------------------------------------------------------------------------------------

GUARDS = {"stream": "Security", "amount": "70,000", "start": "2026-01-01", "end": "2026-01-31", "key": "persons",
          "bill_on": "2026-02-01", "note": "Guards"}  # fmt: skip


@pytest.fixture
def house(landlord):
    for place, persons in enumerate((2, 5), 1):
        pays(make_lease(landlord, tenant=f"Tenant {place}", occupants=persons), stream="security", kind="shared")
    return make_unit(landlord).property


def test_the_parts_of_a_cost_are_shown_before_anything_is_charged(landlord, desk, house):
    page = send(desk, "sharedcost:add", property=house.pk, preview="1", **GUARDS)
    assert "2/7 x 70,000 = 20,000" in text(page)
    assert "Tenant 2 TSh 50,000" in text(page)
    assert not SharedCost.objects.of(landlord).exists()
    send(desk, "sharedcost:add", property=house.pk, **GUARDS)
    assert [int(each.amount.amount) for each in charged(landlord)] == [20_000, 50_000]


def test_what_stays_with_the_landlord_is_shown_before_and_after(landlord, desk, house):
    equal = GUARDS | {"key": "equal", "amount": "90,000"}
    assert "stays with the landlord TSh 30,000" in text(
        send(desk, "sharedcost:add", property=house.pk, preview="1", **equal)
    )
    send(desk, "sharedcost:add", property=house.pk, **equal)
    cost = SharedCost.objects.of(landlord).get()
    assert "Stays with the landlord TSh 30,000" in text(desk.get(reverse("sharedcost:inspect", args=[cost.pk])))
    send(desk, "sharedcost:action", cost.pk, "withdraw")
    assert charged(landlord) == []
    assert "Stays with the landlord TSh 90,000" in text(desk.get(reverse("sharedcost:inspect", args=[cost.pk])))


@pytest.mark.parametrize("button", [{}, {"preview": "1"}], ids=["share", "preview"])
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"key": "area"}, "Write down the area of A-01, A-02, A-03 first"), ({"amount": "lots"}, "is not an amount")],
)
def test_a_cost_that_cannot_be_shared_is_told(landlord, desk, house, button, changes, sentence):
    assert sentence in errors(send(desk, "sharedcost:add", property=house.pk, **GUARDS | changes | button))
    assert not SharedCost.objects.of(landlord).exists()


@pytest.mark.parametrize("wrong", [{"end": "2025-12-31"}, {"amount": "0"}], ids=["backwards", "nothing"])
def test_a_preview_of_what_cannot_be_shared_is_an_answer_too(desk, house, wrong):
    page = send(desk, "sharedcost:add", property=house.pk, preview="1", **GUARDS | wrong)
    assert page.status_code == 200
    assert page.context["form"].errors
