"""Ten thousand late bills become overdue, beside the two statements that write the very rows by hand."""

from collections.abc import Callable, Iterator
from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from benchmarks.measuring import Ratio, in_turn
from modules.invoicing.models import Invoice
from modules.invoicing.services import mark_overdue
from rentbook.kernel import clock
from rentbook.kernel.jobs import Job, run_job, start_job
from rentbook.kernel.people import Landlord, User
from tests.scale import make_large_book

NEW_UUID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
LATE = "landlord_id = %s AND state = 'sent' AND amount_paid < total AND due_date < %s"
LOG = """
INSERT INTO kernel_logentry (content_type_id, object_id, landlord_id, label, action, data, door, timestamp, uuid,
                             content_changed, deleted)
SELECT %s, CAST(id AS varchar(40)), landlord_id, COALESCE(number, ''), 'rentbook.transition',
       '{{"name": "become_overdue", "from": "sent", "to": "overdue", "note": ""}}', 'worker', %s, {new_uuid},
       true, false
FROM invoicing_invoice WHERE """
ISSUED, LATER = date(2026, 4, 1), date(2026, 4, 20)


def late_bills(landlord: Landlord, count: int) -> None:
    """So many bills that were issued in time and that nobody paid."""
    with clock.travel(ISSUED):
        make_large_book(landlord, leases=count, months=1, paying=0)


def by_hand(landlord: Landlord) -> None:
    """The yardstick: one INSERT ... SELECT for the log, one UPDATE for the state."""
    kind = ContentType.objects.get_for_model(Invoice).pk
    log = LOG.format(new_uuid=NEW_UUID[connection.vendor]) + LATE
    with connection.cursor() as cursor:
        cursor.execute(log, [kind, clock.now(), landlord.pk, LATER])
        cursor.execute(f"UPDATE invoicing_invoice SET state = 'overdue' WHERE {LATE}", [landlord.pk, LATER])


def by_night(landlord: Landlord) -> None:
    """What the daily tick does."""
    mark_overdue(landlord=landlord, on=LATER)


def by_button(landlord: Landlord, user: User | None = None) -> Job:
    """What the bulk act of the list does: a job, in turns until it has ended."""
    sent = Invoice.objects.of(landlord).filter(state=Invoice.State.SENT).values_list("pk", flat=True)
    job = start_job(landlord=landlord, work="invoice.mark-overdue", keys=list(sent), by=user)
    while (job := run_job(job.pk)).state == Job.State.RUNNING:
        pass
    return job


ROADS = {"by the daily tick": by_night, "by the button, as a job": by_button}


def measure(landlord: Landlord, road: Callable[[Landlord], object], rounds: int = 3) -> Ratio:
    with clock.travel(LATER):
        return in_turn(lambda: road(landlord), lambda: by_hand(landlord), rounds=rounds)


def ratios(landlord: Landlord, leases: int) -> Iterator[tuple[str, Ratio]]:
    late_bills(landlord, leases)
    for name, road in ROADS.items():
        yield f"{leases:,} bills become overdue {name}", measure(landlord, road)
