"""The test database: a migrated template, made once for each state of the migrations, and a clone of it for each run.

A test that commits (`transaction=True`) is followed by a new clone instead of Django's flush: a flush would take the
rows that migrations made (Wagtail's root, the locale) away from the tests after it and give the groups, permissions
and schedules new keys, and it runs for a second or more; a clone is exact, its sequences included, and takes
milliseconds on SQLite and a tenth of a second on PostgreSQL.
"""

import hashlib
import os
import shutil
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections

from rentbook.kernel import choices, keeping, roles
from rentbook.kernel.contributions import schedules

TEMPLATES = Path(__file__).resolve().parent.parent / "var" / "test"
KEPT = 20


def fingerprint() -> str:
    """What a migrated database depends on: every migration file, and what runs after migrating."""
    parts = [repr(sorted((schedule.name, schedule.task, schedule.cron) for schedule in schedules)).encode()]
    parts += [Path(module.__file__).read_bytes() for module in (choices, keeping, roles)]
    for config in apps.get_app_configs():
        for file in sorted(Path(config.path, "migrations").glob("*.py")):
            parts += [config.label.encode(), file.name.encode(), file.read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def use(name: str | Path) -> None:
    """Point every connection, those of threads to come too, at a database."""
    connections.close_all()
    connection.settings_dict["NAME"] = str(name)


class Sqlite:
    """A file: threads may share it, and it is copied in milliseconds."""

    def __init__(self, folder: Path):
        self.template = TEMPLATES / f"{fingerprint()}.sqlite3"
        self.name = folder / "test.sqlite3"

    def has_template(self) -> bool:
        return self.template.exists()

    def make_template(self) -> None:
        TEMPLATES.mkdir(parents=True, exist_ok=True)
        draft = self.template.with_suffix(f".{os.getpid()}")
        use(draft)
        call_command("migrate", verbosity=0, interactive=False)
        connections.close_all()
        draft.replace(self.template)
        known = sorted(TEMPLATES.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)
        for old in known[:-KEPT]:
            old.unlink(missing_ok=True)

    def clone(self) -> None:
        connections.close_all()
        self.drop()
        shutil.copyfile(self.template, self.name)
        use(self.name)

    def drop(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.name}{suffix}").unlink(missing_ok=True)


class Postgresql:
    """A database of the server in DATABASE_URL, cloned by the server itself."""

    def __init__(self, folder: Path):
        self.template = f"rentbook_template_{fingerprint()}"
        self.name = f"rentbook_test_{os.getpid()}"

    def has_template(self) -> bool:
        return bool(self._run("SELECT 1 FROM pg_database WHERE datname = %s", [self.template]))

    def make_template(self) -> None:
        draft = f"{self.template}_{os.getpid()}"
        self._run(f'DROP DATABASE IF EXISTS "{draft}"', f'CREATE DATABASE "{draft}"')
        use(draft)
        call_command("migrate", verbosity=0, interactive=False)
        connections.close_all()
        if not self.has_template():
            self._run(f'ALTER DATABASE "{draft}" RENAME TO "{self.template}"')

    def clone(self) -> None:
        connections.close_all()
        self.drop()
        self._run(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')
        use(self.name)

    def drop(self) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _run(self, *statements: str | list) -> list:
        *texts, parameters = statements if isinstance(statements[-1], list) else (*statements, None)
        with connection._nodb_cursor() as cursor:
            for text in texts:
                cursor.execute(text, parameters)
            return cursor.fetchall() if cursor.description else []


def database(folder: Path) -> Sqlite | Postgresql:
    """The database of the engine that DATABASE_URL chose; SQLite's file lies in the folder."""
    return {"sqlite": Sqlite, "postgresql": Postgresql}[connection.vendor](folder)
