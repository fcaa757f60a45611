"""Comparisons of amounts: filter(rent=Money(5, "USD")) compares the currency column too."""

from typing import Any

from django.core.exceptions import FieldError
from django.db.models import lookups
from django.db.models.expressions import Col
from moneyed import Money as AnyMoney

from .fields import AmountField
from .guard import checked


class AmountLookup(lookups.Lookup):
    """Both sides must be amounts; Money stands for the number and for its currency."""

    @property
    def identity(self) -> Any:
        return (*super().identity, *self.codes)

    def get_prep_lookup(self) -> Any:
        values = self.rhs if isinstance(self.rhs, list | tuple | set | frozenset) else [self.rhs]
        self.codes = sorted({str(value.currency) for value in values if isinstance(value, AnyMoney)})
        if len(self.codes) > 1 or (self.codes and not isinstance(self.lhs, Col)):
            raise FieldError("Money: one currency against one column; else filter(currency=...) and Decimals")
        return super().get_prep_lookup()

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        for side in (self.lhs, self.rhs):
            if hasattr(side, "as_sql"):
                checked(side)
        sql, params = super().as_sql(compiler, connection)
        if not self.codes:
            return sql, params
        target = self.lhs.target
        column = target.model._meta.get_field(target.currency_field).get_col(self.lhs.alias)
        column_sql, column_params = compiler.compile(column)
        return f"({sql} AND {column_sql} = %s)", [*params, *column_params, *self.codes]


@AmountField.register_lookup
class AmountExact(AmountLookup, lookups.Exact):
    pass


@AmountField.register_lookup
class AmountGreaterThan(AmountLookup, lookups.GreaterThan):
    pass


@AmountField.register_lookup
class AmountGreaterThanOrEqual(AmountLookup, lookups.GreaterThanOrEqual):
    pass


@AmountField.register_lookup
class AmountLessThan(AmountLookup, lookups.LessThan):
    pass


@AmountField.register_lookup
class AmountLessThanOrEqual(AmountLookup, lookups.LessThanOrEqual):
    pass


@AmountField.register_lookup
class AmountIn(AmountLookup, lookups.In):
    pass


@AmountField.register_lookup
class AmountRange(AmountLookup, lookups.Range):
    pass
