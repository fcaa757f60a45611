"""Papers: taken small and for what they are, shown to whoever may see them, found before they expire."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from modules.leasing import services
from modules.leasing.models import Document
from rentbook.kernel import editing
from rentbook.kernel.log import LogEntry
from tests.factories import make_lease, staff_of

from .files import pdf, png

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 10)


@pytest.fixture(autouse=True)
def _today(db, travel):
    travel(TODAY)


@pytest.fixture
def lease(landlord):
    return make_lease(landlord, tenant="Asha Mrema")


@pytest.fixture
def passport(lease, alice) -> Document:
    values = {"kind": "identity", "title": "Passport", "number": "AB123", "expires_on": date(2026, 2, 1)}
    [document] = services.add_documents(tenants=[lease.tenant], file=png(), by=alice, **values)
    return document


@pytest.fixture
def office(client, alice):
    client.force_login(alice)
    return client


def paper(lease, alice, *, expires_on: date, title: str = "Insurance") -> Document:
    values = {"kind": "insurance", "title": title, "expires_on": expires_on}
    [document] = services.add_documents(leases=[lease], by=alice, **values)
    return document


def file_of(document: Document) -> str:
    return reverse("document_file", args=[document.pk])


def test_a_paper_is_kept_with_its_file_and_who_brought_it(passport, alice):
    assert (passport.by, passport.tenant.contact.name, passport.lease) == (alice, "Asha Mrema", None)
    assert passport.file.name.startswith("documents/")
    assert "photo" not in passport.file.name
    assert LogEntry.objects.for_instance(passport).get().action == editing.CREATED


def test_a_paper_that_is_none_is_refused_and_nothing_is_written(lease, alice):
    with pytest.raises(ValidationError, match="PNG, JPEG, PDF is expected"):
        services.add_documents(
            leases=[lease], file=SimpleUploadedFile("a.pdf", b"<html>"), kind="other", title="x", by=alice
        )
    assert not Document.objects.of(lease.landlord).exists()


def test_a_paper_goes_with_its_file_and_the_log_says_so(passport, alice, django_capture_on_commit_callbacks):
    key, storage, name = passport.pk, passport.file.storage, passport.file.name
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_document(passport, by=alice)
    assert not storage.exists(name)
    entry = LogEntry.objects.filter(object_id=str(key), action=editing.DELETED).get()
    assert entry.data["values"]["title"] == "Passport"


# --- Who sees them --------------------------------------------------------------------------------------------------


def test_the_file_is_shown_and_kept_by_no_browser(office, passport):
    answer = office.get(file_of(passport))
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    assert answer["Content-Type"] == "image/png"
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"] == 'inline; filename="Passport.png"'


def test_a_pdf_is_handed_over_and_not_opened_here(office, lease, alice):
    [document] = services.add_documents(leases=[lease], file=pdf(), kind="agreement", title="Mkataba – ①", by=alice)
    answer = office.get(file_of(document))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Mkataba")


@pytest.mark.parametrize(
    ("role", "status"),
    [("manager", 200), ("clerk", 200), ("accountant", 404), ("owner", 404), ("caretaker", 404)],
)
def test_papers_are_for_managers_and_clerks_alone(client, landlord, passport, role, status):
    client.force_login(staff_of(landlord, role=role))
    assert client.get(file_of(passport)).status_code == status
    page = client.get(reverse("tenant:inspect", args=[passport.tenant_id])).content.decode()
    assert ("Passport" in page) == (status == 200)


def test_a_neighbours_paper_and_one_without_a_file_are_not_found(client, bob, office, passport, lease, alice):
    without = paper(lease, alice, expires_on=TODAY)
    assert office.get(file_of(without)).status_code == 404
    client.force_login(bob)
    assert client.get(file_of(passport)).status_code == 404


def test_no_address_of_its_own_leads_to_the_file(office, passport):
    for address in (f"/media/{passport.file.name}", f"/{passport.file.name}"):
        assert office.get(address).status_code == 404


# --- Before they expire ---------------------------------------------------------------------------------------------


def test_what_expires_within_thirty_and_sixty_days_is_listed(office, lease, alice):
    days = {"today": TODAY, "in 30": date(2026, 2, 9), "in 31": date(2026, 2, 10), "in 61": date(2026, 3, 12)}
    for title, day in days.items():
        paper(lease, alice, title=title, expires_on=day)
    paper(lease, alice, title="over", expires_on=date(2026, 1, 9))

    def listed(within: int) -> list[str]:
        rows = office.get(reverse("document:index"), {"expiring": within}).context["object_list"]
        return [document.title for document in rows]

    assert listed(30) == ["today", "in 30"]
    assert listed(60) == ["today", "in 30", "in 31"]


def test_the_home_says_how_many_expire_soon(office, lease, alice, passport):
    paper(lease, alice, expires_on=date(2026, 1, 20))
    paper(lease, alice, expires_on=date(2026, 6, 1))
    page = office.get(reverse("wagtailadmin_home")).content.decode()
    assert "2 documents expire soon" in page
    assert f"{reverse('document:index')}?expiring=30" in page


# --- On the screen --------------------------------------------------------------------------------------------------


def test_a_paper_is_added_on_the_leases_page_and_removed_on_its_own(office, lease):
    address = reverse("lease:action", args=[lease.pk, "add-document"])
    assert 'enctype="multipart/form-data"' in office.get(address).content.decode()
    office.post(address, {"kind": "agreement", "title": "Signed", "number": "", "expires_on": "", "file": pdf()})
    document = Document.objects.of(lease.landlord).get()
    assert document.lease == lease
    assert "Signed" in office.get(reverse("lease:inspect", args=[lease.pk])).content.decode()
    office.post(reverse("document:remove", args=[document.pk]), {"do": "delete"})
    assert not Document.objects.of(lease.landlord).exists()


def test_what_is_wrong_with_a_file_is_said_beside_it(office, lease):
    sent = {"kind": "agreement", "title": "Signed", "file": SimpleUploadedFile("a.exe", b"MZ")}
    answer = office.post(reverse("lease:action", args=[lease.pk, "add-document"]), sent)
    assert answer.context["form"].errors["file"] == ["The file cannot be read: PNG, JPEG, PDF is expected."]
