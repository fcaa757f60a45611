"""Many keys as one parameter of a statement: `pk__in` prepares each key apart, and SQLite takes only so many."""

import json
from collections.abc import Collection
from typing import Any

from django.db.models import F, Lookup

Sql = tuple[str, list[Any]]


class Among(Lookup):
    lookup_name = "among"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*parameters, json.dumps(self.rhs)]  # noqa: S608

    def as_postgresql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self.process_lhs(compiler, connection)
        # As a text: a list is turned into an array key by key, at ten times the cost.
        return f"{column} = ANY(%s::bigint[])", [*parameters, f"{{{','.join(map(str, self.rhs))}}}"]


def among(keys: Collection[int], column: str = "pk") -> Among:
    """The condition of a queryset's rows that have one of these keys, be they a hundred thousand.

    Another column is one that refers to rows by their keys.
    """
    return Among(F(column), list(keys))
