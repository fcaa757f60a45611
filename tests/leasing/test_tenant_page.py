"""A tenant's screen: who it is, what is owed and why, what happened, all on one page."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rentbook.kernel import clock, editing, log
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from tests.factories import make_contact, make_invoice, make_lease, message_about, staff_of


@pytest.fixture
def asha(landlord):
    return make_lease(landlord, tenant="Asha Mrema", phone="+255712345987", end=date(2026, 12, 31)).tenant


@pytest.fixture
def screen(client, alice):
    client.force_login(alice)

    def look(row, query: str = "") -> str:
        answer = client.get(reverse(f"{row._meta.model_name}:inspect", args=[row.pk]) + query)
        assert answer.status_code == 200
        return answer.content.decode().replace("\xa0", " ")

    return look


def send_note(client, tenant, text: str):
    return client.post(reverse("note_tenant", args=[tenant.pk]), {"text": text})


def notes(tenant) -> list[str]:
    return [entry.data["note"] for entry in LogEntry.objects.for_instance(tenant).filter(action=log.NOTED)]


# --- Who it is ------------------------------------------------------------------------------------------------------


def test_the_screen_says_home_phone_language_and_until_when(asha, screen):
    page = screen(asha)
    for shown in ("Asha Mrema", "A-01", "Bahari", "+255 712 345 987", "English", "31 December 2026"):
        assert shown in page
    assert 'href="tel:+255712345987"' in page


def test_a_tenant_put_away_is_marked(asha, alice, screen):
    assert ">archived<" not in screen(asha)
    editing.archive(asha, by=alice)
    assert ">archived<" in screen(asha)


# --- Counts, and the lists that they lead to ------------------------------------------------------------------------


@pytest.mark.needs("invoicing", "payments")
def test_buttons_count_what_belongs_to_the_tenant_and_lead_to_exactly_that(landlord, asha, alice, screen, client):
    from modules.payments.services import record_payment

    lease = asha.leases.get()
    january, _february = (make_invoice(lease, month=date(2026, month, 1)) for month in (1, 2))
    make_invoice(make_lease(landlord, tenant="Somebody Else"))
    with clock.travel(date(2026, 1, 10)):
        record_payment(invoice=january, amount=Money(200_000, "TZS"), by=alice)
    page = screen(asha)
    assert "Owes <bdi>" in page
    assert "TSh 800,000" in page
    for address, rows in [("invoice:index", lease.invoices), ("payment:index", january.payments)]:
        door = f"{reverse(address)}?tenant={asha.pk}"
        assert f'href="{door}"' in page
        narrowed = client.get(door)
        assert {*narrowed.context["object_list"]} == {*rows.all()}
        assert "Show all" in narrowed.content.decode()


@pytest.mark.needs("invoicing")
@pytest.mark.parametrize("key", ["x", "-1", "9" * 30, "٥", "1 OR 1=1"])
def test_an_address_that_narrows_by_nonsense_narrows_nothing(asha, screen, client, key):
    make_invoice(asha.leases.get())
    screen(asha)
    assert len(client.get(reverse("invoice:index"), {"tenant": key}).context["object_list"]) == 1


@pytest.mark.needs("invoicing")
def test_a_list_narrowed_to_a_neighbour_s_tenant_is_empty(neighbour, landlord, client, alice):
    lease = make_lease(neighbour)
    make_invoice(lease)
    client.force_login(alice)
    assert not client.get(f"{reverse('invoice:index')}?tenant={lease.tenant_id}").context["object_list"]


@pytest.mark.needs("invoicing", "payments")
def test_the_button_records_for_the_oldest_open_bill(asha, screen):
    lease = asha.leases.get()
    january, february = (make_invoice(lease, month=date(2026, month, 1)) for month in (1, 2))
    page = screen(asha)
    assert reverse("record_payment", args=[january.pk]) in page
    assert reverse("record_payment", args=[february.pk]) not in page


# --- Notes ----------------------------------------------------------------------------------------------------------


def test_a_note_is_kept_and_stands_first_in_the_timeline(asha, screen, client):
    screen(asha)
    answer = send_note(client, asha, "  Will pay on the 20th.  ")
    assert answer["Location"].endswith("#timeline")
    assert notes(asha) == ["Will pay on the 20th."]
    timeline = screen(asha).partition('id="timeline"')[2]
    assert timeline.index("Will pay on the 20th.") < timeline.index("activ")
    assert "Alice, back office" in timeline.replace("<bdi>", "").replace("</bdi>", "")


def test_the_form_of_a_note_is_one_that_the_site_takes(asha, alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    page = browser.get(reverse("tenant:inspect", args=[asha.pk])).content.decode()
    form = page.partition(f'action="{reverse("note_tenant", args=[asha.pk])}"')[2]
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form.partition("</form>")[0])
    note = {"text": "Called.", "csrfmiddlewaretoken": token}
    assert browser.post(reverse("note_tenant", args=[asha.pk]), note).status_code == 302
    assert notes(asha) == ["Called."]


def test_a_note_is_shown_as_it_was_written_and_never_run(asha, screen, client):
    screen(asha)
    send_note(client, asha, "<script>alert(1)</script> {{ settings }}")
    page = screen(asha)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ settings }}" in page


@pytest.mark.parametrize("text", ["", "   ", "x" * 501])
def test_a_note_of_nothing_or_of_a_whole_page_is_refused_with_a_sentence(asha, alice, client, text):
    client.force_login(alice)
    answer = client.post(reverse("note_tenant", args=[asha.pk]), {"text": text}, follow=True)
    assert "at most 500 letters" in answer.content.decode()
    assert notes(asha) == []
    with pytest.raises(ValidationError, match="500"):
        log.note(rows=[asha], text=text, by=alice)


def test_who_may_not_change_a_tenant_has_no_form_and_writes_nothing(asha, landlord, neighbour, bob, client):
    client.force_login(staff_of(landlord, role="owner"))
    page = client.get(reverse("tenant:inspect", args=[asha.pk])).content.decode()
    assert reverse("note_tenant", args=[asha.pk]) not in page
    send_note(client, asha, "I was here")
    client.force_login(bob)
    assert send_note(client, asha, "I was here too").status_code == 404
    assert client.get(reverse("note_tenant", args=[asha.pk])).status_code == 405
    assert notes(asha) == []


def test_a_note_does_not_make_a_form_stale_that_somebody_has_open(asha, alice):
    seen = editing.version(asha)
    log.note(rows=[asha], text="Called.", by=None)
    editing.change(asha, by=alice, seen=seen)


# --- The timeline ---------------------------------------------------------------------------------------------------


@pytest.mark.needs("invoicing", "payments", "messaging")
def test_bills_payments_and_messages_are_one_stream_the_newest_first(asha, alice, landlord, screen):
    from modules.messaging.models import Message
    from modules.messaging.services import queue_due
    from modules.payments.services import record_payment, reverse_payments
    from rentbook.kernel.contacts import Contact

    with clock.travel(date(2026, 1, 2)):
        invoice = make_invoice(asha.leases.get())
    with clock.travel(date(2026, 1, 10)):
        payment = record_payment(invoice=invoice, amount=Money(200_000, "TZS"), by=alice)
    with clock.travel(date(2026, 1, 12)):
        reverse_payments(payments=[payment], reason="the cheque bounced", by=alice)
    with clock.travel(date(2026, 1, 15)), message_about(Contact):
        queue_due(landlord=landlord, on=date(2026, 1, 15))
        Message.objects.of(landlord).update(reason="not on WhatsApp")
        timeline = screen(asha).partition('id="timeline"')[2]
    stream = ["Greeting", "not on WhatsApp", "the cheque bounced", payment.receipt.number, "completed", str(invoice)]
    places = [timeline.index(each) for each in stream[:3]] + [timeline.rindex(each) for each in stream[3:]]
    assert places == sorted(places)
    for row in (asha.leases.get(), invoice):
        page = screen(row).partition('id="timeline"')[2]
        assert "the cheque bounced" in page
        assert payment.receipt.number in page


@pytest.mark.needs("invoicing", "messaging")
def test_a_bill_s_timeline_tells_of_the_messages_about_that_bill(landlord, asha, screen):
    from modules.messaging.services import queue_due

    with clock.travel(date(2026, 1, 2)):
        january = make_invoice(asha.leases.get())
        queue_due(landlord=landlord, on=date(2026, 1, 2))
    february = make_invoice(asha.leases.get(), month=date(2026, 2, 1))
    assert "Rent bill" in screen(january).partition('id="timeline"')[2]
    assert "Rent bill" not in screen(february).partition('id="timeline"')[2]


def test_thirty_happenings_are_shown_and_more_when_asked(asha, alice, screen):
    for number in range(40):
        log.note(rows=[asha], text=f"Call {number:02}.", by=alice)
    page = screen(asha)
    assert page.count("Call ") == 30
    assert "Call 39." in page
    assert "?most=120#timeline" in page
    assert screen(asha, "?most=120").count("Call ") == 40
    for nonsense in ("x", "-5", "9" * 40, "٣"):
        assert screen(asha, f"?most={nonsense}").count("Call ") >= 30


@pytest.mark.needs("invoicing", "payments")
def test_what_another_landlord_s_people_did_is_not_in_it(asha, neighbour, bob, screen):
    other = make_lease(neighbour, tenant="Only Next Door")
    log.note(rows=[other.tenant], text="A secret of Douala.", by=bob)
    assert "A secret" not in screen(asha)


# --- Roles and cost -------------------------------------------------------------------------------------------------


@pytest.mark.needs("invoicing", "payments", "messaging")
def test_a_caretaker_sees_the_tenant_and_none_of_the_money(asha, landlord, alice, client):
    from modules.messaging.services import queue_due
    from modules.payments.services import record_payment

    invoice = make_invoice(asha.leases.get(), on=clock.today(landlord))
    payment = record_payment(invoice=invoice, amount=Money(200_000, "TZS"), by=alice)
    queue_due(landlord=landlord, on=clock.today(landlord))
    client.force_login(staff_of(landlord, role="caretaker"))
    page = client.get(reverse("tenant:inspect", args=[asha.pk])).content.decode()
    assert "+255 712 345 987" in page
    money = ("300,000", "200,000", "Owes", "Paid through", "Record", "Rent bill")
    for kept in (invoice.number, payment.receipt.number, *money):
        assert kept not in page.partition("<main")[2], kept


@pytest.mark.needs("invoicing", "payments", "messaging")
def test_the_screen_costs_the_same_queries_for_a_year_as_for_a_month(asha, alice, landlord, screen):
    from modules.payments.services import record_payment

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            screen(asha)
        return len(queries)

    def live_through(*months: int) -> None:
        for month in months:
            invoice = make_invoice(asha.leases.earliest("pk"), month=date(2026, month, 1))
            with clock.travel(date(2026, month, 10)):
                record_payment(invoice=invoice, amount=Money(200_000, "TZS"), by=alice)

    live_through(1)
    asked()
    before = asked()
    live_through(*range(2, 12))
    for _home in range(3):
        lease = make_lease(landlord)
        lease.tenant = asha
        lease.save()
    assert asked() == before <= 40


def test_a_contact_without_a_phone_is_shown_too(landlord, asha, screen):
    asha.contact = make_contact(landlord, name="No Phone", phone="")
    asha.save()
    assert "tel:" not in screen(asha)
