"""The month of two books is billed, beside the statements that write the very same rows from tables that hold them."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Mod

from benchmarks.measuring import Ratio, Spent, in_turn, middle, spent
from modules.invoicing.models import BillingRun, Invoice, InvoiceLine
from modules.invoicing.services import issue_rent_invoices
from modules.leasing.models import Charge, Lease, OneOffCharge
from rentbook.kernel import clock
from rentbook.kernel.inserting import insert_from
from rentbook.kernel.log import LogEntry
from rentbook.kernel.numbering import Counter
from rentbook.kernel.people import Landlord
from tests.scale import make_large_book, settle_down

FIRST, LAST = date(2026, 4, 1), date(2026, 4, 30)
BEGUN = FIRST - relativedelta(months=6)
RENTS = 200  # different ones
STREAMS = ({"stream": "water", "amount": "20000", "tax_rate": 1800}, {"stream": "wifi", "amount": "15000"})
METERED = {
    "kind": "metered", "stream": "electricity", "amount": "37024", "arithmetic": "104 x 356.00 = 37,024",
    "start": BEGUN, "end": FIRST, "bill_on": FIRST,
}  # fmt: skip
STAGED = [model._meta.db_table for model in (BillingRun, Invoice, InvoiceLine, Counter)]
LOG_TABLE = LogEntry._meta.db_table
NEW_UUID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
DATA = {"sqlite": "json_object('run', run_id)", "postgresql": "jsonb_build_object('run', run_id)"}
LOG = """
INSERT INTO kernel_logentry (content_type_id, object_id, landlord_id, label, action, data, door, timestamp, uuid,
                             content_changed, deleted)
SELECT %s, CAST(id AS varchar(40)), landlord_id, COALESCE(number, ''), 'invoicing.invoices_issued', {data}, 'command',
       %s, {new_uuid}, true, false
FROM invoicing_invoice"""


def portfolio(landlord: Landlord, count: int) -> None:
    """Leases: a third have three streams, one of them taxed; a tenth began in mid-month; a tenth have a meter."""
    with clock.travel(FIRST):
        make_large_book(landlord, leases=count, months=0)
    with connection.cursor() as cursor:
        varied = "UPDATE leasing_charge SET start = %s, amount = amount + id %% %s * 1000000 WHERE landlord_id = %s"
        cursor.execute(varied, [BEGUN, RENTS, landlord.pk])
    leases = Lease.objects.of(landlord).annotate(third=Mod("pk", 3), tenth=Mod("pk", 10))
    leases.update(start=BEGUN)
    leases.filter(tenth=1).update(start=FIRST.replace(day=17))
    own = {name: F(name) for name in ("landlord", "currency")} | {"lease": F("pk")}
    for charge in STREAMS:
        insert_from(leases.filter(third=0), Charge, **own, **_values(Charge, start=BEGUN, **charge))
    insert_from(leases.filter(tenth=2), OneOffCharge, **own, **_values(OneOffCharge, created_at=clock.now(), **METERED))
    settle_down()


def _values(model: Any, **values: Any) -> dict[str, Any]:
    """Plain values for columns of the model, each as its column keeps it."""
    return {name: Value(value, model._meta.get_field(name)) for name, value in values.items()}


def run(*landlords: Landlord) -> None:
    """What `generate_invoices` does."""
    with clock.travel(FIRST):
        for landlord in landlords:
            issue_rent_invoices(landlord=landlord, first=FIRST, last=LAST)


def by_hand() -> None:
    """The yardstick: an INSERT ... SELECT for each table, in one transaction, of rows that are worked out already."""
    kind = ContentType.objects.get_for_model(Invoice).pk
    with transaction.atomic(), connection.cursor() as cursor:
        for table in STAGED:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM stage_{table}")
        log = LOG.format(new_uuid=NEW_UUID[connection.vendor], data=DATA[connection.vendor])
        cursor.execute(log, [kind, clock.now()])


@contextmanager
def emptied() -> Iterator[None]:
    """What is written inside is committed, and gone afterwards."""
    yield
    tables = [*reversed(STAGED[:3]), STAGED[3], LOG_TABLE]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            return
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")


def stage(*landlords: Landlord) -> None:
    """Keep the rows of a run in tables of their own, for the yardstick; the log may be emptied from here on."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [LOG_TABLE])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        with emptied():
            run(*landlords)
            for table in STAGED:
                cursor.execute(f"CREATE TABLE stage_{table} AS SELECT * FROM {table}")


def again(*landlords: Landlord, rounds: int) -> Ratio:
    """The month once more, beside the run itself."""
    times: tuple[list[Spent], list[Spent]] = ([], [])
    for _round in range(rounds):
        with emptied():
            for kept in reversed(times):
                kept.append(spent(lambda: run(*landlords)))
    return Ratio(*map(middle, times))


def processes(*landlords: Landlord) -> list[float]:
    """Seconds and megabytes: a process each for the landlords, all at once; the slowest and the largest."""
    script = Path(__file__).with_name("one_run.py")
    runs = [
        subprocess.Popen([sys.executable, script, own.code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for own in landlords
    ]
    for each in runs:
        assert each.stdout.readline() == "ready\n"
    began = time.perf_counter()
    with emptied():
        for each in runs:
            each.stdin.write("go\n")
            each.stdin.flush()
        megabytes = [float(each.communicate()[0]) for each in runs]
        seconds = time.perf_counter() - began
    return [seconds, max(megabytes)]


def ratios(both: tuple[Landlord, Landlord], leases: int, rounds: int = 3) -> Iterator[tuple[str, Ratio]]:
    for landlord in both:
        portfolio(landlord, leases // 2)
    stage(*both)
    billed = in_turn(lambda: run(*both), by_hand, rounds=rounds, around=emptied)
    yield f"{leases:,} leases of two books are billed", billed
    yield f"{leases:,} leases are billed again: nothing to do, to the run", again(*both, rounds=rounds)
    seconds, megabytes = processes(*both)
    yield f"the two books at once, a process each ({megabytes:.1f} MB)", Ratio(Spent(0, seconds), billed.yardstick)
