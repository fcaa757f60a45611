"""The meter round on a phone: one page a house, all saved at once or nothing, and no money for the caretaker."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from modules.leasing.models import Meter, Reading
from rentbook.kernel.choices import Role
from tests.factories import make_lease, make_unit, staff_of
from tests.leasing.steps import charged, meter_of, read

pytestmark = pytest.mark.django_db
PAGE = "/admin/leases/readings/"


@pytest.fixture(autouse=True)
def _february(travel):
    travel(date(2026, 2, 10))


@pytest.fixture
def meters(landlord):
    first = meter_of(make_lease(landlord))
    return [first, meter_of(make_lease(landlord, tenant="Baraka Lema"), serial="M-2", tariff=first.tariff)]


@pytest.fixture
def desk(client, alice):
    client.force_login(alice)
    return client


def walk(browser, values: dict[Meter, str], on: str = "2026-01-31", **extra):
    """Type these values and press `Save all`."""
    return browser.post(PAGE, {"on": on} | {str(meter.pk): value for meter, value in values.items()} | extra)


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def errors(answer) -> dict[str, list[str]]:
    return answer.context["form"].errors


def test_a_round_is_saved_at_once_and_charged(landlord, desk, meters):
    answer = walk(desk, {meters[0]: "216", meters[1]: "226"})
    assert answer.status_code == 302
    assert "2 readings are saved." in text(desk.get(answer["Location"]))
    assert [int(each.amount.amount) for each in charged(landlord)] == [18_432, 5_000 + 56 * 292]


def test_a_value_that_cannot_be_is_told_beside_its_meter_and_what_was_typed_stays(landlord, desk, meters):
    answer = walk(desk, {meters[0]: "216", meters[1]: "19"})
    sentence = "19 is below the last reading, 120: was the meter replaced? Then say so first."
    assert errors(answer) == {str(meters[1].pk): [sentence]}
    assert answer.context["form"][str(meters[0].pk)].value() == "216"
    assert "Nothing is saved yet" in text(answer)
    assert not Reading.objects.of(landlord).exists()


@pytest.mark.parametrize("typed", ["12,345", "lots", "-5"])
def test_what_is_no_reading_is_told_beside_its_meter(landlord, desk, meters, typed):
    assert set(errors(walk(desk, {meters[0]: typed}))) == {str(meters[0].pk)}
    assert not Reading.objects.of(landlord).exists()


def test_what_stays_empty_was_not_read(landlord, desk, meters):
    walk(desk, {meters[0]: "216", meters[1]: ""})
    assert [reading.meter for reading in Reading.objects.of(landlord)] == [meters[0]]


def test_the_last_value_is_shown_and_what_was_not_read_this_month_comes_first(landlord, desk, meters):
    read(meters[0], date(2026, 2, 9), 1_216)
    page = desk.get(PAGE)
    assert [row[0] for row in page.context["rows"]] == [meters[1], meters[0]]
    assert "Last value: 1,216 9 February 2026" in text(page)
    assert text(page).count("not read this month") == 1


def test_those_not_read_are_estimated_with_one_press(landlord, desk, meters):
    for meter in meters:
        read(meter, date(2026, 1, 31), 150)
    read(meters[1], date(2026, 2, 9), 160)
    assert walk(desk, {}, on="2026-02-10", estimate="1").status_code == 302
    [guess] = Reading.objects.of(landlord).filter(estimated=True)
    assert (guess.meter, guess.value) == (meters[0], Decimal(160))


def test_who_typed_a_digit_too_many_is_told_to_look_again(desk, meters):
    for meter in meters:
        read(meter, date(2026, 1, 31), 150)
    page = text(desk.get(walk(desk, {meters[0]: "1600", meters[1]: "160"}, on="2026-02-10")["Location"]))
    assert "Electricity M-1 has counted more than three times as much as usual" in page
    assert "Electricity M-2 has counted" not in page


def test_of_several_houses_one_is_chosen_and_an_archived_home_is_not_read(landlord, desk, meters):
    other = meter_of(make_lease(landlord, unit=make_unit(landlord, building="Milima")), serial="M-3",
                     tariff=meters[0].tariff)  # fmt: skip
    assert "rows" not in desk.get(PAGE).context
    address = f"{PAGE}?property={other.unit.property_id}"
    assert [row[0] for row in desk.get(address).context["rows"]] == [other]
    other.unit.archived_at = "2026-02-01T00:00Z"
    other.unit.save()
    assert "There is no meter here yet" in text(desk.get(address))


# --- Photos ----------------------------------------------------------------------------------------------------------


def picture(name: str = "meter.png") -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (20, 20), "white").save(content, format="png")
    return SimpleUploadedFile(name, content.getvalue())


def test_a_photo_is_kept_under_a_name_that_says_nothing_and_shown_to_who_sees_the_reading(
    client, landlord, desk, meters, bob
):
    walk(desk, {meters[0]: "216"}, **{f"photo-{meters[0].pk}": picture("Neema at home.png")})
    reading = Reading.objects.of(landlord).get()
    assert re.fullmatch(r"readings/[0-9a-f]{32}\.png", reading.photo.name)
    address = reverse("reading_photo", args=[reading.pk])
    answer = desk.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert "no-store" in answer["Cache-Control"]
    client.force_login(bob)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\nno picture"])
def test_what_is_no_picture_is_refused_beside_its_meter(landlord, desk, meters, content):
    file = SimpleUploadedFile("meter.png", content)
    answer = walk(desk, {meters[0]: "216"}, **{f"photo-{meters[0].pk}": file})
    assert "PNG, JPEG is expected" in str(errors(answer)[str(meters[0].pk)])
    assert not Reading.objects.of(landlord).exists()


# --- Who may ---------------------------------------------------------------------------------------------------------


def test_a_caretaker_walks_the_round_and_sees_no_money(client, landlord, meters):
    client.force_login(staff_of(landlord, role=Role.CARETAKER))
    assert walk(client, {meters[0]: "216"}).status_code == 302
    reading = Reading.objects.of(landlord).get()
    for page in (PAGE, reverse("reading:index"), reverse("reading:inspect", args=[reading.pk])):
        answer = client.get(page)
        assert answer.status_code == 200
        assert not re.search(r"18\D?432|TSh", text(answer)), page
    for name in ("tariff", "oneoffcharge", "sharedcost"):
        assert client.get(reverse(f"{name}:index")).status_code in {302, 403}
    assert client.get(reverse("reading:remove", args=[reading.pk])).status_code in {302, 403}


@pytest.mark.parametrize("role", [Role.OWNER, Role.ACCOUNTANT])
def test_who_only_looks_records_nothing(client, landlord, meters, role):
    client.force_login(staff_of(landlord, role=role))
    assert walk(client, {meters[0]: "216"}).status_code in {302, 403}
    assert client.get(f"{PAGE}?property={meters[0].unit.property_id}").status_code in {302, 403}
    assert not Reading.objects.of(landlord).exists()


def test_a_neighbour_s_house_is_not_there(client, neighbour, desk, meters):
    theirs = meter_of(make_lease(neighbour), serial="M-9")
    address = f"{PAGE}?property={theirs.unit.property_id}"
    assert desk.get(address).status_code == 404
    assert desk.post(address, {"on": "2026-01-31", str(theirs.pk): "216"}).status_code == 404
    walk(desk, {theirs: "216"})
    assert not Reading.objects.of(neighbour).exists()


def test_the_round_is_in_the_menu_of_who_may_record(client, landlord, desk, meters):
    assert PAGE in desk.get("/admin/").content.decode()
    client.force_login(staff_of(landlord, role=Role.OWNER))
    assert PAGE not in client.get("/admin/").content.decode()
