"""The books: what the rows of every module post, joined by UNION ALL in the database (docs/rules.md, D46).

Nothing is stored a second time: an entry is read from the row that proves it, with the account stamped on that row.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connections, router
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat, Greatest

from .contributions import POSTED, postings
from .money import AmountField, Money, amount, as_money, from_db
from .people import Landlord

Sql = tuple[str, list[Any]]
SUMS = "COALESCE(SUM(debit), 0), COALESCE(SUM(credit), 0)"


def entries(
    rows: QuerySet, *, on: Any, debit: Any, credit: Any, sum: Any, lease: Any, kind: Any, document: tuple[str, str]
) -> list[QuerySet]:
    """Both sides of one amount of each row, for a Posting; an amount below zero stands on the other side.

    `debit` and `credit` are accounts: codes as Value, or the column in which one is stamped. `document` is the word and
    the key's column of what proves it: ("invoice", "invoice") is written invoice:12.
    """
    given = F(sum) if isinstance(sum, str) else sum
    word, key = document
    common = {"kind": kind, "lease": F(lease), "date": on if hasattr(on, "resolve_expression") else F(on)}
    common |= {"document": Concat(Value(f"{word}:"), Cast(key, CharField())), "currency": F("currency")}
    sides = ((debit, given, given * -1), (credit, given * -1, given))
    return [
        _columns(rows, common | {"account": account, "debit": _above_zero(own), "credit": _above_zero(other)})
        for account, own, other in sides
    ]


def _above_zero(value: Any) -> Greatest:
    return Greatest(value, amount(0), output_field=AmountField())


def _columns(rows: QuerySet, columns: dict[str, Any]) -> QuerySet:
    # The names that rows have of their own must not be taken again.
    named = {f"posted_{name}": columns[name] for name in POSTED}
    return rows.order_by().annotate(**named).values_list(*named)


def ledger(landlord: Landlord) -> Sql:
    """All that the modules post for a landlord, as a common table `ledger` with the columns POSTED; amounts are whole
    thousandths."""
    return _table("ledger", POSTED, [rows for posting in postings for rows in posting.rows(landlord)])


def _table(name: str, columns: Iterable[str], parts: Iterable[QuerySet]) -> Sql:
    compiled = [part.query.get_compiler(_using()).as_sql() for part in parts]
    union = " UNION ALL ".join(sql for sql, _params in compiled)
    return f"{name} ({', '.join(columns)}) AS ({union})", [each for _sql, params in compiled for each in params]


def _using() -> str:
    return router.db_for_read(Landlord)


def _rows(sql: str, params: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connections[_using()].cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall()


def balances(landlord: Landlord, on: date = date.max) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """What is posted through a day on each account in each currency: {(account, currency): (debit, credit)}."""
    table, params = ledger(landlord)
    day = connections[_using()].ops.adapt_datefield_value(on)
    sql = f"WITH {table} SELECT account, currency, {SUMS} FROM ledger WHERE date <= %s GROUP BY account, currency"  # noqa: S608
    found = _rows(sql, [*params, day])
    return {(account, code): (from_db(int(debit)), from_db(int(credit))) for account, code, debit, credit in found}


def unbalanced(landlord: Landlord) -> list[str]:
    """The documents whose debits are not their credits, day by day and in each currency: invoice:12; none is right."""
    table, params = ledger(landlord)
    grouped = "GROUP BY document, date, currency HAVING SUM(debit) <> SUM(credit)"
    return [document for (document,) in _rows(f"WITH {table} SELECT document FROM ledger {grouped}", params)]  # noqa: S608


def differences(landlord: Landlord, accounts: Iterable[str], figures: Iterable[QuerySet]) -> list[tuple[int, Money]]:
    """By how much the accounts, debits less credits, differ from figures of another origin: each lease with its amount.

    Each of `figures` gives a lease's key, a currency and an amount in its values; together they are what should stand
    on the accounts.
    """
    table, params = ledger(landlord)
    given, others = _table("given", ("lease", "currency", "amount"), figures)
    codes = list(accounts)
    marks = ", ".join(["%s"] * len(codes))
    sql = (
        f"WITH {table}, {given}, compared (lease, currency, amount) AS ("  # noqa: S608
        f"SELECT lease, currency, debit - credit FROM ledger WHERE account IN ({marks})"
        " UNION ALL SELECT lease, currency, -amount FROM given)"
        " SELECT lease, currency, SUM(amount) FROM compared GROUP BY lease, currency HAVING SUM(amount) <> 0"
    )
    return [(lease, as_money(from_db(int(sum)), code)) for lease, code, sum in _rows(sql, [*params, *others, *codes])]
