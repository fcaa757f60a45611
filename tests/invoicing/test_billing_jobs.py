"""A billing run as a job: one run, batch by batch, stopped and resumed (docs/architecture.md, docs/rules.md, D12)."""

from datetime import date

import pytest

from modules.invoicing.models import BillingRun, Invoice, InvoiceLine
from modules.invoicing.services import issue_rent_invoices, start_billing
from modules.leasing.models import Charge, Lease
from rentbook.kernel.jobs import resume_job, run_job, stop_job, working, works
from rentbook.kernel.log import LogEntry
from rentbook.kernel.people import BooksLocked
from tests.factories import make_lease

pytestmark = pytest.mark.django_db
JANUARY, LAST = date(2026, 1, 1), date(2026, 1, 31)
LEASES, AT_ONCE = 5, 2


@pytest.fixture(autouse=True)
def _new_year(travel, monkeypatch):
    travel(JANUARY)
    own = works["billingrun.bill"]
    monkeypatch.setitem(works._items, own.name, type(own)(own.name, own.title, own.step, AT_ONCE))


@pytest.fixture
def book(landlord):
    for _ in range(LEASES):
        make_lease(landlord)
    return landlord


def numbers(landlord) -> list[str]:
    return list(Invoice.objects.of(landlord).order_by("pk").values_list("number", flat=True))


def gapless(count: int) -> list[str]:
    return [f"INV-202601-DAR{number:03}" for number in range(1, count + 1)]


def test_a_job_bills_the_leases_in_batches_as_one_run(book, alice):
    job = run_job(start_billing(landlord=book, first=JANUARY, last=LAST, by=alice).pk)
    assert (job.state, job.done, job.failed, job.total) == ("done", LEASES, 0, LEASES)
    run = BillingRun.objects.of(book).get()
    assert (run.state, run.created, run.by, run.invoices.count()) == ("issued", LEASES, alice, LEASES)
    assert numbers(book) == gapless(LEASES)
    entries = LogEntry.objects.filter(action="invoicing.invoices_issued")
    assert {(entry.user, entry.data["run"]) for entry in entries} == {(alice, run.pk)}
    assert entries.count() == LEASES


def test_stopped_after_a_batch_and_resumed_it_bills_each_lease_once(book, alice, monkeypatch):
    job = start_billing(landlord=book, first=JANUARY, last=LAST, by=alice)
    do_chunk = working._do_chunk

    def until_somebody_stops_it(held) -> None:
        if held.position == 0:
            stop_job(job=held, by=alice)
        do_chunk(held)

    monkeypatch.setattr(working, "_do_chunk", until_somebody_stops_it)
    stopped = run_job(job.pk)
    assert (stopped.state, stopped.done, len(numbers(book))) == ("stopped", AT_ONCE, AT_ONCE)
    done = run_job(resume_job(job=stopped, by=alice).pk)
    assert (done.state, done.done) == ("done", LEASES)
    assert numbers(book) == gapless(LEASES)
    assert BillingRun.objects.of(book).get().created == LEASES


def test_d12_what_is_billed_already_is_no_key_of_the_job(book, alice):
    issue_rent_invoices(landlord=book, first=JANUARY, last=LAST)
    job = run_job(start_billing(landlord=book, first=JANUARY, last=LAST, by=alice).pk)
    assert (job.state, job.total) == ("done", 0)
    assert len(numbers(book)) == LEASES


def test_terms_that_contradict_each_other_fail_their_own_key_with_the_reason(book, alice):
    wrong = Lease.objects.of(book).order_by("pk")[1]
    Charge.objects.of(book).filter(lease=wrong).update(frequency="fortnightly")
    job = run_job(start_billing(landlord=book, first=JANUARY, last=LAST, by=alice).pk)
    assert (job.state, job.done, job.failed) == ("done", LEASES - 1, 1)
    [problem] = job.problems
    assert str(wrong) in problem
    assert "Fortnights have no" in problem
    assert numbers(book) == gapless(LEASES - 1)


def test_d48_a_run_on_a_closed_month_is_refused(book, alice):
    book.locked_through = LAST
    book.save()
    with pytest.raises(BooksLocked, match="The books are locked through 2026-01-31"):
        start_billing(landlord=book, first=JANUARY, last=LAST, by=alice)
    assert not BillingRun.objects.of(book).exists()
    assert not InvoiceLine.objects.of(book).exists()
