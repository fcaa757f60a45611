"""Rows by the thousand: made by the database from rows that it holds, or written as tuples, never as instances."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connections, models, router
from django.db.models import Expression, Func, QuerySet, Value

Row = tuple[Any, ...]
BLOCK = 1_000  # rows that are handed over at a time
# What COPY reads as the end of a column or row, and what it reads as a sign for something else.
ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class NewUuid(Func):
    """A random UUID, made by the database for each row."""

    output_field = models.UUIDField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="LOWER(HEX(RANDOMBLOB(16)))")

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="GEN_RANDOM_UUID()")


def insert_from(rows: QuerySet, model: type[models.Model], **columns: Any) -> int:
    """Insert one row of `model` for each of `rows`; `columns` are expressions over `rows` by field name.

    A column that is not named gets the default of its field, the same for every row; `save()` is not asked. Returns
    how many were inserted.
    """
    columns = _defaults(model, without=columns) | columns
    using = router.db_for_write(model)
    connection = connections[using]
    named = {f"_new_{name}": expression for name, expression in columns.items()}
    select, params = rows.order_by().annotate(**named).values_list(*named).query.get_compiler(using).as_sql()
    quote = connection.ops.quote_name
    meta: Any = model._meta  # its get_field() may give a relation, which has no column
    into = ", ".join(quote(meta.get_field(name).column) for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(meta.db_table)} ({into}) {select}", params)
        return cursor.rowcount


class Given(Expression):
    """A figure of the rows that `insert_reckoned` has read, by its name."""

    def __init__(self, name: str, output_field: models.Field):
        super().__init__(output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return connection.ops.quote_name(self.name), []


def insert_reckoned(
    rows: QuerySet, model: type[models.Model], *, given: Mapping[str, Any], where: Any, **columns: Any
) -> int:
    """Insert rows whose columns are reckoned from figures of `rows` that cost much to read: each is read once.

    `given` are those figures by name, as expressions over `rows`; `columns` and the condition `where` are expressions
    over `Given` alone. Else as `insert_from`.
    """
    columns = _defaults(model, without=columns) | columns
    using = router.db_for_write(model)
    connection = connections[using]
    quote = connection.ops.quote_name
    named = {f"_given_{name}": expression for name, expression in given.items()}
    compiler = rows.order_by().annotate(**named).values_list(*named).query.get_compiler(using)
    read, params = compiler.as_sql()
    reckoned = [compiler.compile(each.resolve_expression()) for each in (*columns.values(), where)]
    *values, condition = (sql for sql, _params in reckoned)
    meta: Any = model._meta
    into = ", ".join(quote(meta.get_field(name).column) for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(meta.db_table)} ({into}) "  # noqa: S608
            f"WITH given ({', '.join(map(quote, given))}) AS MATERIALIZED ({read}) "
            f"SELECT {', '.join(values)} FROM given WHERE {condition}",
            [*params, *(param for _sql, own in reckoned for param in own)],
        )
        return cursor.rowcount


def _defaults(model: type[models.Model], without: Collection[str]) -> dict[str, Value]:
    """What each column that is not named begins with; one that begins as null, or is a key, is left out."""
    fields = [field for field in model._meta.local_concrete_fields if field.name not in without and not field.generated]
    begun = {field: field.get_default() for field in fields}
    return {field.name: Value(value, output_field=field) for field, value in begun.items() if value is not None}


def insert_tuples(
    model: type[models.Model],
    own: Sequence[str],
    shared: Sequence[str],
    rows: Iterable[tuple[Row, Row]],
    **same: Any,
) -> None:
    """Insert rows given as pairs of tuples: the values of the fields that are a row's `own`, and of the `shared` ones.

    What many rows share is prepared once, as their fields do it; `same` are the fields in which all are alike. A row's
    own values are numbers and texts as the columns hold them. A foreign key is given as its number. A column that is
    not named gets the default of its field; `save()` is not asked. The database's checks hold: IntegrityError.
    """
    connection = connections[router.db_for_write(model)]
    meta: Any = model._meta
    defaults = _defaults(model, without=(*own, *shared, *same))
    alike = same | {name: value.value for name, value in defaults.items()}
    columns = [meta.get_field(name) for name in (*own, *shared, *alike)]

    @lru_cache(maxsize=2048)
    def stored(values: Row) -> Row:
        """What all but the row's own columns hold."""
        pairs = zip(columns[len(own) :], (*values, *alike.values()), strict=True)
        return tuple(column.get_db_prep_save(value, connection) for column, value in pairs)

    quote = connection.ops.quote_name
    into = f"{quote(meta.db_table)} ({', '.join(quote(column.column) for column in columns)})"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        _WRITERS[connection.vendor](cursor, into, len(columns), rows, stored)


def _copy(cursor: Any, into: str, _width: int, rows: Iterable[tuple[Row, Row]], stored: Callable[[Row], Row]) -> None:
    """PostgreSQL's own way in, without a statement for each row."""
    tail = lru_cache(maxsize=2048)(lambda values: _as_text(stored(values)))
    lines = (f"{_as_text(own)}\t{tail(shared)}\n" for own, shared in rows)
    with cursor.copy(f"COPY {into} FROM STDIN") as copy:
        while block := "".join(islice(lines, BLOCK)):
            copy.write(block)


def _as_text(values: Row) -> str:
    return "\t".join(
        [value.translate(ESCAPED) if type(value) is str else "\\N" if value is None else str(value) for value in values]
    )


def _execute_many(
    cursor: Any, into: str, width: int, rows: Iterable[tuple[Row, Row]], stored: Callable[[Row], Row]
) -> None:
    statement = f"INSERT INTO {into} VALUES ({', '.join(['%s'] * width)})"  # noqa: S608
    values = ((*own, *stored(shared)) for own, shared in rows)
    while block := list(islice(values, BLOCK)):
        cursor.executemany(statement, block)


_WRITERS = {"postgresql": _copy, "sqlite": _execute_many}


def take_keys(model: type[models.Model], count: int) -> list[int]:
    """So many keys of rows that are to be inserted, in ascending order, which nobody else is given.

    On SQLite the transaction must hold the write lock and use them all, as every transaction of ours does.
    """
    connection = connections[router.db_for_write(model)]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(sequence, [f'"{table}"', count])
            return [key for (key,) in cursor]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        [last] = cursor.fetchone() or [0]
        return list(range(last + 1, last + count + 1))


def update_each(model: type[models.Model], field: str, values: Mapping[int, str]) -> None:
    """Set a column of each row to a text of its own, by key, in one statement."""
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    meta: Any = model._meta
    table, column = quote(meta.db_table), quote(meta.get_field(field).column)
    each = {"postgresql": "jsonb_each_text(%s::jsonb)", "sqlite": "json_each(%s)"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {column} = given.value FROM {each} AS given"  # noqa: S608
            f" WHERE {table}.id = CAST(given.key AS bigint)",
            [json.dumps(values)],
        )
