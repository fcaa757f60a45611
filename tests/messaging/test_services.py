"""The outbox: told once, whatever dies in between, and whoever comes at the same time (docs/rules.md, D40)."""

import json
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import transaction
from django_q.models import OrmQ

from modules.messaging.models import Message
from modules.messaging.services import deliver_messages, lose_stale_claims, queue_due
from modules.messaging.tasks import deliver
from modules.messaging.transports.base import TransportError
from modules.messaging.transports.console import Console
from modules.messaging.wording import fill
from rentbook.kernel import clock
from rentbook.kernel.contacts import Contact
from rentbook.kernel.contributions import Document
from rentbook.kernel.events import Event
from rentbook.kernel.states import move
from rentbook.kernel.wording import UnknownPlaceholder
from tests.factories import make_contact, make_invoice, make_lease, message_about

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]
DAY = date(2026, 1, 5)


class DoorOpened(Event):
    """Somebody has come in."""

    name = "test.door_opened"


@pytest.fixture(autouse=True)
def _fifth_of_january(travel):
    travel(DAY)


@pytest.fixture
def sent(outbox):
    """What has gone out, in order."""
    return lambda: [json.loads(line) for line in outbox.read_text().splitlines()] if outbox.exists() else []


@contextmanager
def greeting(**changes):
    with message_about(Contact, **changes):
        yield


def states(landlord) -> list[str]:
    return list(Message.objects.of(landlord).order_by("pk").values_list("state", flat=True))


# --- Once -----------------------------------------------------------------------------------------------------------


def test_d40_what_is_due_is_queued_once(landlord):
    neema = make_contact(landlord)
    with greeting():
        assert queue_due(landlord=landlord, on=DAY) == 1
        assert queue_due(landlord=landlord, on=DAY) == 0
        make_contact(landlord, name="Baraka Lema")
        assert queue_due(landlord=landlord, on=DAY) == 1
    message = Message.objects.of(landlord).first()
    assert Message.objects.of(landlord).get(contact=neema).text == "Hello Neema Mushi."
    assert (message.state, message.channel, message.language) == ("queued", "whatsapp", "en")


def test_a_message_is_sent_once_and_written_down_with_all_its_parts(landlord, sent):
    make_contact(landlord, language="sw")
    with greeting(document=lambda row, language: Document(f"{row.name} {language}.pdf", b"%PDF")):
        assert deliver() == {"sent": 1, "failed": 0, "skipped": 0}
        assert deliver() == {"sent": 0, "failed": 0, "skipped": 0}
    [line] = sent()
    assert list(line) == ["at", "to", "channel", "template", "language", "text", "link", "document"]
    assert (line["at"], line["channel"]) == ("2026-01-05T12:00:00+00:00", "whatsapp")
    assert (line["template"], line["language"]) == ("greeting", "sw")
    assert line["document"].endswith("Neema Mushi sw.pdf")
    message = Message.objects.of(landlord).get()
    assert (message.state, message.sent_at) == ("sent", clock.now())
    assert message.provider_reference


def test_each_landlord_s_people_are_told_in_their_own_book(landlord, neighbour, sent):
    make_contact(landlord)
    make_contact(neighbour, name="Solange Ewane", language="fr")
    with greeting():
        assert deliver() == {"sent": 2, "failed": 0, "skipped": 0}
    assert states(landlord) == states(neighbour) == ["sent"]
    assert {line["to"][:4] for line in sent()} == {"+255", "+237"}


@pytest.mark.django_db(transaction=True)
def test_d40_two_workers_at_once_send_each_message_once(landlord, sent, together):
    for number in range(12):
        make_contact(landlord, name=f"Tenant {number}")
    with greeting():
        queue_due(landlord=landlord, on=DAY)
        done = together(*[deliver_messages] * 3)
    assert sum(each["sent"] for each in done) == 12
    assert len({line["text"] for line in sent()}) == len(sent()) == 12


@pytest.mark.django_db(transaction=True)
def test_d40_two_workers_at_once_queue_each_message_once(landlord, together):
    for number in range(12):
        make_contact(landlord, name=f"Tenant {number}")
    with greeting():
        together(*[lambda: queue_due(landlord=landlord, on=DAY)] * 3)
    assert states(landlord) == ["queued"] * 12


