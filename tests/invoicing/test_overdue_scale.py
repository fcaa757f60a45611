"""Ten thousand bills become overdue: one line in the log of each, nearly as fast as by hand, and once."""

from collections import Counter

import pytest
from django.urls import reverse

from benchmarks import overdue
from modules.invoicing.models import Invoice
from rentbook.kernel import log
from rentbook.kernel.jobs import Job, resume_job, run_job, start_job, stop_job, working
from rentbook.kernel.log import LogEntry

# The large book has money and messages in it.
pytest.importorskip("modules.payments.models")
pytest.importorskip("modules.messaging.models")

BILLS, TIMES = 10_000, 3
TRIES = 5  # the machine may be busy with something else


@pytest.fixture
def late(landlord, travel):
    overdue.late_bills(landlord, BILLS)
    travel(overdue.LATER)
    return landlord


def moves() -> Counter:
    """How often each bill became overdue, by what the log says."""
    entries = LogEntry.objects.filter(action=log.TRANSITION, data__to="overdue")
    return Counter(entries.values_list("object_id", flat=True))


def once_each(landlord) -> Counter:
    return Counter(str(key) for key in Invoice.objects.of(landlord).values_list("pk", flat=True))


def states(landlord) -> set[str]:
    return {*Invoice.objects.of(landlord).order_by().values_list("state", flat=True).distinct()}


@pytest.mark.parametrize("road", overdue.ROADS.values(), ids=overdue.ROADS)
def test_g5_each_bill_is_moved_with_a_line_of_its_own_in_the_log(late, road):
    road(late)
    assert states(late) == {"overdue"}
    assert moves() == once_each(late)
    assert len(moves()) == BILLS


def test_g5_the_line_stands_in_the_history_of_each_bill(late, alice, client):
    job = overdue.by_button(late, alice)
    assert (job.state, job.done, job.failed) == ("done", BILLS, 0)
    client.force_login(alice)
    for invoice in Invoice.objects.of(late).order_by("pk")[:: BILLS // 5]:
        page = client.get(reverse("invoice:history", args=[invoice.pk])).content.decode()
        assert page.lower().count("sent → overdue") == 1
        assert "Alice" in page


@pytest.mark.parametrize("road", overdue.ROADS.values(), ids=overdue.ROADS)
def test_g5_it_takes_at_most_three_times_the_two_statements_by_hand(late, road):
    found = []
    while len(found) < TRIES and not any(ratio <= TIMES for ratio in found):
        found.append(overdue.measure(late, road).wall)
    assert min(found) <= TIMES, found


def test_stopped_in_the_middle_it_goes_on_and_moves_each_bill_once(late, alice, monkeypatch):
    keys = Invoice.objects.of(late).values_list("pk", flat=True)
    job = start_job(landlord=late, work="invoice.mark-overdue", keys=list(keys), by=alice)
    do_chunk = working._do_chunk

    def until_somebody_stops_it(held: Job) -> None:
        if held.position == 0:
            stop_job(job=held, by=alice)
        do_chunk(held)

    monkeypatch.setattr(working, "_do_chunk", until_somebody_stops_it)
    stopped = run_job(job.pk)
    assert stopped.state == "stopped"
    assert 0 < stopped.done == len(moves()) < BILLS
    assert states(late) == {"overdue", "sent"}
    monkeypatch.undo()
    done = run_job(resume_job(job=stopped, by=alice).pk)
    assert (done.state, done.done, done.failed) == ("done", BILLS, 0)
    assert states(late) == {"overdue"}
    assert moves() == once_each(late)
