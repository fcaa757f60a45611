"""Messages as staff see them: what did not arrive and why, what somebody must look at, the last word to each tenant."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modules.messaging.models import Message
from modules.messaging.panels import FailedPanel, last_words
from modules.messaging.services import deliver_messages, give_up, mark_sent, queue_due
from rentbook.backoffice.home import NeedsYouPanel
from rentbook.exchange.models import Callback
from rentbook.kernel import clock
from rentbook.kernel.contacts import Contact
from rentbook.kernel.states import Refused, move
from tests.factories import make_contact, message_about, staff_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]
DAY = date(2026, 11, 17)


@pytest.fixture(autouse=True)
def _seventeenth_of_november(travel):
    travel(DAY)


@pytest.fixture(autouse=True)
def _greeting():
    with message_about(Contact):
        yield


@pytest.fixture
def told(landlord):
    """Greet somebody, and say what became of it."""

    def tell(*moves: str, name: str = "Neema Mushi", book=landlord, reason: str = "") -> Message:
        contact = make_contact(book, name=name)
        queue_due(landlord=book, on=DAY)
        own = Message.objects.of(book).filter(contact=contact)
        for each in moves:
            move(own, each, by=None, reason=reason, claimed_at=clock.now())
        return own.get()

    return tell


@pytest.fixture
def signed_in(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def count_behind(signed_in):
    """The number on top of the list that an address leads to."""
    return lambda address: signed_in.get(address).context["count"]


FAILED, UNKNOWN = ("claim", "mark_failed"), ("claim", "lose")
WRONG = "the number is not in use"


# --- Needs you ------------------------------------------------------------------------------------------------------


def test_each_number_that_needs_somebody_is_the_number_on_top_of_its_list(
    landlord, neighbour, told, alice, count_behind
):
    for number in range(4):
        told(*FAILED, name=f"Lost {number}", reason=WRONG)
    for number in range(2):
        told(*UNKNOWN, name=f"Unsure {number}")
        Callback.objects.create(source="sandbox", event_key=f"{number}", body=b"", state="review", landlord=landlord)
    told(*FAILED, name="Only Next Door", book=neighbour)
    Callback.objects.create(source="sandbox", event_key="theirs", body=b"", state="review", landlord=neighbour)
    with CaptureQueriesContext(connection) as queries:
        needs = dict(NeedsYouPanel(alice).get_context_data({})["needs"])
    assert len([query for query in queries if "COUNT(" in query["sql"]]) == 1
    assert {text: count_behind(address) for text, address in needs.items()} == {
        "4 messages did not arrive": 4,
        "2 messages may have gone out: look": 2,
        "2 callbacks to look at": 2,
    }


def test_the_home_says_what_needs_somebody_and_nothing_where_all_is_well(landlord, told, signed_in):
    home = signed_in.get(reverse("wagtailadmin_home")).content.decode()
    assert "did not arrive" not in home
    assert "Needs you" not in home
    told(*UNKNOWN)
    Callback.objects.create(source="sandbox", event_key="1", body=b"", state="review", landlord=landlord)
    home = signed_in.get(reverse("wagtailadmin_home")).content.decode()
    assert "1 message may have gone out: look" in home
    assert "1 callback to look at" in home


def test_a_message_that_failed_eight_days_ago_needs_nobody_any_more(told, alice, travel):
    told(*FAILED, reason=WRONG)
    travel(DAY + timedelta(days=8))
    assert NeedsYouPanel(alice).get_context_data({})["needs"] == []


# --- The panel ------------------------------------------------------------------------------------------------------


def test_what_did_not_arrive_is_grouped_by_its_reason_and_each_group_is_a_link_to_its_list(told, alice, count_behind):
    for number, reason in enumerate([WRONG, WRONG, WRONG, "it could not be made: see the log"]):
        told(*FAILED, name=f"Tenant {number}", reason=reason)
    told("claim", "mark_sent", name="Reached")
    with CaptureQueriesContext(connection) as queries:
        panel = FailedPanel(alice).get_context_data({})
    assert len(queries) == 1
    assert [(reason, count) for reason, count, _url in panel["groups"]] == [
        (WRONG, 3), ("it could not be made: see the log", 1),
    ]  # fmt: skip
    assert [count_behind(url) for _reason, _count, url in panel["groups"]] == [3, 1]
    assert count_behind(panel["url"]) == panel["count"] == 4


def test_a_manager_has_the_panel_and_an_owner_has_not(landlord, told, signed_in, client):
    told(*FAILED, reason=WRONG)
    assert WRONG in signed_in.get(reverse("wagtailadmin_home")).content.decode()
    client.force_login(staff_of(landlord, role="owner"))
    assert WRONG not in client.get(reverse("wagtailadmin_home")).content.decode()


# --- The list -------------------------------------------------------------------------------------------------------


def test_a_message_in_the_list_says_to_whom_what_when_and_why(told, signed_in):
    told(*FAILED, reason=WRONG)
    page = signed_in.get(reverse("message:index"))
    assert [str(column.label) for column in page.context["table"].columns.values()][1:] == [
        "To", "State", "When", "Reason", "Message", "Channel",
    ]  # fmt: skip
    text = page.content.decode()
    assert all(word in text for word in ("Neema Mushi", "failed", "17 Nov 2026", WRONG, "Greeting", "WhatsApp"))


def test_the_list_is_narrowed_by_template_reason_and_days(told, count_behind, travel):
    told(*FAILED, reason=WRONG)
    told("claim", "mark_sent", name="Reached")
    index = reverse("message:index")
    assert count_behind(f"{index}?template=greeting") == 2
    assert count_behind(f"{index}?reason=the+number+is+not+in+use") == 1
    travel(DAY + timedelta(days=7))
    assert count_behind(f"{index}?within=7") == 0
    assert count_behind(index) == 2


# --- What a person decides ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("door", "state", "reason"), [("mark-sent", "sent", ""), ("give-up", "failed", "given up by staff")]
)
def test_d40_a_person_says_what_became_of_a_message_whose_answer_was_lost(told, signed_in, door, state, reason):
    message = told(*UNKNOWN)
    signed_in.post(reverse("message:action", args=[message.pk, door]))
    message.refresh_from_db()
    assert (message.state, message.reason) == (state, reason)
    assert message.sent_at == (message.claimed_at if state == "sent" else None)


def test_several_are_decided_at_once(landlord, told, signed_in):
    messages = [told(*UNKNOWN, name=name) for name in ("Asha", "Baraka", "Neema")]
    keys = "&".join(f"pk={message.pk}" for message in messages)
    signed_in.post(f"{reverse('message:bulk', args=['give-up'])}?{keys}")
    assert {*Message.objects.of(landlord).values_list("state", flat=True)} == {"failed"}


@pytest.mark.parametrize("service", [mark_sent, give_up])
@pytest.mark.parametrize("moves", [(), ("claim",), ("claim", "mark_sent"), FAILED])
def test_nobody_decides_about_a_message_whose_fate_is_known_or_that_a_worker_holds(told, alice, service, moves):
    message = told(*moves)
    with pytest.raises(Refused, match=r"Greeting, Neema Mushi is \w+: only of one that may have gone out"):
        service(messages=[message], by=alice)
    state = message.state
    message.refresh_from_db()
    assert message.state == state


# --- The last word to each tenant -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moves", "reason", "word"),
    [
        (("claim", "mark_sent"), "", 'sent <bdi class="rb-day">17 Nov 2026</bdi>'),
        (FAILED, WRONG, f"did not arrive: <bdi>{WRONG}</bdi>"),
        (UNKNOWN, "", 'may have gone out <bdi class="rb-day">17 Nov 2026</bdi>'),
        ((), "", 'on its way <bdi class="rb-day">17 Nov 2026</bdi>'),
        (("skip",), "nothing is owed", "not sent: <bdi>nothing is owed</bdi>"),
    ],
)
def test_the_last_message_in_a_word_and_a_day(told, alice, moves, reason, word):
    message = told(*moves, reason=reason)
    assert last_words(alice, [message.contact_id]) == {message.contact_id: word}


def test_only_the_last_message_counts_and_twelve_tenants_cost_one_query(landlord, told, alice):
    contacts = [told(*FAILED, name=f"Tenant {number}", reason=WRONG).contact_id for number in range(12)]
    with message_about(Contact, name="second", key=lambda row: f"second:{row.pk}"):
        queue_due(landlord=landlord, on=DAY)
        deliver_messages()
    with CaptureQueriesContext(connection) as queries:
        words = last_words(alice, contacts)
    assert len(queries) == 1
    assert {*words} == {*contacts}
    assert all(word.startswith("sent ") for word in words.values())


def test_what_was_told_next_door_is_not_known_here(neighbour, told, alice):
    message = told(*FAILED, name="Only Next Door", book=neighbour)
    assert last_words(alice, [message.contact_id]) == {}


@pytest.mark.needs("invoicing")
def test_who_has_not_paid_is_shown_with_the_last_message(landlord, signed_in):
    from tests.factories import make_invoice, make_lease

    with clock.travel(date(2026, 11, 1)):
        make_invoice(make_lease(landlord, tenant="Asha Mrema", start=date(2026, 11, 1)))
        queue_due(landlord=landlord, on=date(2026, 11, 1))
        deliver_messages()
    home = signed_in.get(reverse("wagtailadmin_home")).content.decode()
    assert 'sent <bdi class="rb-day">1 Nov 2026</bdi>' in home
