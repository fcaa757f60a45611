"""Who is called or answers beside the tenant: found, shown, and never written to unasked."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from modules.leasing import services
from modules.leasing.models import LeaseParty, Tenant, TenantContact
from rentbook.kernel.contacts import Contact
from rentbook.kernel.log import LogEntry
from tests.factories import make_contact, make_lease

pytestmark = pytest.mark.django_db
BARAKA = {"name": "Baraka Lema", "phone": "0712 345 679", "role": "guarantor"}


@pytest.fixture
def lease(landlord):
    return make_lease(landlord, tenant="Asha Mrema")


@pytest.fixture
def office(client, alice):
    client.force_login(alice)
    return client


def test_a_tenant_is_a_person_or_a_company(landlord, alice):
    tenant = services.create_tenant(landlord=landlord, name="Duka Kubwa Ltd", kind="company", by=alice)
    assert tenant.contact.kind == Contact.Kind.COMPANY
    services.update_tenant(row=tenant, kind="person", by=alice)
    tenant.contact.refresh_from_db()
    assert tenant.contact.kind == Contact.Kind.PERSON


def test_a_guarantor_stands_on_the_lease_and_in_its_log(lease, alice):
    [party] = services.add_parties(leases=[lease], email="", by=alice, **BARAKA)
    assert (party.contact.name, str(party.contact.phone), party.role) == ("Baraka Lema", "+255712345679", "guarantor")
    assert LogEntry.objects.for_instance(party).get().user == alice


def test_d39_somebody_of_a_known_name_and_number_is_the_same_contact(landlord, lease, alice):
    known = make_contact(landlord, name="BARAKA  LEMA", phone="+255712345679")
    namesake = make_contact(landlord, name="Baraka Lema", phone="+255712345670")
    [party] = services.add_parties(leases=[lease], email="b@example.net", by=alice, **BARAKA)
    assert party.contact_id == known.pk != namesake.pk
    assert party.contact.email == "b@example.net"


def test_one_person_may_answer_for_two_leases_and_stands_on_each_once(landlord, lease, alice):
    other = make_lease(landlord)
    made = services.add_parties(leases=[lease, other], by=alice, **BARAKA)
    assert len({party.contact_id for party in made}) == 1
    with pytest.raises(ValidationError, match="Baraka Lema is there already"):
        services.add_parties(leases=[lease], by=alice, **BARAKA)


def test_the_tenant_is_no_party_to_the_own_lease_nor_an_other_contact(lease, alice):
    own = {"name": "Asha Mrema", "phone": str(lease.tenant.contact.phone), "by": alice}
    with pytest.raises(ValidationError, match="Asha Mrema is there already"):
        services.add_parties(leases=[lease], role="co_tenant", **own)
    with pytest.raises(ValidationError, match="Asha Mrema is there already"):
        services.add_contacts(tenants=[lease.tenant], role="emergency", **own)


def test_a_phone_that_is_none_is_refused_beside_its_field(lease, alice):
    with pytest.raises(ValidationError) as refused:
        services.add_parties(leases=[lease], name="Baraka", phone="12", role="occupant", by=alice)
    assert "is not a phone number" in refused.value.message_dict["phone"][0]
    assert not LeaseParty.objects.of(lease.landlord).exists()


def test_who_is_taken_off_stays_a_contact(lease, alice):
    [party] = services.add_parties(leases=[lease], by=alice, **BARAKA)
    services.remove_party(party, by=alice)
    assert not lease.parties.exists()
    assert Contact.objects.of(lease.landlord).filter(name="Baraka Lema").exists()
    [other] = services.add_contacts(tenants=[lease.tenant], by=alice, **BARAKA | {"role": "emergency"})
    services.remove_contact(other, by=alice)
    assert not lease.tenant.others.exists()


@pytest.mark.needs("messaging", "invoicing")
def test_nobody_but_the_tenant_is_written_to(landlord, lease, alice):
    from modules.messaging.models import Message
    from modules.messaging.services import queue_due
    from tests.factories import make_invoice

    services.add_parties(leases=[lease], by=alice, **BARAKA)
    services.add_contacts(tenants=[lease.tenant], name="Accounts", phone="0712 345 670", role="accounts", by=alice)
    make_invoice(lease, on=date(2026, 1, 1))
    queue_due(landlord=landlord, on=date(2026, 1, 2))
    assert {message.contact_id for message in Message.objects.of(landlord)} == {lease.tenant.contact_id}


def found(client, user, text: str) -> bool:
    client.force_login(user)
    return "Asha Mrema" in client.get(reverse("find"), {"q": text}).content.decode()


@pytest.mark.parametrize("text", ["Baraka", "lema", "345 679", "0712345679"])
def test_the_search_finds_the_tenant_by_the_people_beside_them(client, lease, alice, text):
    assert not found(client, alice, text)
    services.add_parties(leases=[lease], by=alice, **BARAKA)
    assert found(client, alice, text)


def test_the_search_finds_the_tenant_by_another_contact_and_nobody_of_a_neighbour(client, lease, alice, bob):
    services.add_contacts(tenants=[lease.tenant], by=alice, **BARAKA | {"role": "household"})
    assert found(client, alice, "Baraka")
    assert not found(client, bob, "Baraka")


def test_people_are_added_on_the_tenants_and_the_leases_page_and_shown_there(office, lease):
    for row, move, role in ((lease, "add-person", "co_tenant"), (lease.tenant, "add-contact", "accounts")):
        name = row._meta.model_name
        page = office.get(reverse(f"{name}:inspect", args=[row.pk])).content.decode()
        address = reverse(f"{name}:action", args=[row.pk, move])
        assert address in page
        office.post(address, {"name": f"Zawadi {role}", "phone": "", "email": "", "role": role})
        page = office.get(reverse(f"{name}:inspect", args=[row.pk])).content.decode()
        assert f"Zawadi {role}" in page
    assert LeaseParty.objects.of(lease.landlord).get().role == "co_tenant"
    assert TenantContact.objects.of(lease.landlord).get().role == "accounts"


def test_a_company_is_written_on_the_form(office, landlord):
    said = {"landlord": landlord.pk, "name": "Duka Ltd", "kind": "company", "phone": "", "channel": "sms"}
    answer = office.post(reverse("tenant:add"), said)
    assert answer.status_code == 302, answer.context["form"].errors
    tenant = Tenant.objects.of(landlord).select_related("contact").get()
    assert tenant.contact.kind == "company"
    assert "company" in office.get(reverse("tenant:inspect", args=[tenant.pk])).content.decode()
