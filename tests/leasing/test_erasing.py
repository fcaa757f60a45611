"""A person is forgotten, the ledger stays (docs/rules.md, D45)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from modules.leasing import services
from modules.leasing.models import Document, Tenant
from rentbook.kernel import log
from rentbook.kernel.contacts import Contact
from rentbook.kernel.jobs import Job
from rentbook.kernel.log import LogEntry
from rentbook.kernel.states import Refused
from tests.factories import make_contact, make_lease, make_unit

from .files import png

pytestmark = pytest.mark.django_db
NAME, PHONE, EMAIL, NUMBER = "Rehema Zuberi", "+255712987654", "rehema@example.net", "19900101-77777"
BEFORE = "Rehema Juma"
SPELLED = (NAME, BEFORE, NAME.lower(), "0712987654", "0712 987 654", PHONE, "712 987 654", EMAIL, NUMBER)


def said_in_the_database(*texts: str) -> list[str]:
    """Where any of the texts stands, in any column of any table."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            name = connection.ops.quote_name
            cells = ", ".join(f"CAST({name(column)} AS TEXT)" for column in columns)
            cursor.execute(f"SELECT {cells} FROM {name(table)}")
            for row in cursor.fetchall():
                cells_of_row = [str(cell).lower() for cell in row if cell is not None]
                found += [f"{table}: {cell[:80]}" for cell in cells_of_row for text in texts if text.lower() in cell]
    return found


@pytest.fixture
def lease(landlord, alice):
    """Somebody who has rented, was renamed, paid and left; with papers, a guarantor and notes."""
    lease = make_lease(landlord, unit=make_unit(landlord, name="A-12"), tenant=BEFORE, phone=PHONE, rent="0")
    person = {"name": NAME, "phone": "0712 987 654", "email": EMAIL, "id_number": NUMBER}
    services.update_tenant(row=lease.tenant, by=alice, **person)
    papers = {"kind": "identity", "title": f"Passport of {NAME}", "number": NUMBER, "by": alice}
    services.add_documents(tenants=[lease.tenant], file=png(), **papers)
    services.add_parties(leases=[lease], name="Baraka Lema", phone="0712 345 679", role="guarantor", by=alice)
    services.report_repair(unit=lease.unit, title=f"{NAME} has no water", by=alice)
    log.note(rows=[lease.tenant], text=f"{NAME} called from 0712987654", by=alice)
    lease.tenant.refresh_from_db()
    return lease


@pytest.fixture
def ended(lease, alice):
    services.terminate_leases(leases=[lease], on=date(2026, 1, 31), by=alice)
    return lease


def erase(lease, alice) -> Tenant:
    services.erase_tenants(tenants=[lease.tenant], reason="asked for by letter", by=alice)
    return Tenant.objects.of(lease.landlord_id).select_related("contact").get(pk=lease.tenant_id)


def test_d45_nothing_in_the_whole_database_names_an_erased_tenant(ended, alice):
    assert len(said_in_the_database(*SPELLED)) > 10
    erase(ended, alice)
    assert said_in_the_database(*SPELLED) == []


def test_d45_the_contact_keeps_a_number_and_the_language_alone(ended, alice):
    tenant = erase(ended, alice)
    contact = tenant.contact
    assert contact.name == f"Erased tenant {tenant.pk}"
    assert (contact.phone, contact.email, contact.id_number, contact.language) == (None, None, "", "en")
    assert tenant.archived_at


def test_d45_papers_and_their_files_are_gone_once_it_is_certain(ended, alice, django_capture_on_commit_callbacks):
    paper = Document.objects.of(ended.landlord).get()
    with django_capture_on_commit_callbacks(execute=True):
        erase(ended, alice)
        assert paper.file.storage.exists(paper.file.name)
    assert not paper.file.storage.exists(paper.file.name)
    assert not Document.objects.of(ended.landlord).exists()


