"""INSERT ... SELECT: rows made by the database from rows that it holds, without passing through Python."""

from collections.abc import Collection
from typing import Any

from django.db import connections, models, router
from django.db.models import Func, QuerySet, Value


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


def _defaults(model: type[models.Model], without: Collection[str]) -> dict[str, Value]:
    """What each column that is not named begins with; one that begins as null, or is a key, is left out."""
    fields = [field for field in model._meta.local_concrete_fields if field.name not in without and not field.generated]
    begun = {field: field.get_default() for field in fields}
    return {field.name: Value(value, output_field=field) for field, value in begun.items() if value is not None}
