"""What people ask of a job: start, stop, resume. A worker does the rest."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django_q.tasks import async_task

from rentbook.kernel import clock, log
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.states import move, refuse_unless

from .job import Job, work_named

STOP_ASKED = "kernel.stop_asked"


def nudge() -> None:
    """Wake the worker once this transaction is committed; should that be lost, the schedule comes within a minute."""
    transaction.on_commit(lambda: async_task("rentbook.kernel.jobs.run_jobs"), robust=True)


@transaction.atomic
def start_job(
    *,
    landlord: Landlord,
    work: str,
    keys: Sequence[int],
    by: User | None,
    title: str = "",
    params: dict[str, Any] | None = None,
) -> Job:
    """Queue a work for rows of the landlord's book, each key once; KeyError for a work that is not registered.

    Refusals will be told in the language that is active now. `title` is shown in place of the work's own. `params`,
    of what JSON knows, are given to each step by name.
    """
    name, language = work_named(work).name, translation.get_language() or settings.LANGUAGE_CODE
    own = sorted({*keys})
    asked = {"title": title, "language": language, "params": params or {}}
    job = Job(landlord=landlord, name=name, keys=own, total=len(own), by=by, **asked)
    job.save()
    nudge()
    return job


@transaction.atomic
def stop_job(*, job: Job, by: User | None) -> Job:
    """Stop a queued job at once, a running one after its chunk. Raises Refused for one that has ended."""
    own = Job.objects.of(job.landlord_id).filter(pk=job.pk)
    [row] = own.select_for_update(of=("self",))
    refuse_unless([row], "stop")
    if row.state == Job.State.RUNNING:
        own.update(stop_asked=True)
        log.record([row], STOP_ASKED, by=by)
    else:
        move(own, "stop", by=by, ended_at=clock.now())
    return own.get()


@transaction.atomic
def resume_job(*, job: Job, by: User | None) -> Job:
    """Queue a stopped or failed job again; it goes on at its position. Raises Refused for any other."""
    own = Job.objects.of(job.landlord_id).filter(pk=job.pk)
    refuse_unless(own.select_for_update(of=("self",)), "resume")
    fresh: dict[str, Any] = {"attempts": 0, "reason": "", "ended_at": None, "claimed_until": clock.now()}
    move(own, "resume", by=by, **fresh)
    nudge()
    return own.get()
