"""Long work: its progress, stopping and going on, and a step that refuses or breaks (docs/architecture.md)."""

from collections import Counter
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from django_q.models import OrmQ

from rentbook.kernel import clock, log
from rentbook.kernel.contacts import Contact
from rentbook.kernel.jobs import Job, Work, resume_job, run_job, run_jobs, start_job, stop_job, working, works
from rentbook.kernel.log import LogEntry
from rentbook.kernel.states import Refused

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def touch(landlord, keys, by):
    """What can be told from done twice: an entry in the log of each contact, without a look at what is there."""
    log.record(Contact.objects.of(landlord).filter(pk__in=keys), "test.touched", by=by)


def touched() -> Counter:
    return Counter(LogEntry.objects.filter(action="test.touched").values_list("object_id", flat=True))


def once_each(keys) -> Counter:
    return Counter(str(key) for key in keys)


def now_in(job: Job) -> Job:
    return Job.unscoped.get(pk=job.pk)


@pytest.fixture
def begin(landlord, monkeypatch):
    """Start a job for ten contacts, three at a time, by a step of the test's own."""
    monkeypatch.setattr(working, "CHUNK", 3)

    def start(step=touch, *, by=None, own=landlord, count=10):
        registered.enter_context(works.temporarily(Work("contact.touch", "Touch people", step)))
        contacts = Contact.unscoped.bulk_create(Contact(landlord=own, name=f"Contact {n}") for n in range(count))
        return start_job(landlord=own, work="contact.touch", keys=[each.pk for each in contacts], by=by)

    with ExitStack() as registered:
        yield start


# --- Start to end ---------------------------------------------------------------------------------------------------


def test_a_job_waits_for_the_worker_with_its_keys_in_order_and_each_once(landlord, begin):
    job = begin(count=0)
    job = start_job(landlord=landlord, work=job.name, keys=[12, 3, 7, 3], by=None)
    assert (job.state, job.keys, job.total, job.position) == ("queued", [3, 7, 12], 3, 0)


def test_a_work_that_nobody_registered_is_not_started(landlord):
    with pytest.raises(KeyError):
        start_job(landlord=landlord, work="contact.vanish", keys=[1], by=None)