@pytest.mark.parametrize("lost_at", ["before it is sent", "after it is sent"])
def test_d40_a_worker_that_dies_between_claim_and_record_leaves_a_message_that_is_never_sent_again(
    landlord, sent, travel, monkeypatch, lost_at
):
    class Killed(BaseException):
        pass

    def die(self, outgoing):
        if lost_at == "after it is sent":
            real(self, outgoing)
        raise Killed

    make_contact(landlord)
    real = Console.send
    with greeting():
        with monkeypatch.context() as patch:
            patch.setattr(Console, "send", die)
            with pytest.raises(Killed):
                deliver()
        assert states(landlord) == ["sending"]
        travel(clock.now() + timedelta(minutes=9))
        assert deliver() == {"sent": 0, "failed": 0, "skipped": 0}
        assert states(landlord) == ["sending"]
        travel(clock.now() + timedelta(minutes=2))
        assert deliver() == {"sent": 0, "failed": 0, "skipped": 0}
    assert states(landlord) == ["unknown"]
    assert len(sent()) == (lost_at == "after it is sent")
    assert lose_stale_claims() == 0


# --- Not sent -------------------------------------------------------------------------------------------------------


def test_who_has_neither_phone_nor_e_mail_is_skipped_with_the_reason(landlord, sent):
    make_contact(landlord, phone="")
    with greeting():
        assert deliver() == {"sent": 0, "failed": 0, "skipped": 0}
    message = Message.objects.of(landlord).get()
    assert (message.state, message.reason) == ("skipped", "no phone or e-mail on file")
    assert not sent()


def test_who_has_an_e_mail_alone_is_written_to_by_e_mail(landlord, sent):
    make_contact(landlord, phone="", email="neema@example.org")
    with greeting():
        deliver()
    assert [(line["channel"], line["to"]) for line in sent()] == [("email", "neema@example.org")]


def test_a_refusal_is_kept_with_its_reason_and_the_next_message_goes_out(landlord, sent, monkeypatch):
    real = Console.send

    def refuse_baraka(self, outgoing):
        if "Baraka" in outgoing.text:
            raise TransportError("The number is not in use.", permanent=True)
        return real(self, outgoing)

    monkeypatch.setattr(Console, "send", refuse_baraka)
    for name in ("Baraka", "Neema"):
        make_contact(landlord, name=name)
    with greeting():
        assert deliver() == {"sent": 1, "failed": 1, "skipped": 0}
    assert states(landlord) == ["failed", "sent"]
    assert Message.objects.of(landlord).get(state="failed").reason == "The number is not in use."


def test_a_message_that_cannot_be_made_keeps_no_other_from_going_out(landlord, sent, caplog):
    def stumble(row, language):
        return Document("a.pdf", b"") if row.name == "Neema" else 1 / 0

    for name in ("Baraka", "Neema"):
        make_contact(landlord, name=name)
    with greeting(document=stumble):
        assert deliver() == {"sent": 1, "failed": 1, "skipped": 0}
    assert states(landlord) == ["failed", "sent"]
    assert "could not be made" in caplog.text


# --- Words ----------------------------------------------------------------------------------------------------------


def test_the_link_is_asked_when_the_message_is_sent_and_is_not_stored(landlord, sent):
    make_contact(landlord)
    links = iter(["https://example.org/p/NEW/"])
    with greeting(text="Hello {{ name }}: {{ link }}", link=lambda row: next(links)):
        queue_due(landlord=landlord, on=DAY)
        assert Message.objects.of(landlord).get().text == "Hello Neema Mushi: {link}"
        deliver_messages()
    [line] = sent()
    assert (line["text"], line["link"]) == (
        "Hello Neema Mushi: https://example.org/p/NEW/",
        "https://example.org/p/NEW/",
    )
    assert "NEW" not in Message.objects.of(landlord).get().text


