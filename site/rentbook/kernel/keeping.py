"""The log is kept by the database itself: triggers refuse to change or remove an entry, whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from .log import LogEntry

TABLE = LogEntry._meta.db_table
VERBS = ("UPDATE", "DELETE")
FUNCTION = """
CREATE OR REPLACE FUNCTION rentbook_log_is_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF current_setting('rentbook.log', true) = 'open' THEN RETURN COALESCE(NEW, OLD); END IF;
    RAISE EXCEPTION 'The log is never changed.';
END $$
"""
TRIGGER = {
    "sqlite": (
        "CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'The log is never changed.'); END"
    ),
    "postgresql": "CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION rentbook_log_is_kept()",
}
DROP = {"sqlite": "DROP TRIGGER IF EXISTS {name}", "postgresql": "DROP TRIGGER IF EXISTS {name} ON {table}"}
# PostgreSQL opens the log for one transaction, without a lock that every other writer would wait for.
OPEN = DROP | {"postgresql": "SELECT set_config('rentbook.log', 'open', true)"}
CLOSE = TRIGGER | {"postgresql": "SELECT set_config('rentbook.log', 'kept', true)"}


def keep_log(**_: object) -> None:
    """Put the triggers in place; asked after every migration, since SQLite loses them when it rebuilds the table."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            _run(FUNCTION)
        _run(*_each(DROP), *_each(TRIGGER))


@contextmanager
def log_open() -> Iterator[None]:
    """Inside the block, which is one transaction, the log may be changed.

    For taking a demo away and for taking a person's texts out of it (docs/rules.md, D45), and for nothing else.
    """
    with transaction.atomic():
        _run(*_each(OPEN))
        yield
        _run(*_each(CLOSE))


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _each(statements: dict[str, str]) -> list[str]:
    template = statements[connection.vendor]
    return [template.format(name=f"{TABLE}_no_{verb.lower()}", verb=verb, table=TABLE) for verb in VERBS]
