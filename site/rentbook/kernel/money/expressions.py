"""Amounts in expressions of the database."""

from decimal import Decimal

from django.db import models
from django.db.models.expressions import Value, register_combinable_fields
from moneyed import Money as AnyMoney

from .fields import AmountField


def amount(value: Decimal | int | str) -> Value:
    """A number in an expression: F("paid") + amount("0.10"), Coalesce("note", amount(0)).

    TypeError for Money: a column expression has no currency, so filter(currency=...) and pass its .amount.
    """
    if isinstance(value, AnyMoney):
        raise TypeError("an expression has no currency: filter(currency=...) and pass .amount")
    return Value(AmountField().to_python(value), output_field=AmountField())


# Never "/" nor "*" with a Decimal: what comes of those is no whole number of thousandths.
for sign, other in (("+", AmountField), ("-", AmountField), ("*", models.IntegerField)):
    register_combinable_fields(AmountField, sign, other, AmountField)
register_combinable_fields(models.IntegerField, "*", AmountField, AmountField)