@pytest.mark.parametrize(
    "name",
    [
        "{link}",
        "{{ link }}",
        "{{ name }}",
        "{0.__class__}",
        "{name.__init__.__globals__}",
        "%(name)s",
        "{% debug %}",
        "${x}",
    ],
)
def test_braces_in_a_name_are_letters_and_nothing_else(landlord, sent, name):
    make_contact(landlord, name=name)
    with greeting(text="Hello {{ name }}: {{ link }}", link=lambda row: "https://example.org/"):
        deliver()
    [line] = sent()
    assert line["text"] == f"Hello {name.replace('{', '(').replace('}', ')')}: https://example.org/"


def test_a_placeholder_that_a_template_does_not_give_is_refused_with_those_that_it_does():
    with pytest.raises(UnknownPlaceholder, match=r"\{\{ rent \}\} is not among link, name"):
        fill("{{ name }} owes {{ rent }}", {"name": "Neema"}, "en")


# --- Events nudge, schedules guarantee ------------------------------------------------------------------------------


def test_an_event_wakes_the_worker_once_for_as_long_as_it_sleeps(landlord, django_capture_on_commit_callbacks):
    with greeting(wakes=(DoorOpened,)), django_capture_on_commit_callbacks(execute=True):
        for _ in range(100):
            DoorOpened(landlord.pk).emit()
    assert OrmQ.objects.count() == 1
    deliver()
    with greeting(wakes=(DoorOpened,)), django_capture_on_commit_callbacks(execute=True):
        DoorOpened(landlord.pk).emit()
    assert OrmQ.objects.count() == 2


def test_an_event_that_no_template_waits_for_wakes_nobody(landlord, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        DoorOpened(landlord.pk).emit()
    assert not OrmQ.objects.exists()


@pytest.mark.needs("payments")
def test_losing_every_event_loses_nothing(landlord, sent, monkeypatch, travel):
    from modules.payments.services import ask_for_link, live_link, record_payment

    monkeypatch.setattr(Event, "emit", lambda event: None)
    travel(date(2026, 1, 1))
    with transaction.atomic():
        invoice = make_invoice(make_lease(landlord))
        record_payment(invoice=invoice, amount=invoice.total - invoice.total / 2, by=None)
        ask_for_link(live_link(invoice.lease))
    assert not OrmQ.objects.exists()
    assert deliver() == {"sent": 3, "failed": 0, "skipped": 0}
    assert sorted(line["template"] for line in sent()) == ["rb_pay_link", "rb_receipt", "rb_rent_bill"]
    assert deliver() == {"sent": 0, "failed": 0, "skipped": 0}


@pytest.mark.needs("payments")
def test_r8_a_message_that_waited_goes_out_with_the_link_that_is_live_when_it_goes(landlord, sent, travel):
    from modules.payments.services import link_url, live_link, replace_links

    travel(date(2026, 1, 1))
    invoice = make_invoice(make_lease(landlord))
    queue_due(landlord=landlord, on=date(2026, 1, 1))
    old = link_url(live_link(invoice.lease))
    replace_links(invoice.lease)
    deliver_messages()
    [line] = sent()
    assert old not in line["text"]
    assert line["link"] == link_url(live_link(invoice.lease), bill=invoice.number)
    assert line["link"] in line["text"]


def test_a_person_decides_about_a_message_whose_answer_was_lost(landlord, alice):
    make_contact(landlord)
    with greeting():
        queue_due(landlord=landlord, on=DAY)
    own = Message.objects.of(landlord)
    for transition in ("claim", "lose", "mark_sent"):
        assert move(own, transition, by=alice)
    assert states(landlord) == ["sent"]


def test_what_has_become_pointless_since_it_was_queued_is_skipped_with_the_reason(landlord, outbox):
    contact = make_contact(landlord)
    with message_about(Contact, outdated=lambda row: "paid in the meantime"):
        assert deliver() == {"sent": 0, "failed": 0, "skipped": 1}
    message = Message.objects.of(landlord).get(contact=contact)
    assert (message.state, message.reason) == ("skipped", "paid in the meantime")
    assert not outbox.exists()


def test_a_message_handed_over_without_an_answer_is_for_a_person_to_decide(landlord, monkeypatch):
    class Silent:
        def send(self, message):
            raise ConnectionResetError

    make_contact(landlord)
    monkeypatch.setattr("modules.messaging.services.transport", lambda channel: Silent())
    with message_about(Contact):
        deliver()
        deliver()
    assert states(landlord) == ["unknown"]
