"""Runs in processes of their own, at once and killed at any moment: each charge once, no gap (D12, R6)."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date

import pytest

from modules.invoicing.models import Invoice, InvoiceLine
from modules.invoicing.services import issue_rent_invoices
from rentbook.kernel.contributions import book_checks
from tests.kernel.test_killed_workers import environment, own_database
from tests.scale import make_large_book

# The large book has money and messages in it.
pytest.importorskip("modules.payments.models")
pytest.importorskip("modules.messaging.models")

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, LAST = date(2026, 4, 1), date(2026, 4, 30)
RUN = """
import sys
import django
django.setup()
from datetime import date
from modules.invoicing.services import issue_rent_invoices
from modules.invoicing.services.billing import reading
from rentbook.kernel import clock
from rentbook.kernel.people import Landlord

reading.BATCH = int(sys.argv[1])
landlord = Landlord.objects.get(code="DAR")
print("ready", flush=True)
sys.stdin.readline()
with clock.travel(date(2026, 4, 1)):
    issue_rent_invoices(landlord=landlord, first=date(2026, 4, 1), last=date(2026, 4, 30))
"""


def started(batch: int) -> subprocess.Popen:
    """A run that waits for a line before it begins."""
    given = {"env": environment() | {"DATABASE_URL": own_database()}, "text": True, "stderr": subprocess.PIPE}
    command = [sys.executable, "-c", RUN, str(batch)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **given)


def go(run: subprocess.Popen) -> None:
    assert run.stdout.readline() == "ready\n", run.stderr.read()
    run.stdin.write("go\n")
    run.stdin.flush()


def rush(runs: int, kills: int, batch: int, chance: random.Random) -> None:
    """So many runs at once, one after the other killed and another begun in its place; the rest run to their end."""
    living = [started(batch) for _ in range(runs)]
    for run in living:
        go(run)
    for _kill in range(kills):
        victim = living.pop(chance.randrange(len(living)))
        time.sleep(chance.uniform(0, 0.2))
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
        living.append(started(batch))
        go(living[-1])
    for run in living:
        _out, said = run.communicate(timeout=300)
        assert run.returncode == 0, said


def book_of(landlord, leases: int, travel) -> None:
    travel(FIRST)
    make_large_book(landlord, leases=leases, months=0)
    from modules.leasing.models import Charge, Lease

    Lease.objects.of(landlord).update(start=date(2026, 3, 1))
    Charge.objects.of(landlord).update(start=date(2026, 3, 1))


def each_once(landlord, leases: int) -> None:
    lines = InvoiceLine.objects.of(landlord).values_list("lease", "stream", "period_start")
    assert {*Counter(lines).values()} == {1}
    assert lines.count() == leases
    numbers = {*Invoice.objects.of(landlord).values_list("number", flat=True)}
    assert numbers == {f"INV-202604-DAR{number:03}" for number in range(1, leases + 1)}
    assert issue_rent_invoices(landlord=landlord, first=FIRST, last=LAST).created == 0
    assert not [problem for check in book_checks for problem in check.breaks(landlord)]


@pytest.mark.parametrize(("runs", "leases", "kills"), [(3, 200, 4)])
def test_d12_runs_that_are_killed_and_begun_again_bill_each_charge_once(landlord, travel, runs, leases, kills):
    book_of(landlord, leases, travel)
    rush(runs, kills, batch=20, chance=random.Random(12))
    each_once(landlord, leases)


@pytest.mark.storm
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_d12_ten_runs_over_a_thousand_leases_with_twenty_kills(landlord, travel, seed):
    book_of(landlord, 1000, travel)
    rush(10, 20, batch=25, chance=random.Random(seed))
    each_once(landlord, 1000)
