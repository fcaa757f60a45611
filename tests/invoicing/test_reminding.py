"""Reminding by hand: one message a tenant and day, with all that is open (docs/rules.md, D41)."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modules.invoicing.models import Invoice, Reminder
from modules.invoicing.services import remind_tenants
from rentbook.kernel import clock
from rentbook.kernel.jobs import Job, run_job
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease, make_unit, staff_of

pytestmark = pytest.mark.django_db
FIRST, DAY = date(2026, 1, 1), date(2026, 1, 20)


@pytest.fixture(autouse=True)
def _twentieth_of_january(travel):
    travel(DAY)


@pytest.fixture
def asha(landlord):
    """Asha Mrema owes 500,000 since 5 January."""
    return make_invoice(make_lease(landlord, tenant="Asha Mrema"))


def remind(*invoices, by=None) -> list[int]:
    return remind_tenants(invoices=invoices, by=by)


def reminded(landlord) -> list[str]:
    rows = Reminder.objects.of(landlord).order_by("tenant__contact__name")
    return list(rows.values_list("tenant__contact__name", flat=True))


# --- Once -----------------------------------------------------------------------------------------------------------


def test_d41_a_tenant_is_reminded_once_a_day_of_however_many_bills(landlord, asha, alice):
    later = make_invoice(asha.lease, month=date(2026, 2, 1))
    with clock.travel(date(2026, 2, 10)):
        [key] = remind(asha, later, by=alice)
        assert remind(asha, later) == []
    reminder = Reminder.objects.of(landlord).get(pk=key)
    assert (reminder.tenant, reminder.on, reminder.by) == (asha.lease.tenant, date(2026, 2, 10), alice)
    assert reminder.step == ""
    with clock.travel(date(2026, 2, 11)):
        assert len(remind(asha)) == 1


def test_d14_the_day_is_the_landlords_own(landlord, asha, travel):
    travel(clock.now().replace(hour=22, minute=30))
    remind(asha)
    assert Reminder.objects.of(landlord).get().on == date(2026, 1, 21)


@pytest.mark.django_db(transaction=True)
def test_d41_two_at_once_remind_a_tenant_once(landlord, together):
    bills = [make_invoice(make_lease(landlord, tenant=f"Tenant {number}")) for number in range(6)]
    made = together(*[lambda: remind(*bills)] * 3)
    assert sorted(len(keys) for keys in made) == [0, 0, 6]
    assert len(reminded(landlord)) == 6


def test_each_landlords_tenants_are_reminded_in_their_own_book(landlord, neighbour, asha):
    theirs = make_invoice(make_lease(neighbour, tenant="Solange Ewane"))
    assert len(remind(asha, theirs)) == 2
    assert (reminded(landlord), reminded(neighbour)) == (["Asha Mrema"], ["Solange Ewane"])


def test_who_was_reminded_by_whom_stands_in_the_tenants_log(asha, alice):
    from rentbook.kernel.log import LogEntry

    remind(asha, by=alice)
    entry = LogEntry.objects.for_instance(asha.lease.tenant).get(action="invoicing.reminders_asked")
    assert entry.user == alice


# --- Who is passed over ---------------------------------------------------------------------------------------------


def paid(bill):
    from modules.payments.services import record_payment

    record_payment(invoice=bill, amount=bill.balance, by=None)


def being_paid(bill):
    from modules.invoicing.services import reserve

    reserve(invoice=bill, amount=Money(200_000, "TZS"))


def archived(bill):
    bill.lease.tenant.archived_at = clock.now()
    bill.lease.tenant.save()


def out_of_reach(bill):
    bill.lease.tenant.contact.phone = None
    bill.lease.tenant.contact.save()


def by_e_mail(bill):
    bill.lease.tenant.contact.email = "asha@example.org"
    out_of_reach(bill)


SKIPPED = {
    "nothing is owed": paid,
    "a payment is on its way": being_paid,
    "the tenant is archived": archived,
    "no phone or e-mail on file": out_of_reach,
    "reminded today already": remind,
}


@pytest.fixture
def signed_in(client, alice):
    client.force_login(alice)
    return client


def address(query: str = "all=1") -> str:
    return f"{reverse('invoice:bulk', args=['remind'])}?{query}"


@pytest.mark.needs("payments")
@pytest.mark.parametrize("reason", SKIPPED)
def test_d41_whom_a_reminder_would_vex_is_passed_over_with_the_reason(landlord, asha, signed_in, reason):
    SKIPPED[reason](asha)
    make_invoice(make_lease(landlord, tenant="Baraka Lema"))
    before = len(reminded(landlord))
    page = signed_in.get(address())
    assert "1 reminder is sent. 1 tenant is skipped." in page.content.decode()
    assert [(row[0], row[-1]) for row in page.context["preview"].rows] == [
        ("<bdi>Asha Mrema</bdi>", reason), ("<bdi>Baraka Lema</bdi>", ""),
    ]  # fmt: skip
    answer = signed_in.post(address(), follow=True)
    told = [str(message) for message in answer.context["messages"]]
    assert told == ["Remind: 1 reminder is sent. 1 tenant is skipped.", f"Asha Mrema: {reason}"]
    assert len(reminded(landlord)) == before + 1
    assert remind(asha) == []


def test_d41_what_is_not_due_yet_reminds_nobody(asha):
    with clock.travel(date(2026, 1, 4)):
        assert remind(asha) == []
    with clock.travel(date(2026, 1, 5)):
        assert len(remind(asha)) == 1


def test_d41_a_payment_on_its_way_for_one_bill_holds_back_the_reminder_of_all(asha):
    later = make_invoice(asha.lease, month=date(2026, 2, 1))
    being_paid(asha)
    with clock.travel(date(2026, 2, 10)):
        assert remind(later) == []


def test_who_has_an_e_mail_alone_is_reminded(asha):
    by_e_mail(asha)
    assert len(remind(asha)) == 1


def test_a_draft_reminds_nobody(landlord):
    from modules.invoicing.services import ManualLine, draft_invoice

    lease = make_lease(landlord)
    draft = draft_invoice(lease=lease, lines=[ManualLine("water", Money(20_000, "TZS"))], due_date=FIRST)
    assert remind(draft) == []


def test_one_bill_says_on_its_own_page_why_nobody_is_reminded(asha, signed_in):
    door = reverse("invoice:action", args=[asha.pk, "remind"])
    signed_in.post(door)
    assert "Asha Mrema is not reminded: reminded today already." in signed_in.get(door).content.decode()


# --- The message ----------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(outbox):
    pytest.importorskip("modules.messaging.tasks")
    from modules.messaging.tasks import deliver

    def go() -> list[dict]:
        deliver()
        lines = map(json.loads, outbox.read_text().splitlines()) if outbox.exists() else ()
        return [line for line in lines if line["template"] == "rb_reminder"]

    return go


@pytest.mark.needs("messaging", "payments")
def test_d41_the_message_lists_all_that_is_open_with_the_pay_link(asha, sent, travel):
    make_invoice(asha.lease, month=date(2026, 2, 1))
    travel(date(2026, 2, 10))
    remind(asha)
    [line] = sent()
    text = line["text"].replace("\xa0", " ")
    assert text.startswith(
        "Hello Asha Mrema, a friendly reminder: TSh 1,000,000 is left to pay (2 bills, the first due on 5 January 2026)"
    )
    assert line["link"] in text
    assert "/p/" in line["link"]
    assert len(sent()) == 1


@pytest.mark.needs("messaging")
def test_a_tenant_of_two_currencies_reads_both_sums(landlord, asha, sent):
    shop = make_lease(landlord, unit=make_unit(landlord), rent="300", currency="USD")
    shop.tenant = asha.lease.tenant
    shop.save()
    make_invoice(shop)
    remind(asha)
    text = sent()[0]["text"].replace("\xa0", " ")
    assert "TSh 500,000" in text
    assert "300" in text
    assert "2 bills" in text


@pytest.mark.needs("messaging", "payments")
@pytest.mark.parametrize(("change", "reason"), [(paid, "nothing is owed"), (being_paid, "a payment is on its way")])
def test_d41_a_reminder_that_waited_is_not_sent_once_it_is_pointless(landlord, asha, sent, change, reason):
    from modules.messaging.models import Message
    from modules.messaging.services import queue_due

    remind(asha)
    queue_due(landlord=landlord, on=DAY)
    change(asha)
    assert sent() == []
    message = Message.objects.of(landlord).get(template="rb_reminder")
    assert (message.state, message.reason) == ("skipped", reason)


@pytest.mark.needs("messaging")
def test_a_reminder_of_the_day_before_yesterday_is_not_sent_any_more(asha, sent, travel):
    remind(asha)
    travel(DAY + timedelta(days=2))
    assert sent() == []


@pytest.mark.needs("messaging")
@pytest.mark.parametrize(("language", "words"), [("fr", "rappel"), ("sw", "kukukumbusha"), ("ar", "تذكير")])
def test_a_tenant_is_reminded_in_his_own_language(landlord, sent, language, words):
    remind(make_invoice(make_lease(landlord, language=language)))
    assert words in sent()[0]["text"]


# --- Many at once ---------------------------------------------------------------------------------------------------


def queries_of(landlord, number: int) -> int:
    bills = [make_invoice(make_lease(landlord, tenant=f"{number} {each}")) for each in range(number)]
    with CaptureQueriesContext(connection) as queries:
        assert len(remind(*bills)) == number
    return len(queries)


def test_forty_tenants_cost_the_database_no_more_questions_than_one(landlord):
    assert queries_of(landlord, 1) == queries_of(landlord, 40)


def test_more_than_fifty_bills_are_a_job_whose_every_tenant_is_reminded(landlord, signed_in):
    for number in range(51):
        make_invoice(make_lease(landlord, tenant=f"Tenant {number:02}"))
    assert "51 reminders are sent." in signed_in.get(address()).content.decode()
    signed_in.post(address())
    job = run_job(Job.objects.of(landlord).get().pk)
    assert (job.state, job.done, job.failed) == ("done", 51, 0)
    assert len(reminded(landlord)) == 51


# --- From the list of who has not paid ------------------------------------------------------------------------------


def test_d38_the_button_of_the_panel_leads_to_exactly_its_rows(landlord, neighbour, asha, signed_in):
    make_invoice(make_lease(landlord, tenant="Baraka Lema"))
    make_invoice(make_lease(neighbour, tenant="Only Next Door"))
    with clock.travel(date(2026, 2, 2)):
        make_invoice(make_lease(landlord, tenant="Due Later", start=date(2026, 2, 1)))
    home = signed_in.get(reverse("wagtailadmin_home")).content.decode()
    query = f"all=1&amp;notpaid=1&amp;landlord={landlord.pk}"
    assert f"{reverse('invoice:bulk', args=['remind'])}?{query}" in home
    assert "Remind <bdi>2</bdi>" in home
    page = signed_in.get(address(query.replace("&amp;", "&")))
    assert page.context["movable"] == 2
    assert [row[0] for row in page.context["preview"].rows] == ["<bdi>Asha Mrema</bdi>", "<bdi>Baraka Lema</bdi>"]
    listed = signed_in.get(f"{reverse('invoice:index')}?notpaid=1&landlord={landlord.pk}")
    assert listed.context["count"] == 2


def test_an_owner_who_only_looks_has_no_such_button_and_no_such_page(landlord, asha, client):
    client.force_login(staff_of(landlord, role="owner"))
    assert "bulk/remind" not in client.get(reverse("wagtailadmin_home")).content.decode()
    assert client.get(address()).status_code in (302, 403)
    client.post(address())
    assert reminded(landlord) == []


def test_the_clerk_sees_how_many_drafts_wait_to_be_issued(landlord, client):
    from modules.invoicing.services import ManualLine, draft_invoice

    lease = make_lease(landlord)
    for stream in ("water", "wifi", "parking"):
        draft_invoice(lease=lease, lines=[ManualLine(stream, Money(20_000, "TZS"))], due_date=FIRST)
    client.force_login(staff_of(landlord, role="clerk"))
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "3 drafts to issue" in home
    listed = client.get(f"{reverse('invoice:index')}?state=draft")
    assert listed.context["count"] == Invoice.objects.of(landlord).filter(state="draft").count() == 3