def test_d45_who_was_kept_for_them_alone_goes_too_and_who_serves_another_stays(landlord, ended, alice):
    other = make_lease(landlord)
    both = {"name": "Zawadi Komba", "phone": "0712 345 670", "role": "guarantor", "by": alice}
    services.add_parties(leases=[ended, other], **both)
    erase(ended, alice)
    names = [party.contact.name for party in ended.parties.order_by("pk").select_related("contact")]
    guarantor = ended.parties.order_by("pk").first().contact_id
    assert names == [f"Erased person {guarantor}", "Zawadi Komba"]
    assert said_in_the_database("Baraka Lema") == []


def test_d45_another_person_of_the_same_name_is_left_alone(landlord, ended, alice):
    namesake = make_contact(landlord, name=NAME, phone="+255712345671")
    log.record([namesake], "rentbook.created", by=alice, values={"name": NAME})
    erase(ended, alice)
    assert Contact.objects.of(landlord).get(pk=namesake.pk).name == NAME
    assert LogEntry.objects.for_instance(namesake).get().label == NAME


def test_d45_the_log_still_says_who_erased_whom_and_why_and_is_kept_again(ended, alice):
    tenant = erase(ended, alice)
    entry = LogEntry.objects.for_instance(tenant).latest("pk")
    assert (entry.action, entry.user, entry.data) == (
        "leasing.tenant_erased", alice, {"reason": "asked for by letter"}
    )  # fmt: skip
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_logentry SET label = 'x'")


def test_d45_a_live_lease_stands_against_it(lease, alice):
    with pytest.raises(Refused, match="has a lease of A-12 that is active"):
        erase(lease, alice)
    assert said_in_the_database(NAME)


def test_d45_so_does_a_live_lease_that_they_answer_for(landlord, ended, alice):
    other = make_lease(landlord, tenant="Juma Komba")
    services.add_parties(leases=[other], name=NAME, phone=PHONE, role="guarantor", by=alice)
    with pytest.raises(Refused, match=f"{NAME} stands on the lease of A-02, Juma Komba"):
        erase(ended, alice)


def test_it_is_not_done_without_a_reason(ended, alice):
    with pytest.raises(ValidationError, match="Say why"):
        services.erase_tenants(tenants=[ended.tenant], reason=" ", by=alice)


def test_what_a_job_was_refused_names_them_no_more(landlord, ended, alice):
    job = Job.unscoped.create(landlord=landlord, name="x", result={"problems": [f"A-12, {NAME} is active."]})
    erase(ended, alice)
    job.refresh_from_db()
    assert job.problems == [f"A-12, Erased tenant {ended.tenant_id} is active."]


@pytest.mark.needs("invoicing", "payments")
def test_d45_money_that_is_open_stands_against_it_and_what_is_paid_stays_to_the_cent(ended, alice, landlord):
    from modules.invoicing.models import Invoice
    from modules.payments.models import Receipt
    from modules.payments.services import record_payment
    from tests.factories import make_invoice

    bill = make_invoice(ended, total="500000")
    with pytest.raises(Refused, match="1 open bill"):
        erase(ended, alice)
    record_payment(invoice=bill, amount=bill.balance, reference=f"cash of {NAME}", by=alice)
    before = Invoice.objects.of(landlord).values("number", "total", "amount_paid", "state").get()
    erase(ended, alice)
    assert Invoice.objects.of(landlord).values("number", "total", "amount_paid", "state").get() == before
    assert Receipt.objects.of(landlord).get().payment.amount == bill.total
    assert said_in_the_database(*SPELLED) == []


@pytest.mark.needs("messaging")
def test_d45_what_they_were_told_is_blank_and_what_waits_is_not_sent(ended, alice, landlord):
    from modules.messaging.models import Message
    from modules.messaging.services import queue_due
    from tests.factories import message_about

    with message_about(Contact):
        queue_due(landlord=landlord, on=date(2026, 2, 1))
    waiting = Message.objects.of(landlord).get(contact=ended.tenant.contact)
    assert (waiting.state, waiting.to) == ("queued", PHONE)
    erase(ended, alice)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.to, waiting.text) == ("skipped", "", "")
