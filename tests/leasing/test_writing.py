"""Properties, homes, tenants and drafts as staff write them, and what is put away (docs/rules.md, D15, D39, D45)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from modules.leasing import services
from modules.leasing.models import Lease, Property, Tenant, Unit
from modules.leasing.selectors import archive_blocked, vacant_units
from rentbook.exchange.importing import import_sheet
from rentbook.kernel import editing
from rentbook.kernel.contacts import Contact
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from rentbook.kernel.states import Refused
from tests.factories import make_landlord, make_lease, make_unit

pytestmark = pytest.mark.django_db
JULY = date(2026, 7, 1)


@pytest.fixture(autouse=True)
def _new_year(db, travel):
    travel(date(2026, 1, 10))


def log_of(row) -> list[tuple]:
    """What the row's log says, in order: the act, who did it, the fields that it names."""
    entries = LogEntry.objects.for_instance(row).order_by("pk")
    return [(each.action, each.user, sorted(each.data.get("changes", {}))) for each in entries]


def refusal(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refused:
        act(*args, **kwargs)
    return " ".join(refused.value.messages)


# --- Properties and homes -------------------------------------------------------------------------------------------


def test_a_property_and_its_homes_are_written_and_logged(landlord, alice):
    place = services.create_property(landlord=landlord, name="Jengo la Bahari", address="Ali Hassan Mwinyi", by=alice)
    unit = services.create_unit(property=place, name="A-12", by=alice)
    assert (unit.landlord, unit.property, unit.shared) == (landlord, place, False)
    services.update_unit(row=unit, seen=editing.version(unit), name="A-12b", by=alice)
    assert log_of(unit) == [("rentbook.created", alice, []), ("rentbook.changed", alice, ["name"])]
    assert set(vacant_units(landlord, JULY)) == {unit}


def test_a_name_is_given_once_to_a_property_and_once_to_a_home_of_it(landlord, alice):
    place = services.create_property(landlord=landlord, name="Bahari", by=alice)
    services.create_unit(property=place, name="A-12", by=alice)
    again = refusal(services.create_property, landlord=landlord, name="Bahari", by=alice)
    assert again == "There is a property of this name already."
    again = refusal(services.create_unit, property=place, name="A-12", by=alice)
    assert again == "There is a home of this name in the property already."


def test_a_home_cannot_move_into_a_neighbours_property(landlord, neighbour, alice, bob):
    unit = make_unit(landlord)
    theirs = services.create_property(landlord=neighbour, name="Wouri", by=bob)
    assert refusal(services.update_unit, row=unit, property=theirs, by=alice) == "There is no such row."
    assert Unit.objects.of(landlord).get().property.name == "Bahari"


def test_who_changes_a_home_that_another_has_changed_meanwhile_is_refused_by_name(landlord, alice):
    unit = make_unit(landlord)
    seen = editing.version(unit)
    services.update_unit(row=unit, seen=seen, name="A-12", by=alice)
    text = refusal(services.update_unit, row=unit, seen=seen, name="A-13", by=alice)
    assert "Alice changed A-12 at 15:00" in text


def test_d15_a_home_with_two_households_stays_shared(landlord, alice):
    unit = make_unit(landlord, name="Bedsitter", shared=True)
    make_lease(landlord, unit=unit, tenant="Neema Mushi")
    second = make_lease(landlord, unit=unit, tenant="Baraka Lema")
    text = refusal(services.update_unit, row=unit, shared=False, by=alice)
    assert "Bedsitter is let to" in text
    services.terminate_leases(leases=[second], by=alice)
    services.update_unit(row=unit, shared=False, by=alice)
    assert Lease.objects.of(landlord).get(state="active").exclusive
    assert not Lease.objects.of(landlord).get(state="terminated").exclusive


# --- Tenants --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["0712345678", "712345678", "255712345678", "+255 712 345 678"])
def test_d39_a_tenants_phone_is_read_in_the_landlords_country(landlord, alice, written):
    tenant = services.create_tenant(landlord=landlord, name="Asha Mrema", phone=written, by=alice)
    assert (str(tenant.contact.phone), tenant.contact.language) == ("+255712345678", "en")


def test_a_phone_that_is_none_is_refused_beside_its_field_and_nothing_is_written(landlord, alice):
    with pytest.raises(ValidationError) as refused:
        services.create_tenant(landlord=landlord, name="Asha Mrema", phone="071234", by=alice)
    assert list(refused.value.message_dict) == ["phone"]
    assert not Contact.objects.of(landlord).filter(name="Asha Mrema").exists()


def test_a_tenants_history_says_what_changed_of_their_contact(landlord, alice):
    tenant = services.create_tenant(landlord=landlord, name="Asha Mrema", phone="0712345678", by=alice)
    seen = editing.version(tenant)
    services.update_tenant(row=tenant, seen=seen, phone="0713345678", email="", by=alice)
    assert log_of(tenant)[-1] == ("rentbook.changed", alice, ["phone"])
    assert str(Contact.objects.of(landlord).get(tenant=tenant).phone) == "+255713345678"
    text = refusal(services.update_tenant, row=tenant, seen=seen, name="Asha M.", by=alice)
    assert "Alice changed Asha Mrema" in text


def test_d39_the_same_name_at_the_same_number_is_the_same_person_and_another_name_is_not(landlord, neighbour, alice):
    known = services.create_tenant(landlord=landlord, name="Asha Mrema", phone="0712345678", by=alice)
    found = services.known_or_new_tenant
    assert found(landlord=landlord, name="asha  mrema", phone="+255 712 345 678", by=alice) == known
    assert found(landlord=landlord, name="Juma Mrema", phone="0712345678", by=alice) != known
    assert found(landlord=neighbour, name="Asha Mrema", phone="+255712345678", by=None) != known
    assert found(landlord=landlord, name="Asha Mrema", by=alice) != known
    assert known.contact.language == "en"


def test_a_known_tenant_keeps_what_is_not_given_and_comes_back_from_the_archive(landlord, alice):
    asha = {"landlord": landlord, "name": "Asha Mrema", "phone": "0712345678", "by": alice}
    known = services.create_tenant(**asha, language="sw", channel="sms")
    services.archive(known, by=alice)
    services.known_or_new_tenant(**asha, email="asha@example.org", language="", channel="")
    known = Tenant.objects.of(landlord).get()
    assert known.archived_at is None
    assert (known.contact.language, known.contact.channel) == ("sw", "sms")
    assert known.contact.email == "asha@example.org"


# --- Put away -------------------------------------------------------------------------------------------------------


def test_d45_a_live_lease_stands_against_putting_away_its_home_property_and_tenant(landlord, alice):
    lease = make_lease(landlord, tenant="Asha Mrema", unit=make_unit(landlord, name="A-12"), rent="0")
    for row in (lease.unit, lease.unit.property, lease.tenant):
        assert "Asha Mrema has a lease of A-12 that is active." in archive_blocked(row)
        with pytest.raises(Refused, match=r"Asha Mrema has a lease of A-12 that is active\."):
            services.archive(row, by=alice)
    services.terminate_leases(leases=[lease], by=alice)
    for row in (lease.unit, lease.unit.property, lease.tenant):
        assert services.archive(row, by=alice).archived_at
        assert log_of(row)[-1][0] == "rentbook.archived"


@pytest.mark.needs("invoicing")
def test_d45_open_bills_stand_against_putting_away_who_owes_them_and_not_the_home(landlord, alice):
    from tests.factories import make_invoice

    lease = make_lease(landlord, rent="500000", end=date(2026, 2, 28))
    make_invoice(lease, month=date(2026, 1, 1))
    assert archive_blocked(lease.tenant)[1:] == ["1 open bill: TSh\u00a0500,000."]
    make_invoice(lease, month=date(2026, 2, 1))
    services.terminate_leases(leases=[lease], on=date(2026, 2, 28), by=alice)
    assert archive_blocked(lease.tenant) == ["2 open bills: TSh\u00a01,000,000."]
    assert archive_blocked(lease.unit) == []


def test_an_archived_home_and_those_of_an_archived_property_are_not_vacant(landlord, alice):
    first, second = make_unit(landlord), make_unit(landlord)
    services.archive(first, by=alice)
    assert set(vacant_units(landlord, JULY)) == {second}
    services.archive(second.property, by=alice)
    assert not vacant_units(landlord, JULY).exists()
    services.restore(second.property, by=alice)
    services.restore(first, by=alice)
    assert set(vacant_units(landlord, JULY)) == {first, second}


def test_what_was_never_used_is_deleted_and_what_has_a_history_is_not(landlord, alice):
    lease = make_lease(landlord)
    text = refusal(services.delete_place, lease.unit, by=alice)
    assert "has a history: archive it instead" in text
    assert "has a history" in refusal(services.delete_tenant, lease.tenant, by=alice)
    empty = make_unit(landlord, building="Kariakoo")
    services.delete_place(empty, by=alice)
    services.delete_place(empty.property, by=alice)
    stranger = services.create_tenant(landlord=landlord, name="Juma", by=alice)
    services.delete_tenant(stranger, by=alice)
    assert not Contact.objects.of(landlord).filter(name="Juma").exists()
    assert [place.name for place in Property.objects.of(landlord)] == ["Bahari"]


def test_a_sheet_that_names_what_is_archived_takes_it_out_again_and_the_log_says_so(landlord, alice):
    def imported(lines: str):
        content = f"property,unit,tenant_name,phone,lease_start,lease_end,rent\n{lines}\n".encode()
        return import_sheet(kind="leases", name="roll.csv", content=content, landlord=landlord, by=alice)

    ended = "Bahari,A1,John,0712345678,2025-01-01,2025-12-31,500000"
    imported(ended)
    services.expire_leases(landlord=landlord, on=date(2026, 1, 10))
    place, unit, tenant = (model.objects.of(landlord).get() for model in (Property, Unit, Tenant))
    for row in (tenant, unit, place):
        services.archive(row, by=alice)
    imported(ended)
    unit.refresh_from_db()
    assert unit.archived_at, "the row of a lease that has ended says nothing of today"
    imported("Bahari,A1,John,0712345678,2026-02-01,,550000")
    for row in (place, unit, tenant):
        row.refresh_from_db()
        assert row.archived_at is None
        assert ("rentbook.restored", alice, []) in log_of(row)


# --- A draft --------------------------------------------------------------------------------------------------------


def draft(landlord, *, unit=None, **changes) -> Lease:
    given = {"person": {"name": "Asha Mrema"}, "start": JULY, "rent": Decimal(500_000), "by": None}
    return services.create_lease(unit=unit or make_unit(landlord), **given | changes)


def test_a_draft_changes_until_it_is_signed_and_never_after(landlord, alice):
    lease = draft(landlord, charges={"wifi": Decimal(15_000)})
    terms = {"start": date(2026, 7, 15), "rent": Decimal(550_000), "deposit": Decimal(1_000_000), "due_day": 10}
    services.update_lease(row=lease, seen=editing.version(lease), by=alice, **terms)
    lease.refresh_from_db()
    assert (lease.start, lease.due_day, lease.deposit) == (date(2026, 7, 15), 10, Money(1_000_000, "TZS"))
    charges = {charge.stream: (charge.amount.amount, charge.start) for charge in lease.charges.all()}
    assert charges == {"rent": (550_000, date(2026, 7, 15)), "wifi": (15_000, date(2026, 7, 15))}
    assert log_of(lease)[-1] == ("rentbook.changed", alice, ["deposit", "due_day", "start"])
    services.sign_leases(leases=[lease], by=alice)
    assert "is signed: its terms cannot be changed" in refusal(services.update_lease, row=lease, due_day=1, by=alice)


def test_d15_a_draft_cannot_be_moved_into_the_time_of_another_lease(landlord, alice):
    first = make_lease(landlord, tenant="Baraka Lema", end=date(2026, 6, 30))
    lease = draft(landlord, unit=first.unit)
    text = refusal(services.update_lease, row=lease, start=date(2026, 6, 30), by=alice)
    assert "is let to Baraka Lema from 2026-01-01" in text
    lease.refresh_from_db()
    assert lease.start == JULY


def test_terms_that_contradict_each_other_are_refused_in_words(landlord, alice):
    lease = draft(landlord)
    assert refusal(services.update_lease, row=lease, frequency="fortnightly", by=alice) == (
        "Fortnights have no calendar: align them to the anniversary."
    )


# --- At the desk ----------------------------------------------------------------------------------------------------


def filled(client, address: str, **changes):
    """Open a form and send what stands in it, with some fields changed."""
    form = client.get(address).context["form"]
    fields = {name: form[name].value() for name in form.fields}
    return client.post(address, {name: value for name, value in (fields | changes).items() if value is not None})


def test_staff_write_a_property_a_home_and_a_tenant_and_change_them(client, landlord, alice):
    client.force_login(alice)
    filled(client, reverse("property:add"), name="Bahari")
    place = Property.objects.of(landlord).get()
    filled(client, reverse("unit:add"), property=place.pk, name="A-12")
    filled(client, reverse("tenant:add"), name="Asha Mrema", phone="0712 345 678", language="sw")
    tenant = Tenant.objects.of(landlord).get()
    answer = filled(client, reverse("tenant:change", args=[tenant.pk]), phone="071234")
    assert "is not a phone number" in answer.content.decode()
    filled(client, reverse("tenant:change", args=[tenant.pk]), phone="0713345678")
    tenant = Tenant.objects.of(landlord).get()
    assert (str(tenant.contact.phone), tenant.contact.language) == ("+255713345678", "sw")
    assert [unit.name for unit in Unit.objects.of(landlord)] == ["A-12"]


def test_an_archived_property_is_no_choice_for_a_new_home(client, landlord, neighbour, alice):
    client.force_login(alice)
    away, here = (services.create_property(landlord=landlord, name=name, by=alice) for name in ("Away", "Here"))
    services.create_property(landlord=neighbour, name="Wouri", by=None)
    services.archive(away, by=alice)
    form = client.get(reverse("unit:add")).context["form"]
    assert list(form.fields["property"].queryset) == [here]


def test_staff_change_a_draft_and_find_no_door_to_a_signed_lease(client, landlord, alice):
    client.force_login(alice)
    lease = draft(landlord)
    door = reverse("lease:change", args=[lease.pk])
    assert door in client.get(reverse("lease:inspect", args=[lease.pk])).content.decode()
    filled(client, door, rent="550,000")
    assert lease.charges.get().amount == Money(550_000, "TZS")
    services.sign_leases(leases=[lease], by=alice)
    assert door not in client.get(reverse("lease:inspect", args=[lease.pk])).content.decode()
    assert "is signed" in client.post(door, {"rent": "600,000"}, follow=True).content.decode()
    assert lease.charges.get().amount == Money(550_000, "TZS")


def test_the_page_that_puts_a_home_away_names_what_stands_against_it(client, landlord, alice):
    client.force_login(alice)
    lease = make_lease(landlord, tenant="Asha Mrema", unit=make_unit(landlord, name="A-12"))
    address = reverse("unit:remove", args=[lease.unit_id])
    assert "Asha Mrema has a lease of A-12 that is active." in client.get(address).content.decode()
    services.terminate_leases(leases=[lease], by=alice)
    client.post(address, {"do": "archive"})
    lease.unit.refresh_from_db()
    assert lease.unit.archived_at


def test_an_archived_home_leaves_the_list_and_is_found_when_asked_for(client, landlord, alice):
    client.force_login(alice)
    away, here = make_unit(landlord), make_unit(landlord)
    services.archive(away, by=alice)
    for query, listed in (({}, [here]), ({"archived": "only"}, [away])):
        assert list(client.get(reverse("unit:index"), query).context["object_list"]) == [*listed]
    assert client.get(reverse("unit:inspect", args=[away.pk])).status_code == 200


def test_the_lists_and_a_homes_page_lead_to_where_new_ones_are_written(client, landlord, alice):
    client.force_login(alice)
    unit = make_unit(landlord)
    door = reverse("new_lease")
    assert f'href="{door}"' in client.get(reverse("lease:index")).content.decode()
    assert f'href="{door}?unit={unit.pk}"' in client.get(reverse("unit:inspect", args=[unit.pk])).content.decode()
    assert reverse("tenant:add") in client.get(reverse("tenant:index")).content.decode()


# --- At once --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_d15_of_two_who_write_a_lease_of_one_home_at_once_the_second_is_told_of_the_first(together, travel):
    landlord = make_landlord()
    unit = make_unit(landlord, name="A-12")

    def write(name: str):
        return lambda: draft(landlord, unit=unit, person={"name": name})

    answers = together(write("Asha Mrema"), write("Baraka Lema"), write("Neema Mushi"))
    lease = Lease.objects.of(landlord).get()
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    text = f"A-12 is let to {lease.tenant} from 2026-07-01: two leases cannot run at the same time."
    assert [each.messages for each in refused] == [[text], [text]], answers
    assert Tenant.objects.of(landlord).count() == 1


@pytest.mark.django_db(transaction=True)
def test_d39_a_person_who_rents_two_homes_at_once_is_one_tenant(together, travel):
    landlord = make_landlord()
    homes = [make_unit(landlord), make_unit(landlord)]
    person = {"name": "Asha Mrema", "phone": "0712345678"}
    together(*[lambda unit=unit: draft(landlord, unit=unit, person=person) for unit in homes])
    assert Lease.objects.of(landlord).count() == 2
    assert Tenant.objects.of(landlord).get().contact.name == "Asha Mrema"
