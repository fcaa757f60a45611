"""The billing run as a document: prepared, approved, issued; undone as one while nothing was paid on it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from modules.invoicing.events import RunUndone
from modules.invoicing.models import BillingRun, Invoice, InvoiceLine
from modules.invoicing.selectors import month_of
from rentbook.kernel import clock
from rentbook.kernel.jobs import Job, run_job
from rentbook.kernel.keys import among
from rentbook.kernel.people import Landlord, User, check_open
from rentbook.kernel.states import Refused, move, refuse_unless

from .billing import start_run
from .reversing import unapply_credits

UNTOUCHED = Q(amount_paid=0, amount_reserved=0)
NAMED = 3  # bills in a sentence
AT_ONCE = 50  # leases, as many as a bulk act does while people wait


@transaction.atomic
def prepare_run(*, landlord: Landlord, month: date, by: User | None) -> BillingRun:
    """The run of the month that waits for its approval; asked for again it is the same one."""
    _lock(landlord)
    first, last = month_of(month)
    waiting = BillingRun.objects.of(landlord).filter(first=first, last=last, state=BillingRun.State.PREPARED)
    return waiting.first() or BillingRun.objects.of(landlord).create(landlord=landlord, first=first, last=last, by=by)


@transaction.atomic
def approve_runs(*, runs: Iterable[BillingRun], by: User | None) -> list[int]:
    """Say that what the runs would issue was looked at; returns their keys. Raises Refused for one that is issued."""
    return _move(runs, "approve", by, approved_by=by)


def issue_runs(*, runs: Iterable[BillingRun], by: User | None) -> list[Job]:
    """Issue what the runs are for: a job each, which is done at once where there are few leases.

    Raises Refused for a run that is issued or dropped, and BooksLocked when today is in a closed month.
    """
    jobs = [_issue(run, by) for run in runs]
    return [run_job(job.pk) if job.total <= AT_ONCE else job for job in jobs]


@transaction.atomic
def _issue(run: BillingRun, by: User | None) -> Job:
    _move([run], "issue", by)
    return start_run(run=run, by=by)


@transaction.atomic
def drop_runs(*, runs: Iterable[BillingRun], by: User | None) -> list[int]:
    """Put aside runs that issued nothing; returns their keys. Raises Refused for one that is issued."""
    return _move(runs, "drop", by)


@transaction.atomic
def undo_runs(*, runs: Iterable[BillingRun], reason: str, by: User | None) -> list[int]:
    """Withdraw every bill of the runs and free its lines; the bills keep their numbers (docs/rules.md, R6, R10).

    Tenants' credit that settled them is theirs again. Returns the keys of the runs. Raises Refused where money was
    paid or is on its way, naming the first bills, and BooksLocked when today is in a closed month.
    """
    moved = []
    for run in runs:
        _lock(run.landlord)
        check_open(run.landlord, clock.today(run.landlord))
        refuse_unless(BillingRun.objects.of(run.landlord).filter(pk=run.pk), "undo")
        _withdraw(run, reason, by)
        own = BillingRun.objects.of(run.landlord).filter(pk=run.pk)
        moved += move(own, "undo", by=by, note=reason, undone_at=clock.now())
        RunUndone(run.landlord_id, run.pk).emit()
    return moved


def _withdraw(run: BillingRun, reason: str, by: User | None) -> None:
    bills = Invoice.objects.of(run.landlord_id).filter(run=run).exclude(state=Invoice.State.CANCELLED)
    list(bills.order_by("pk").select_for_update(of=("self",)).values("pk"))
    unapply_credits(invoices=bills, on=clock.today(run.landlord), by=by)
    _refuse_paid(bills.exclude(UNTOUCHED))
    today = clock.today(run.landlord)
    keys = move(bills, "cancel", by=by, note=reason, cancelled_on=today)
    InvoiceLine.objects.of(run.landlord_id).filter(among(keys, "invoice")).update(cancelled=True)


def _refuse_paid(paid: QuerySet[Invoice]) -> None:
    if first := list(paid.order_by("pk")[:NAMED]):
        text = _("Money was paid on %(count)s of its bills or is on its way, such as %(bills)s: undo that first.")
        raise Refused(text % {"count": paid.count(), "bills": ", ".join(map(str, first))})


def _move(runs: Iterable[BillingRun], transition: str, by: User | None, **values: Any) -> list[int]:
    moved = []
    for run in runs:
        _lock(run.landlord)
        own = BillingRun.objects.of(run.landlord).filter(pk=run.pk)
        refuse_unless(own, transition)
        moved += move(own, transition, by=by, **values)
    return moved


def _lock(landlord: Landlord) -> None:
    """Whoever bills or takes bills back in a book waits for the others who do."""
    Landlord.objects.select_for_update(no_key=True).get(pk=landlord.pk)
