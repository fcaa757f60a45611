"""The worker's side of jobs: claim one, do it chunk by chunk for a turn, say how it ended or give it back."""

import logging
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from rentbook.kernel import clock
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.states import move

from .asking import nudge
from .job import Job, Work, work_named

CHUNK = 500
PROBLEMS_KEPT = 50
# Longer than the worker lets a task live: whoever holds an older claim is dead.
CLAIM = timedelta(minutes=6)
# After a turn the job goes back into the queue: a task that ran for longer than the worker allows would be killed.
TURN = timedelta(minutes=1)
ATTEMPTS = 3
logger = logging.getLogger(__name__)


class Taken(Exception):
    """Another worker has claimed the job since: what this one did is rolled back."""


def waiting() -> models.QuerySet[Job]:
    """Queued jobs, and running ones that nobody holds: given back after a turn, or left by a worker that was killed."""
    return Job.unscoped.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING], claimed_until__lte=clock.now())


def run_jobs() -> int:
    """Give each waiting job a turn, the longest waiting first, for as long as one turn lasts; returns how many."""
    until, count = clock.now() + TURN, 0
    for key in list(waiting().order_by("claimed_until", "pk").values_list("pk", flat=True)):
        if clock.now() <= until:
            run_job(key)
            count += 1
    return count


def run_job(job_id: int) -> Job:
    """Claim the job and work at it for a turn; the job as it is then. One that somebody holds is left alone."""
    if job := _claim(job_id):
        with translation.override(job.language):
            _take_turn(job)
    return Job.unscoped.get(pk=job_id)


@transaction.atomic(durable=True)
def _claim(job_id: int) -> Job | None:
    """The job, held by us. The attempt is counted before the work: the worker may not live to do it after."""
    now = clock.now()
    held = {"claimed_until": now + CLAIM, "attempts": F("attempts") + 1}
    held |= {"started_at": now, "started_from": F("done") + F("failed")}
    if not waiting().filter(pk=job_id).update(**held):
        return None
    move(Job.unscoped.filter(pk=job_id), "start", by=None)
    return Job.unscoped.select_related("landlord", "by").get(pk=job_id)


def _take_turn(job: Job) -> None:
    until = clock.now() + TURN
    try:
        while not (ending := _ending(job)) and clock.now() <= until:
            _do_chunk(job)
    except Taken:
        return
    except Exception:
        logger.exception("Job %s (%s) crashed at %s of %s.", job.pk, job.name, job.position, job.total)
        ending = "fail", _("A fault of the program ended it; what was done until then stays done.")
    if ending:
        _end(job, *ending)
    else:
        _give_back(job)


def _ending(job: Job) -> tuple[str, str] | None:
    """The transition that ends the job now, and its reason."""
    if job.position >= job.total:
        return "finish", ""
    if job.stop_asked:
        return "stop", ""
    if job.attempts > ATTEMPTS:
        return "fail", _("The worker was killed again and again while it was doing this.")
    return None


def _held(job: Job) -> models.QuerySet[Job]:
    """The row, if we hold it still: the end of a claim is its token."""
    return Job.unscoped.filter(pk=job.pk, claimed_until=job.claimed_until)


@transaction.atomic(durable=True)
def _do_chunk(job: Job) -> None:
    """Do the next keys and note it, in one transaction. Raises Taken when the job is not ours any more.

    The row is written last, so that whoever asks to stop need not wait for the chunk.
    """
    work = work_named(job.name)
    keys = job.keys[job.position : job.position + (work.chunk or CHUNK)]
    problems = do_keys(work, job.landlord, keys, job.by, **job.params)
    counts = {"done": job.done + len(keys) - len(problems), "failed": job.failed + len(problems)}
    result = job.result | {"problems": (job.problems + problems)[:PROBLEMS_KEPT]}
    if not _held(job).update(**counts, result=result, claimed_until=clock.now() + CLAIM):
        raise Taken
    job.refresh_from_db(fields=["done", "failed", "result", "claimed_until", "stop_asked"])


def do_keys(work: Work, landlord: Landlord, keys: list[int], by: User | None, **params: Any) -> list[str]:
    """Do the keys as one set, or each apart where the set is refused; returns the refusals."""
    refusals = _refusals(work, landlord, keys, by, params)
    return [text for key in keys for text in _refusals(work, landlord, [key], by, params)] if refusals else []


def _refusals(work: Work, landlord: Landlord, keys: list[int], by: User | None, params: dict[str, Any]) -> list[str]:
    try:
        with transaction.atomic():
            work.step(landlord, keys, by, **params)
    except ValidationError as refusal:
        return [" ".join(refusal.messages)]
    return []


def _end(job: Job, transition: str, reason: str) -> None:
    move(_held(job), transition, by=None, ended_at=clock.now(), reason=reason, stop_asked=False)


@transaction.atomic
def _give_back(job: Job) -> None:
    """Leave the job to its next turn: this worker lives, so its attempt does not count."""
    _held(job).update(claimed_until=clock.now(), attempts=0)
    nudge()
