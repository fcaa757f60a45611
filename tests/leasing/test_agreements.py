"""The lease agreement: complete in four languages, by wordings that only fill in what a lease has."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from modules.leasing.agreements import NAMES, agreement_pdf, clauses, shipped, values
from modules.leasing.models import AgreementTemplate, LateFeeRule, Lease, LeaseParty
from modules.leasing.services import create_wording, update_wording
from rentbook.kernel.choices import Language, Role
from rentbook.kernel.contacts import Contact
from rentbook.kernel.editing import StaleForm, version
from rentbook.kernel.people import Landlord
from rentbook.kernel.wording import unknown
from tests.factories import make_contact, make_lease, staff_of
from tests.pdfs import facts_of, text_of, words_from_the_left

pytestmark = pytest.mark.django_db


@pytest.fixture
def lease(landlord, travel) -> Lease:
    travel(date(2026, 1, 1))
    terms = {"grace_days": 3, "notice_days": 30, "occupants": 4, "deposit": "1000000"}
    rule = LateFeeRule.unscoped.create(
        landlord=landlord, name="Late", currency="TZS", kind="percent", rate=500, every_days=7, maximum="50000"
    )
    row = make_lease(landlord, end=date(2026, 12, 31), charges={"water": "20000"}, late_fee=rule, **terms)
    return Lease.objects.of(landlord).get(pk=row.pk)


@pytest.mark.parametrize("language", Language.values)
def test_the_wording_that_is_brought_has_twelve_to_sixteen_clauses_and_names_only_what_a_lease_has(language):
    text = shipped(language)
    assert unknown(text, NAMES) == []
    numbered = [clause for clause in clauses(text, dict.fromkeys(NAMES, "x")) if clause.title]
    assert 12 <= len(numbered) <= 16
    assert [clause.number for clause in numbered] == list(range(1, len(numbered) + 1))
    assert all(clause.paragraphs for clause in numbered)


def test_the_four_wordings_name_the_same_values():
    named = {frozenset(name for name in NAMES if f"{{{{ {name} }}}}" in shipped(code)) for code in Language.values}
    assert len(named) == 1


def test_it_holds_the_terms_of_the_lease(lease):
    text = text_of(agreement_pdf(lease, "en"))
    for part in (
        "Lease agreement", "Jengo la Bahari", "Neema Mushi", "A-01", "Bahari", "1 January 2026",
        "The lease runs from 1 January 2026 through 31 December 2026.", "at most 4 people",
        "The rent is TSh 500,000, monthly, in advance.", "by day 5 of the month", "Water TSh 20,000",
        "Agreed deposit: TSh 1,000,000.", "within 3 days after its due day",
        "5% of the unpaid rent, again every 7 days, at most TSh 50,000 for one bill", "written notice of 30 days",
        "The law of ______________________ governs this agreement.", "Signatures", "Witness", "Page 1 of 2",
    ):  # fmt: skip
        assert part in text, part
    assert "{{" not in text


def test_everybody_whom_it_binds_has_a_line_to_sign(landlord, lease):
    for name, role in (("Juma Mushi", "co_tenant"), ("Grace Temu", "guarantor"), ("Baby Mushi", "occupant")):
        LeaseParty.unscoped.create(
            landlord=landlord, lease=lease, role=role, contact=make_contact(landlord, name=name, phone="")
        )
    signed = text_of(agreement_pdf(lease, "en")).partition("Signatures")[2]
    for part in ("Landlord", "Jengo la Bahari", "Neema Mushi", "Co-tenant", "Juma Mushi", "Guarantor", "Grace Temu"):
        assert part in signed
    assert "Baby Mushi" not in signed


def test_what_the_book_does_not_know_is_a_line_to_write_on(lease):
    assert values(lease, "en")["tenant_id"] == "____________"
    Contact.objects.of(lease.landlord_id).filter(name="Neema Mushi").update(id_number="19900101-12345")
    again = Lease.objects.of(lease.landlord_id).get(pk=lease.pk)
    assert values(again, "en")["tenant_id"] == "19900101-12345"


@pytest.mark.parametrize(("language", "part"), [("fr", "Le présent contrat"), ("sw", "mpangaji"), ("ar", "المستأجر")])
def test_each_language_reads_in_its_own_words_on_tagged_pages(lease, language, part):
    content = agreement_pdf(lease, language)
    assert part in text_of(content)
    assert "TSh" in text_of(content) or "TZS" in text_of(content)
    assert facts_of(content)["Tagged"] == "yes"


def test_a_phone_in_an_arabic_sentence_keeps_its_order(lease):
    Landlord.objects.filter(pk=lease.landlord_id).update(name="عقارات الخليج", phone="+255754001001")
    again = Lease.objects.of(lease.landlord_id).get(pk=lease.pk)
    phones = [word for line in words_from_the_left(agreement_pdf(again, "ar")) for word in line if "+" in word]
    assert phones == ["+255", "+255", "+255"]


def test_a_name_is_text_whatever_it_holds(lease):
    name = "# {{ rent }} <img src=http://127.0.0.1/x>"
    Contact.objects.of(lease.landlord_id).filter(name="Neema Mushi").update(name=name)
    text = text_of(agreement_pdf(Lease.objects.of(lease.landlord_id).get(pk=lease.pk), "en"))
    assert name in text
    assert "15. Law" in text


class TestWordings:
    def test_the_landlord_s_own_wording_is_used_in_its_language_alone(self, landlord, lease):
        create_wording(landlord=landlord, language="en", body="# Peace\n{{ tenant }} keeps it.", by=None)
        text = text_of(agreement_pdf(lease, "en"))
        assert "1. Peace Neema Mushi keeps it." in text
        assert "Deposit" not in text
        assert "Amana" in text_of(agreement_pdf(lease, "sw"))

    def test_without_a_text_it_begins_with_the_one_that_is_brought(self, landlord):
        assert create_wording(landlord=landlord, language="fr", by=None).body == shipped("fr")

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ("Pay {{ rend }}.", "{{ rend }}"),
            ("{{ lease.activate }}", "{{ lease.activate }}"),
            ("{{ tenant|safe }} and {{ rend }}", "{{ tenant|safe }}, {{ rend }}"),
            ("{{ open", "{{ open }}"),
        ],
    )
    def test_a_name_that_no_lease_has_is_refused_and_the_known_ones_are_named(self, landlord, body, named):
        with pytest.raises(ValidationError) as refused:
            create_wording(landlord=landlord, language="en", body=body, by=None)
        [sentence] = refused.value.message_dict["body"]
        assert f"called {named}." in sentence
        assert "date, landlord, landlord_address" in sentence
        assert not AgreementTemplate.objects.of(landlord).exists()

    def test_a_second_one_in_the_language_and_an_endless_one_are_refused(self, landlord):
        create_wording(landlord=landlord, language="en", body="Peace.", by=None)
        with pytest.raises(ValidationError, match="wording in this language already"):
            create_wording(landlord=landlord, language="en", body="More peace.", by=None)
        with pytest.raises(ValidationError, match="40001 letters: 40000 at most"):
            create_wording(landlord=landlord, language="fr", body="x" * 40_001, by=None)

    def test_a_change_is_checked_too_and_never_overwrites_a_quicker_one(self, landlord, alice):
        row = create_wording(landlord=landlord, language="en", body="Peace.", by=alice)
        seen = version(row)
        assert update_wording(row=row, body="Peace, {{ tenant }}.", seen=seen, by=alice).body == "Peace, {{ tenant }}."
        with pytest.raises(StaleForm):
            update_wording(row=row, body="War.", seen=seen, by=alice)
        with pytest.raises(ValidationError, match=r"called \{\{ rend \}\}"):
            update_wording(row=row, body="{{ rend }}", by=alice)


class TestTheOffice:
    def test_the_lease_s_page_leads_to_its_agreement(self, lease, client, alice):
        client.force_login(alice)
        address = reverse("agreement_pdf", args=[lease.pk])
        assert address in client.get(reverse("lease:inspect", args=[lease.pk])).content.decode()
        answer = client.get(address)
        assert answer["Content-Type"] == "application/pdf"
        assert b"".join(answer.streaming_content).startswith(b"%PDF")

    def test_a_neighbour_finds_nothing_and_who_sees_no_rent_no_agreement(self, landlord, lease, client, bob):
        address = reverse("agreement_pdf", args=[lease.pk])
        client.force_login(bob)
        assert client.get(address).status_code == 404
        client.force_login(staff_of(landlord, role=Role.CARETAKER))
        assert client.get(address).status_code in (302, 403)
        assert address not in client.get(reverse("lease:inspect", args=[lease.pk])).content.decode()

    def test_a_wording_is_written_previewed_and_refused_beside_its_field(self, landlord, lease, client, alice):
        client.force_login(alice)
        door = reverse("agreementtemplate:add")
        form = {"landlord": landlord.pk, "language": "en", "body": ""}
        client.post(door, form)
        row = AgreementTemplate.objects.of(landlord).get()
        assert row.body == shipped("en")
        shown = client.get(reverse("agreement_preview", args=[row.pk]))
        assert "Neema Mushi" in text_of(b"".join(shown.streaming_content))
        change = reverse("agreementtemplate:change", args=[row.pk])
        answer = client.post(change, {"body": "{{ rend }}", "seen": version(row)})
        assert "No lease has a value called {{ rend }}" in answer.content.decode()

    def test_without_a_lease_there_is_nothing_to_preview(self, landlord, client, alice):
        row = create_wording(landlord=landlord, language="en", by=alice)
        client.force_login(alice)
        answer = client.get(reverse("agreement_preview", args=[row.pk]), follow=True)
        assert "There is no lease yet" in answer.content.decode()