def test_a_started_job_wakes_the_worker_after_commit(begin, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        begin()
        assert not OrmQ.objects.exists()
    assert [task.func() for task in OrmQ.objects.all()] == ["rentbook.kernel.jobs.run_jobs"]


def test_were_the_awakening_lost_the_schedule_does_all_of_it(begin):
    job = begin()
    assert run_jobs() == 1
    job = now_in(job)
    assert (job.state, job.done, job.failed, job.total) == ("done", 10, 0, 10)
    assert touched() == once_each(job.keys)
    assert run_jobs() == 0


def test_who_asked_is_who_did_it_and_the_job_s_own_moves_are_in_the_log(begin, alice):
    job = begin(by=alice)
    run_jobs()
    assert {entry.user for entry in LogEntry.objects.filter(action="test.touched")} == {alice}
    moves = LogEntry.objects.for_instance(job).order_by("pk")
    assert [entry.data["name"] for entry in moves] == ["start", "finish"]


def test_progress_only_grows_and_what_is_done_is_what_is_told(begin):
    seen = []

    def look(landlord, keys, by):
        job = Job.objects.of(landlord).get()
        seen.append((job.done, sum(touched().values())))
        touch(landlord, keys, by)

    begin(look)
    run_jobs()
    assert seen == [(0, 0), (3, 3), (6, 6), (9, 9)]


def test_a_job_is_called_by_its_work_and_how_much_there_is_to_do(landlord, begin):
    job = begin(count=0)
    assert str(start_job(landlord=landlord, work=job.name, keys=range(1, 3401), by=None)) == "Touch people: 3,400"
    own = start_job(landlord=landlord, work=job.name, keys=[1], by=None, title="Greet the new ones")
    assert str(own) == "Greet the new ones: 1"


def test_the_time_left_is_told_from_the_pace_of_this_turn(begin, travel):
    left = []

    def slowly(landlord, keys, by):
        left.append(Job.objects.of(landlord).get().time_left)
        travel(clock.now() + timedelta(seconds=6))

    travel(NOON)
    job = begin(slowly)
    run_jobs()
    assert left == [None, timedelta(seconds=14), timedelta(seconds=8), timedelta(seconds=2)]
    assert now_in(job).time_left is None


def test_twelve_hundred_leases_are_cancelled_in_chunks_of_five_hundred(landlord, alice):
    from modules.leasing.models import Lease
    from modules.leasing.services import cancel_leases
    from tests.factories import make_lease, make_unit

    first = make_lease(landlord, unit=make_unit(landlord, shared=True), signed=False)
    own = {"tenant": first.tenant, "unit": first.unit, "exclusive": False, "currency": "TZS"}
    others = [Lease(landlord=landlord, start=date(2026, 2, 1), **own) for _ in range(1199)]
    keys = [first.pk, *(lease.pk for lease in Lease.unscoped.bulk_create(others))]
    sizes = []

    def cancel(landlord, keys, by):
        sizes.append(len(keys))
        cancel_leases(leases=Lease.objects.of(landlord).filter(pk__in=keys), by=by)
        if len(sizes) == 2:
            stop_job(job=Job.objects.of(landlord).get(), by=by)

    with works.temporarily(Work("lease.cancel_all", "Cancel leases", cancel)):
        job = start_job(landlord=landlord, work="lease.cancel_all", keys=keys, by=alice)
        assert (run_job(job.pk).state, now_in(job).position) == ("stopped", 1000)
        assert Lease.objects.of(landlord).filter(state="cancelled").count() == 1000
        resume_job(job=job, by=alice)
        job = run_job(job.pk)
    assert (job.state, job.done, job.failed, sizes) == ("done", 1200, 0, [500, 500, 200])
    assert Lease.objects.of(landlord).filter(state="cancelled").count() == 1200
    cancelled = LogEntry.objects.filter(data__name="cancel").values_list("object_id", flat=True)
    assert Counter(cancelled) == once_each(keys)


# --- Stop and resume ------------------------------------------------------------------------------------------------


def test_stopped_in_the_middle_and_resumed_each_key_is_done_once(begin, alice):
    def stop_at_the_second_chunk(landlord, keys, by):
        touch(landlord, keys, by)
        job = Job.objects.of(landlord).get()
        if job.position == 3:
            stop_job(job=job, by=alice)

    job = begin(stop_at_the_second_chunk)
    run_jobs()
    job = now_in(job)
    assert (job.state, job.position) == ("stopped", 6)
    assert job.ended_at
    assert touched() == once_each(job.keys[:6])
    assert run_jobs() == 0
    job = resume_job(job=job, by=alice)
    assert (job.state, job.position, job.ended_at, job.stop_asked) == ("queued", 6, None, False)
    run_jobs()
    assert (now_in(job).state, touched()) == ("done", once_each(job.keys))


def test_the_log_says_who_asked_to_stop(begin, alice):
    def stop(landlord, keys, by):
        stop_job(job=Job.objects.of(landlord).get(), by=alice)

    job = begin(stop)
    run_jobs()
    entries = LogEntry.objects.for_instance(job).order_by("pk")
    assert [(entry.action, entry.user) for entry in entries] == [
        ("rentbook.transition", None), ("kernel.stop_asked", alice), ("rentbook.transition", None)
    ]  # fmt: skip


def test_a_job_that_has_not_begun_is_stopped_at_once(begin, alice):
    job = stop_job(job=begin(), by=alice)
    assert (job.state, run_jobs(), touched()) == ("stopped", 0, Counter())


def test_what_has_ended_is_not_stopped_and_what_has_not_is_not_resumed(begin):
    job = begin()
    with pytest.raises(Refused, match="Touch people: 10 is queued"):
        resume_job(job=job, by=None)
    run_jobs()
    with pytest.raises(Refused, match="Touch people: 10 is done"):
        stop_job(job=job, by=None)
    with pytest.raises(Refused, match="is done"):
        resume_job(job=job, by=None)


# --- Refusals and faults --------------------------------------------------------------------------------------------


def refuse_every_fourth(landlord, keys, by):
    touch(landlord, keys, by)
    for contact in Contact.objects.of(landlord).filter(pk__in=keys):
        if int(contact.name.split()[1]) % 4 == 0:
            raise ValidationError(f"{contact} does not want to.")


def test_what_is_refused_is_counted_and_told_and_the_rest_is_done_once(begin):
    job = begin(refuse_every_fourth)
    run_jobs()
    job = now_in(job)
    assert (job.state, job.done, job.failed) == ("done", 7, 3)
    assert job.problems == [f"Contact {number} does not want to." for number in (0, 4, 8)]
    assert touched() == once_each(key for number, key in enumerate(job.keys) if number % 4)


def test_the_first_fifty_refusals_are_kept_and_all_are_counted(begin):
    def refuse(landlord, keys, by):
        raise ValidationError(f"{keys[0]} does not want to.")

    job = begin(refuse, count=60)
    run_jobs()
    job = now_in(job)
    assert (job.state, job.done, job.failed) == ("done", 0, 60)
    assert job.problems == [f"{key} does not want to." for key in job.keys[:50]]


def test_refusals_are_told_in_the_language_of_whoever_asked(begin):
    spoken = []
    with translation.override("sw"):
        begin(lambda landlord, keys, by: spoken.append(translation.get_language()), count=1)
    run_jobs()
    assert spoken == ["sw"]


def test_a_fault_ends_the_job_where_it_was_with_its_traceback_and_it_can_go_on(begin, caplog):
    broken = [True]

    def break_at_the_second_chunk(landlord, keys, by):
        touch(landlord, keys, by)
        if broken and Job.objects.of(landlord).get().position:
            raise ZeroDivisionError("no such luck")

    job = begin(break_at_the_second_chunk)
    run_jobs()
    job = now_in(job)
    assert (job.state, job.position) == ("failed", 3)
    assert "what was done until then stays done" in job.reason
    assert "ZeroDivisionError: no such luck" in caplog.text
    assert touched() == once_each(job.keys[:3])
    broken.clear()
    resume_job(job=job, by=None)
    run_jobs()
    assert (now_in(job).state, now_in(job).reason, touched()) == ("done", "", once_each(job.keys))


def test_a_job_whose_module_was_switched_off_fails_and_stops_nobody_else(landlord, begin, caplog):
    orphan = Job.unscoped.create(landlord=landlord, name="parking.tow", keys=[1], total=1)
    job = begin()
    assert run_jobs() == 2
    assert (now_in(orphan).state, str(orphan), now_in(job).state) == ("failed", "parking.tow: 1", "done")


def test_no_more_can_be_done_than_there_is(begin):
    job = begin()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.unscoped.filter(pk=job.pk).update(done=8, failed=3)


# --- Claims ---------------------------------------------------------------------------------------------------------


def test_a_job_that_takes_long_is_given_back_after_a_minute_and_the_others_have_their_turn(begin, landlord, travel):
    def slowly(landlord, keys, by):
        touch(landlord, keys, by)
        travel(clock.now() + timedelta(seconds=40))

    travel(NOON)
    job = begin(slowly)
    short = start_job(landlord=landlord, work=job.name, keys=[], by=None)
    assert run_jobs() == 1
    assert (now_in(job).state, now_in(job).position, now_in(job).attempts) == ("running", 6, 0)
    assert run_jobs() == 2
    assert (now_in(short).state, now_in(job).state) == ("done", "done")
    assert touched() == once_each(job.keys)


def test_what_a_worker_did_that_had_lost_its_claim_is_taken_back(begin):
    def fall_asleep(landlord, keys, by):
        touch(landlord, keys, by)
        Job.objects.of(landlord).update(claimed_until=clock.now() + timedelta(hours=1))

    job = begin(fall_asleep)
    run_jobs()
    assert (now_in(job).state, now_in(job).position, touched()) == ("running", 0, Counter())
