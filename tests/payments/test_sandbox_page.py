"""The sandbox's own page: every outcome has a button, and the worker delivers what was pressed."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django_q.models import OrmQ, Schedule

from modules.payments.models import Receipt
from modules.payments.providers.sandbox import OUTCOMES, Sandbox
from modules.payments.tasks import deliver_sandbox_callback
from modules.payments.views.common import own_path
from rentbook.kernel import clock

from .conftest import text_of, title_of


@pytest.fixture
def attempt(payer):
    return payer.begin("500000")


@pytest.fixture
def press(payer, attempt):
    return lambda outcome: payer.client.post(f"/sandbox/{attempt.reference}/", {"outcome": outcome})


@pytest.fixture
def queued(db):
    return lambda: [(row.task["func"], row.task["args"]) for row in OrmQ.objects.order_by("pk")]


def delivery(attempt, outcome):
    return "modules.payments.tasks.deliver_sandbox_callback", (attempt.reference, outcome)


def test_the_page_shows_the_amount_and_a_button_for_each_outcome(payer, attempt):
    page = payer.client.get(f"/sandbox/{attempt.reference}/")
    assert title_of(page) == "Test payment of TSh 500,000"
    assert "This is a test page. No money will be taken." in text_of(page)
    for name, outcome in OUTCOMES.items():
        assert f'name="outcome" value="{name}">{outcome.label}</button>' in page.content.decode()


@pytest.mark.parametrize(
    ("outcome", "times"),
    [("paid", 1), ("declined", 1), ("cancelled", 1), ("no-answer", 0), ("answer-twice", 2), ("wrong-amount", 1)],
)
def test_a_press_queues_the_callbacks_and_leads_back(payer, attempt, press, queued, outcome, times):
    before = len(queued())
    back = press(outcome)
    assert (back.status_code, back.url) == (302, f"{payer.path}payments/{attempt.reference}/?lang=en")
    assert queued()[before:] == [delivery(attempt, outcome)] * times


def test_a_late_answer_is_scheduled_once(press, attempt, queued):
    before = len(queued())
    press("late-answer")
    schedule = Schedule.objects.get(func=delivery(attempt, "")[0])
    assert (schedule.schedule_type, schedule.next_run) == (Schedule.ONCE, clock.now() + timedelta(seconds=45))
    assert schedule.args == str((attempt.reference, "late-answer"))
    assert len(queued()) == before


def test_what_the_worker_delivers_completes_the_payment(payer, attempt, press, client, monkeypatch):
    def through_the_door(url, data, headers, timeout):
        content_type = headers.pop("Content-Type")
        response = client.post(url.partition(":8000")[2], data, content_type=content_type, headers=headers)
        response.raise_for_status = lambda: None
        return response

    press("paid")
    monkeypatch.setattr("modules.payments.tasks.requests.post", through_the_door)
    deliver_sandbox_callback(attempt.reference, "paid")
    deliver_sandbox_callback(attempt.reference, "paid")
    assert Receipt.objects.of(attempt.landlord_id).count() == 1
    assert title_of(payer.result(attempt)) == "Paid. Thank you"


def test_an_outcome_that_does_not_exist_delivers_nothing(press, queued):
    before = len(queued())
    assert press("free-house").status_code == 400
    assert len(queued()) == before


def test_an_unknown_payment_has_no_page(client, db, own_cache):
    assert client.get("/sandbox/RENT-1-abc/").status_code == 404
    assert client.post("/sandbox/RENT-1-abc/", {"outcome": "paid"}).status_code == 404


def test_another_site_cannot_decide(payer, attempt, queued):
    before = len(queued())
    page = payer.client.post(
        f"/sandbox/{attempt.reference}/", {"outcome": "paid"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert page.status_code == 403
    assert len(queued()) == before


def test_it_leads_back_to_us_alone(press, attempt):
    key = Sandbox._key(attempt.reference)
    cache.set(key, cache.get(key) | {"return_url": "https://evil.example/"})
    assert press("no-answer").status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/", "//evil.example/", "http://127.0.0.1:8000.evil.example/", "http://127.0.0.1:8000@evil/",
        "http://127.0.0.1:8000//evil.example/", "javascript:alert(1)", "https://127.0.0.1:8000/", "/p/x/", "",
    ],
)  # fmt: skip
def test_no_other_address_counts_as_our_own(url):
    assert own_path(url) == ""


def test_our_own_address_is_cut_to_its_path(settings):
    assert own_path(f"{settings.BASE_URL}/p/x/?lang=sw") == "/p/x/?lang=sw"
