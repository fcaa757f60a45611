"""The columns that hold money, and the attributes that give it."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core import checks
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Col, Combinable, Expression
from django.db.models.query_utils import DeferredAttribute
from moneyed import CURRENCIES
from moneyed import Money as AnyMoney

from .forms import AmountFormField
from .guard import checked
from .units import PLAIN, Money, as_money, from_db, to_db, unit

# Other lookups (contains, year, ...) would compare thousandths; lookups.py has ours of these.
COMPARISONS = frozenset({"isnull", "exact", "gt", "gte", "lt", "lte", "in", "range"})


class AmountAttribute(DeferredAttribute):
    """Holds a Decimal, gives Money in the record's currency, refuses another currency (docs/rules.md, D22).

    Gives what it holds where there is no Money to make: None, an F() expression, a record without a known currency.
    """

    field: Any

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        value = super().__get__(instance, cls)
        if not isinstance(value, Decimal):
            return value
        code = getattr(instance, self.field.currency_field)
        return as_money(value, code) if code in CURRENCIES else value

    def __set__(self, instance: models.Model, value: Any) -> None:
        if isinstance(value, AnyMoney):
            value = self._in_currency_of(instance, value)
        elif not isinstance(value, Decimal | None) and not hasattr(value, "resolve_expression"):
            value = self.field.to_python(value)
        instance.__dict__[self.field.attname] = value

    def _in_currency_of(self, instance: models.Model, money: AnyMoney) -> Decimal:
        old, new = getattr(instance, self.field.currency_field), str(money.currency)
        if old and old != new:
            raise ValueError(f"{self.field.name}: {money.amount} {new} given, the record is in {old}")
        setattr(instance, self.field.currency_field, new)
        return money.amount


class MoneyColumn(models.Field):
    """What a stored and a generated column of amounts have in common."""

    currency_field = "currency"
    descriptor_class = AmountAttribute

    if TYPE_CHECKING:
        # For the type check alone: what may be assigned, what values() give, and what a record gives.
        _pyi_private_set_type: AnyMoney | Decimal | int | str | Combinable
        _pyi_private_get_type: Decimal

        def __get__(self, instance: Any, owner: Any) -> Money: ...  # type: ignore[override]

    def deconstruct(self) -> Any:
        """Migrations name the package, so that its files can be moved."""
        name, path, args, kwargs = super().deconstruct()
        return name, path.replace(f"{__name__}.", f"{__package__}."), args, kwargs

    def value_from_object(self, obj: models.Model) -> Any:
        """A plain number, for forms and fixtures."""
        value = getattr(obj, self.attname)
        return getattr(value, "amount", value)


class AmountField(MoneyColumn):
    """Money; all amounts of a record share its `currency` column, which is declared before them.

    Attributes are Money; values(), annotations and aggregates are Decimal. A plain Field on purpose: as a DecimalField
    or an IntegerField, Django would let F("paid") + 1 or Coalesce("note", 5) through unscaled.
    """

    description = "Amount of money"
    empty_strings_allowed = False
    holds_amounts = True

    def get_internal_type(self) -> str:
        # A name that Django knows keeps PostgreSQL's fast bulk_create (UNNEST): 13 us a row instead of 59.
        return "BigIntegerField"

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        names = [field.name for field in self.model._meta.fields if field.name in (self.currency_field, self.name)]
        if names[:1] == [self.currency_field]:
            return super().check(**kwargs)
        error = checks.Error(f"declare '{self.currency_field}' before the amounts", obj=self, id="amount.E001")
        return [*super().check(**kwargs), error]

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, AnyMoney):
            value = value.amount
        if type(value) is int or (isinstance(value, str) and PLAIN.fullmatch(value)):
            value = Decimal(value)
        if isinstance(value, Decimal | None):
            return value
        raise ValidationError("“%(value).40s” is not a plain number.", code="invalid", params={"value": value})

    def get_prep_value(self, value: Any) -> Decimal | None:
        return self.to_python(value)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        step = unit(getattr(model_instance, self.currency_field, None))
        try:
            fits = value is None or to_db(value) % to_db(step) == 0
        except ValueError:
            fits = False
        if not fits:
            # Not "invalid": a ModelForm puts the form field's words in place of that one.
            raise ValidationError(f"Not a multiple of {step} below 10^12.", code="amount")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> int | None:
        value = value if prepared else self.get_prep_value(value)
        return None if value is None else to_db(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return checked(value) if hasattr(value, "as_sql") else self.get_db_prep_value(value, connection)

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        if type(expression) is not Col:
            checked(expression)
        return None if value is None else from_db(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        # The Decimal it holds: building Money only to take it apart doubles the time of a bulk save.
        if self.attname in model_instance.__dict__:
            return model_instance.__dict__[self.attname]
        return getattr(model_instance, self.attname)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name in COMPARISONS else None

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": AmountFormField, "max_digits": 15, "decimal_places": 3, **kwargs})


class GeneratedAmountField(MoneyColumn, models.GeneratedField):
    """A column that the database computes of other amounts, Money on the instance.

    GeneratedAmountField(expression=F("rent") + F("fee"), output_field=AmountField(), db_persist=True). It may not use
    another generated column, and is stale after save() until refresh_from_db().
    """

    expression: Expression

    def generated_sql(self, connection: Any) -> Any:
        checked(self.expression.resolve_expression(self._query, allow_joins=False))
        return super().generated_sql(connection)
