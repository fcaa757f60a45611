"""The log is kept by the database itself: triggers refuse to change or remove an entry, whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from .log import LogEntry

TABLE = LogEntry._meta.db_table
VERBS = ("UPDATE", "DELETE")
FUNCTION = """
CREATE OR REPLACE FUNCTION rentbook_log_is_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'The log is never changed.'; END $$
"""
TRIGGER = {
    "sqlite": (
        "CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'The log is never changed.'); END"
    ),
    "postgresql": "CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION rentbook_log_is_kept()",
}
DROP = {"sqlite": "DROP TRIGGER IF EXISTS {name}", "postgresql": "DROP TRIGGER IF EXISTS {name} ON {table}"}


def keep_log(**_: object) -> None:
    """Put the triggers in place; asked after every migration, since SQLite loses them when it rebuilds the table."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for statement in (*_each(DROP), *_each(TRIGGER)):
            cursor.execute(statement)


@contextmanager
def log_open() -> Iterator[None]:
    """Inside the block, which is one transaction, entries may be removed: for taking a demo away, and nothing else."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in _each(DROP):
                cursor.execute(statement)
        yield
        keep_log()


def _each(statements: dict[str, str]) -> list[str]:
    template = statements[connection.vendor]
    return [template.format(name=f"{TABLE}_no_{verb.lower()}", verb=verb, table=TABLE) for verb in VERBS]
