"""Sums, one for each currency."""

from collections.abc import Iterable

from django.db.models import QuerySet, Sum

from .units import Money, as_money


def sums(amounts: Iterable[Money]) -> list[Money]:
    """The same for amounts at hand: their sum in each currency, by code."""
    totals: dict[str, Money] = {}
    for money in amounts:
        code = str(money.currency)
        totals[code] = totals[code] + money if code in totals else money
    return [totals[code] for code in sorted(totals)]


def total_by_currency(queryset: QuerySet, name: str, group: str = "currency") -> list[Money]:
    """The sum of an amount for each currency, by code; two currencies are never added (docs/rules.md, D22).

    `name` is the column, or an expression of amounts; `group` the way to the currency ("lease__currency"). No rows give
    no totals, rows without an amount give 0 of their currency.
    """
    rows = queryset.order_by().values_list(group).annotate(summed=Sum(name, default=0)).order_by(group)
    return [as_money(total, code) for code, total in rows]
