"""Runs every benchmark on SQLite, then on PostgreSQL, and prints one table: what `make bench` calls.

    python benchmarks [--leases 10000]

Each piece of work runs in turn with its yardstick; the figures are ratios of medians, so they hold on any machine.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "site"), str(ROOT)]


def on_each_engine(leases: int) -> int:
    """A process for each engine, with a database of its own that is thrown away."""
    from tests.run_engines import postgresql, sqlite

    durable = partial(postgresql, settings=())
    print(f"{'':64}{'CPU':>8}{'wall':>8}{'median':>12}", flush=True)
    codes = []
    for engine in (sqlite, durable):
        folder = Path(tempfile.mkdtemp(prefix="rentbook-bench-"))
        environment = os.environ | {"RENTBOOK_VAR": str(folder / "var"), "DJANGO_SETTINGS_MODULE": "rentbook.settings"}
        try:
            with engine(folder) as url:
                command = [sys.executable, __file__, "--here", "--leases", str(leases)]
                done = subprocess.run(command, env=environment | {"DATABASE_URL": url}, check=False)
                codes.append(done.returncode)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return max(codes)


def here(leases: int) -> int:
    """All of them in the database of DATABASE_URL, which must be empty."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    connection.settings_dict["CONN_MAX_AGE"] = None  # one process of the server serves us all along: it is measured
    call_command("migrate", verbosity=0, interactive=False)
    print(connection.vendor)
    for name, ratio in measured(leases):
        print(f"  {name:62}{ratio.cpu:8.2f}{ratio.wall:8.2f}{ratio.ours.wall * 1000:9.0f} ms", flush=True)
    return 0


def measured(leases: int) -> Iterator:
    from benchmarks import billing, late_fees, overdue, pages, papers, reminders
    from benchmarks.measuring import undone
    from tests.factories import make_landlord

    with undone():
        yield from overdue.ratios(make_landlord(code="DAR"), leases)
    with undone():
        yield from late_fees.ratios(make_landlord(code="FEE"), leases)
    with undone():
        yield from reminders.ratios(make_landlord(code="TLD"), leases)
    with undone():
        yield from papers.ratios(make_landlord(code="PPR"))
    with undone():
        yield from pages.ratios(make_landlord(code="LRG"), make_landlord(code="SML"), leases)
    # Billed for good: what it costs to commit is in it.
    yield from billing.ratios((make_landlord(code="BIA"), make_landlord(code="BIB")), leases)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Ratios to the yardsticks, on both engines.")
    parser.add_argument("--leases", type=int, default=10_000, help="of the large book")
    parser.add_argument("--here", action="store_true", help="on the engine of DATABASE_URL alone")
    asked = parser.parse_args(arguments)
    return (here if asked.here else on_each_engine)(asked.leases)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
