"""A new lease on one page: who rents which home, since when, for how much; one press signs, bills and welcomes."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from wagtail.admin.viewsets import viewsets

from modules.leasing.models import Charge, Lease, Tenant
from modules.leasing.selectors import homes_to_let
from modules.leasing.services import activate_leases, archive, create_lease, sign_leases
from modules.leasing.terms import last_day
from rentbook.kernel.contributions import message_templates
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord
from tests.factories import make_landlord, make_lease, make_unit, staff_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
ASHA = {"name": "Asha Mrema", "phone": "0712 345 678", "start": "2026-12-01", "months": "12", "rent": "500,000"}


@pytest.fixture(autouse=True)
def _today(db, travel):
    travel(TODAY)


@pytest.fixture
def home(landlord):
    return make_unit(landlord, name="A-12")


@pytest.fixture
def page(client, alice):
    """The page as a browser has it: its fields as they come, and a press of a button with some of them changed."""
    client.force_login(alice)

    def press(query: str = "", button: str = "sign", **changes):
        address = reverse("new_lease") + query
        form = client.get(address).context["form"]
        fields = {name: form[name].value() for name in form.fields}
        sent = {name: value for name, value in (fields | changes).items() if value is not None}
        return client.post(address, sent | {button: "1"})

    return press


def the_lease(landlord) -> Lease:
    return Lease.objects.of(landlord).get()


def welcomed(landlord, on: date = TODAY) -> list[Lease]:
    return list(message_templates["rb_welcome"].due(landlord, on))


# --- One press ------------------------------------------------------------------------------------------------------


def test_six_fields_and_one_press_make_an_active_lease(page, home, landlord, alice):
    answer = page(unit=home.pk, **ASHA)
    lease = the_lease(landlord)
    assert answer.headers["Location"] == reverse("lease:inspect", args=[lease.pk])
    assert (lease.state, lease.start, lease.end) == ("active", date(2026, 12, 1), date(2027, 11, 30))
    assert (lease.unit, lease.currency, lease.due_day, lease.frequency) == (home, "TZS", 5, "monthly")
    assert (lease.tenant.contact.name, str(lease.tenant.contact.phone)) == ("Asha Mrema", "+255712345678")
    assert [(charge.stream, charge.amount) for charge in lease.charges.all()] == [("rent", Money(500_000, "TZS"))]


@pytest.mark.needs("invoicing")
def test_the_first_month_is_billed_at_once_and_never_again(page, home, landlord):
    from modules.invoicing.models import Invoice
    from modules.invoicing.services import issue_due

    page(unit=home.pk, **ASHA)
    bill = Invoice.objects.of(landlord).get()
    assert (bill.state, bill.total, bill.issue_date) == ("sent", Money(500_000, "TZS"), TODAY)
    assert (bill.period_start, bill.period_end) == (date(2026, 12, 1), date(2026, 12, 31))
    assert issue_due(landlord=landlord, on=date(2026, 12, 1)) == 0
    assert issue_due(landlord=landlord, on=date(2027, 1, 1)) == 1


@pytest.mark.needs("invoicing")
def test_a_lease_that_began_in_october_is_billed_up_to_today(page, home, landlord):
    from modules.invoicing.models import Invoice

    make_lease(landlord, start=date(2026, 1, 1))
    page(unit=home.pk, **ASHA | {"start": "2026-10-17", "months": ""})
    bills = Invoice.objects.of(landlord).filter(lease__tenant__contact__name="Asha Mrema").order_by("period_start")
    # 15 of 31 days of October: 500,000 x 15 / 31.
    assert [bill.total.amount for bill in bills] == [241_935, 500_000]
    assert Invoice.objects.of(landlord).count() == 2, "nobody else is billed with it"


@pytest.mark.needs("invoicing")
def test_books_that_are_closed_keep_the_whole_lease_out_and_say_why(page, home, landlord):
    Landlord.objects.filter(pk=landlord.pk).update(locked_through=TODAY)
    text = page(unit=home.pk, **ASHA).content.decode()
    assert "The books are locked through 2026-11-20" in text
    assert not Lease.objects.of(landlord).exists()


def test_the_tenant_is_welcomed_once_in_their_language(page, home, landlord):
    page(unit=home.pk, **ASHA, language="sw")
    [lease] = welcomed(landlord)
    template = message_templates["rb_welcome"]
    values = template.values(lease, "en")
    assert {name: values[name] for name in ("tenant_name", "unit", "property_name", "start", "rent", "frequency")} == {
        "tenant_name": "Asha Mrema",
        "unit": "A-12",
        "property_name": "Bahari",
        "start": "1 December 2026",
        "rent": "TSh 500,000",
        "frequency": "monthly",
    }
    assert values["how_to_pay"] == "Each bill says how to pay it."
    assert template.to(lease).language == "sw"
    assert welcomed(landlord, date(2026, 11, 26)) == [lease]
    assert welcomed(landlord, date(2026, 11, 27)) == []


@pytest.mark.needs("messaging")
def test_the_welcome_is_sent_and_says_the_landlords_own_ways_to_pay(page, home, landlord):
    from modules.messaging.models import Message
    from modules.messaging.services import queue_due

    Landlord.objects.filter(pk=landlord.pk).update(other_ways_to_pay="CRDB 0150\nOffice, Saturdays")
    page(unit=home.pk, **ASHA)
    queue_due(landlord=landlord, on=TODAY)
    queue_due(landlord=landlord, on=TODAY)
    message = Message.objects.of(landlord).get(template="rb_welcome")
    assert (message.to, message.state) == ("+255712345678", "queued")
    assert "A-12, Bahari, from 1 December 2026" in message.text
    assert "CRDB 0150 Office, Saturdays" in message.text


def test_who_was_taken_over_from_a_sheet_is_not_welcomed(landlord):
    lease = make_lease(landlord, start=TODAY, signed=False)
    activate_leases(leases=[lease], by=None)
    assert welcomed(landlord) == []


def test_a_welcome_that_waits_is_not_sent_for_a_lease_that_has_ended(landlord, home):
    person = {"name": "Asha Mrema"}
    lease = create_lease(unit=home, person=person, start=TODAY, rent=Decimal(500_000), by=None)
    sign_leases(leases=[lease], by=None)
    template = message_templates["rb_welcome"]
    assert template.outdated(template.subjects(landlord).get()) == ""
    Lease.unscoped.filter(pk=lease.pk).update(state="terminated")
    assert template.outdated(template.subjects(landlord).get()) == "the lease is terminated"


# --- A draft --------------------------------------------------------------------------------------------------------


def test_a_draft_is_neither_billed_nor_welcomed_until_it_is_activated(client, page, home, landlord):
    page(button="draft", unit=home.pk, **ASHA)
    lease = the_lease(landlord)
    assert (lease.state, welcomed(landlord)) == ("pending", [])
    client.post(reverse("lease:action", args=[lease.pk, "activate"]))
    lease.refresh_from_db()
    assert (lease.state, lease.signed_on, welcomed(landlord)) == ("active", TODAY, [lease])


def test_the_bar_of_a_draft_says_why_it_cannot_be_activated(landlord, home):
    first = make_lease(landlord, unit=home, tenant="Baraka Lema", end=date(2026, 11, 30))
    draft = make_lease(landlord, start=date(2026, 12, 1), signed=False)
    draft.unit, draft.start = home, date(2026, 11, 30)
    viewset = next(each for each in viewsets.viewsets if getattr(each, "model", None) is Lease)
    activate = viewset.actions["activate"]
    assert activate.why_not(draft) == (
        "A-12 is let to Baraka Lema from 2026-01-01: two leases cannot run at the same time."
    )
    assert activate.why_not(first) == "Only while pending."


# --- What is typed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["500,000", "500000", "500 000", "TSh 500,000", "500,000/="])
def test_the_rent_is_read_as_people_write_it(page, home, landlord, written):
    page(unit=home.pk, **ASHA | {"rent": written})
    assert Charge.objects.of(landlord).get().amount == Money(500_000, "TZS")


def test_the_rent_is_in_the_currency_of_the_homes_landlord(client, landlord, alice):
    from rentbook.kernel.roles import add_member

    kuwait = make_landlord(code="KWT")
    add_member(user=alice, landlord=kuwait, role="manager")
    client.force_login(alice)
    for unit in (make_unit(landlord), make_unit(kuwait)):
        client.post(
            reverse("new_lease"),
            {"unit": unit.pk, "name": "Asha", "start": "2026-12-01", "rent": "250.500", "due_day": "5",
             "frequency": "monthly", "alignment": "calendar", "proration": "actual"},
        )  # fmt: skip
    assert the_lease(landlord).charges.get().amount == Money(250_500, "TZS")
    assert the_lease(kuwait).charges.get().amount == Money("250.500", "KWD")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rent": "5OO,000"}, "letter O where a zero should be"),
        ({"rent": "-5"}, "The amount is negative"),
        ({"phone": "0712"}, "is not a phone number"),
        ({"months": "0"}, "greater than or equal to 1"),
        ({"due_day": "32"}, "less than or equal to 31"),
        ({"frequency": "fortnightly"}, "Fortnights have no calendar"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(page, home, landlord, changes, sentence):
    answer = page(unit=home.pk, **ASHA | changes)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Lease.objects.of(landlord).exists()
    assert not Tenant.objects.of(landlord).exists()


def test_d15_a_home_that_is_let_is_refused_with_the_other_tenant_and_the_day(page, home, landlord):
    make_lease(landlord, unit=home, tenant="Baraka Lema", end=date(2026, 12, 1))
    text = page(unit=home.pk, **ASHA).content.decode()
    assert "A-12 is let to Baraka Lema from 2026-01-01" in text
    assert Tenant.objects.of(landlord).count() == 1


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 12, 1), 12, date(2027, 11, 30)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2028, 2, 29), 12, date(2029, 2, 27)),
    ],
)
def test_d1_months_end_on_the_day_before_the_next_one_begins(start, months, end):
    assert last_day(start, months) == end


# --- What comes from the home ---------------------------------------------------------------------------------------


def test_the_home_that_is_asked_for_brings_its_last_rent_charges_and_terms(client, alice, landlord, home):
    terms = {"deposit": 1_000_000, "due_day": 10, "end": date(2026, 11, 30)}
    make_lease(landlord, unit=home, rent="450000", charges={"water": "15000"}, **terms)
    client.force_login(alice)
    form = client.get(reverse("new_lease"), {"unit": home.pk}).context["form"]
    names = ("unit", "rent", "water", "deposit", "due_day", "start")
    assert [form[name].value() for name in names] == [
        home.pk, "450000", "15000", "1000000", 10, date(2026, 12, 1)
    ]  # fmt: skip
    empty = client.get(reverse("new_lease")).context["form"]
    assert (empty["rent"].value(), empty["start"].value(), empty["due_day"].value()) == (None, TODAY, None)
    assert empty["due_day"].help_text == "5, where nothing else is said"


def test_vacant_homes_come_first_and_those_nobody_can_rent_do_not_come(landlord, neighbour, alice, home):
    for_now, for_good, away, vacant = (make_unit(landlord, name=name) for name in ("A-01", "A-02", "A-03", "B-01"))
    make_lease(landlord, unit=for_now, end=date(2026, 12, 31))
    make_lease(landlord, unit=for_good)
    archive(away, by=alice)
    make_unit(neighbour)
    assert [(unit.name, unit.taken) for unit in homes_to_let(alice)] == [
        (home.name, False), (vacant.name, False), (for_now.name, True)
    ]  # fmt: skip


# --- Who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["owner", "accountant", "caretaker"])
def test_who_may_not_add_in_a_book_is_refused(client, landlord, role):
    client.force_login(staff_of(landlord, role=role))
    for answer in (client.get(reverse("new_lease")), client.post(reverse("new_lease"), ASHA)):
        assert answer.headers["Location"] == reverse("wagtailadmin_home"), "Wagtail leads whoever is refused home"
    # Who asks without a page to show is told the bare number.
    asked = client.get(reverse("new_lease"), headers={"x-requested-with": "XMLHttpRequest"})
    assert asked.status_code == 403


def test_a_neighbours_home_is_not_found_and_no_choice(client, landlord, neighbour, alice, page):
    theirs = make_unit(neighbour)
    client.force_login(alice)
    for key in (theirs.pk, 99_999_999, "x"):
        assert client.get(reverse("new_lease"), {"unit": key}).status_code == 404
    told = [page(unit=key, **ASHA).context["form"].errors["unit"] for key in (theirs.pk, 99_999_999)]
    assert told[0] == told[1]
    assert not Lease.objects.of(neighbour).exists()


def test_who_only_looks_into_one_of_two_books_signs_in_the_other_alone(client, landlord, neighbour, alice):
    from rentbook.kernel.roles import add_member

    add_member(user=alice, landlord=neighbour, role="owner")
    client.force_login(alice)
    theirs = make_unit(neighbour)
    asked = client.get(reverse("new_lease"), {"unit": theirs.pk}, headers={"x-requested-with": "XMLHttpRequest"})
    assert asked.status_code == 403
    assert list(homes_to_let(alice)) == []
