"""A billing run as a job: it shows how far it is, can be stopped, and goes on where it was."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from modules.invoicing.models import BillingRun
from rentbook.kernel import clock
from rentbook.kernel.jobs import Job, start_job
from rentbook.kernel.keys import among
from rentbook.kernel.people import Landlord, User, check_open

from .owing import owing
from .running import Run, open_run
from .windows import Window

WORK = "billingrun.bill"


@transaction.atomic
def start_billing(*, landlord: Landlord, first: date, last: date, by: User | None) -> Job:
    """Queue the billing of all that is planned between the two days, as one billing run of its own.

    Raises BooksLocked when today is in a closed month.
    """
    return start_run(run=open_run(landlord, first, last, by), by=by)


@transaction.atomic
def start_run(*, run: BillingRun, by: User | None) -> Job:
    """Queue the billing of a run that is issued, for the leases that may owe something in its days.

    Raises BooksLocked when today is in a closed month.
    """
    check_open(run.landlord, clock.today(run.landlord))
    keys = list(owing(run.landlord, Window(run.first, run.last)).values_list("pk", flat=True))
    return start_job(landlord=run.landlord, work=WORK, keys=keys, by=by, params={"run": run.pk})


def bill_leases(landlord: Landlord, keys: list[int], by: User | None, *, run: int) -> None:
    """Bill these leases as a part of the run. Raises ValidationError naming those whose terms cannot be billed."""
    own = BillingRun.objects.of(landlord).get(pk=run)
    on = clock.today(landlord)
    result = Run(landlord, Window(own.first, own.last), by, on).bill(among(keys), own)
    if result.problems:
        raise ValidationError(result.problems)
