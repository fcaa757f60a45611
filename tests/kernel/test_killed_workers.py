"""Long work outlives its workers: killed, doubled or out of time, each key is done once (docs/architecture.md)."""

import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django_q.exceptions import TimeoutException

from rentbook.kernel import clock
from rentbook.kernel.contacts import Contact
from rentbook.kernel.jobs import Job, Work, resume_job, run_job, run_jobs, start_job, working, works
from rentbook.paths import CHECKOUT
from tests.factories import make_landlord

from .test_jobs import now_in, once_each, touch, touched

WORKER = """
import sys, time
import django
django.setup()
from rentbook.kernel.jobs import Job, Work, run_job, working, works
from tests.kernel.test_jobs import touch

key, moment = int(sys.argv[1]), sys.argv[2]
working.CHUNK = 3

def sleep_at_the_third_chunk(landlord, keys, by):
    third = Job.objects.of(landlord).get(pk=key).position == 6
    if not third or moment == "after":
        touch(landlord, keys, by)
    if third:
        print("asleep", flush=True)
        time.sleep(60)

works.register(Work("contact.touch", "Touch people", sleep_at_the_third_chunk))
run_job(key)
"""


def own_database() -> str:
    """The test's database as a URL, for a process of its own."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(CHECKOUT / "site"), str(CHECKOUT)])
    return os.environ | {"DJANGO_SETTINGS_MODULE": "rentbook.settings", "PYTHONPATH": path}


def kill_a_worker(job: Job, moment: str) -> None:
    """Let a worker do two chunks of three, and kill it in the third, before or after it has changed its rows."""
    command = [sys.executable, "-c", WORKER, str(job.pk), moment]
    with subprocess.Popen(
        command, env=environment() | {"DATABASE_URL": own_database()}, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout.readline() == "asleep\n"
        worker.kill()


@contextmanager
def touching(step=touch):
    """A job for ten contacts of a new landlord's, waiting."""
    own = make_landlord(code="DAR")
    contacts = Contact.unscoped.bulk_create(Contact(landlord=own, name=f"Contact {n}") for n in range(10))
    with works.temporarily(Work("contact.touch", "Touch people", step)):
        yield start_job(landlord=own, work="contact.touch", keys=[each.pk for each in contacts], by=None)


@pytest.fixture(autouse=True)
def _chunks_of_three(monkeypatch):
    monkeypatch.setattr(working, "CHUNK", 3)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_that_is_killed_in_the_middle_repeats_nothing_and_loses_nothing(moment, travel):
    with touching() as job:
        kill_a_worker(job, moment)
        assert (now_in(job).state, now_in(job).position) == ("running", 6)
        assert touched() == once_each(job.keys[:6])
        assert run_jobs() == 0, "it is claimed still"
        travel(clock.now() + working.CLAIM + timedelta(seconds=1))
        assert run_jobs() == 1
        assert (now_in(job).state, now_in(job).done) == ("done", 10)
        assert touched() == once_each(job.keys)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("workers", [2, 8])
def test_workers_that_wake_at_once_do_a_job_once(workers, together):
    with touching() as job:
        assert {run.pk for run in together(*[lambda: run_job(job.pk)] * workers)} == {job.pk}
        assert (now_in(job).state, now_in(job).attempts) == ("done", 1)
        assert touched() == once_each(job.keys)


@pytest.mark.django_db
def test_what_has_killed_three_workers_is_parked_and_a_person_may_try_again(travel):
    tries = []

    def take_too_long(landlord, keys, by):
        tries.append(keys)
        raise TimeoutException

    travel(datetime(2026, 1, 5, 12, tzinfo=UTC))
    with touching(take_too_long) as job:
        for _worker in range(3):
            with pytest.raises(TimeoutException):
                run_jobs()
            assert run_jobs() == 0, "it is claimed still"
            travel(clock.now() + working.CLAIM + timedelta(seconds=1))
        run_jobs()
        assert (len(tries), now_in(job).state) == (3, "failed")
        assert now_in(job).reason == "The worker was killed again and again while it was doing this."
        resume_job(job=job, by=None)
        with pytest.raises(TimeoutException):
            run_jobs()
        assert len(tries) == 4


@pytest.mark.needs("leasing")
def test_a_worker_that_has_shown_no_screen_knows_the_works_that_screens_offer():
    script = (
        "import django; django.setup(); from rentbook.kernel.jobs.job import work_named; "
        "print(work_named('lease.cancel').name)"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=True
    )
    assert found.stdout == "lease.cancel\n"
