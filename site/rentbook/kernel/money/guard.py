"""The check that an expression is made of amounts and of nothing else."""

from typing import Any

from django.core.exceptions import FieldError
from django.db.models import Field, sql
from django.db.models.expressions import Col, Value


def holds_amounts(field: Field | None) -> bool:
    return getattr(field, "holds_amounts", False)


def checked(expression: Any) -> Any:
    """Give the expression back if it is amounts all through, else raise FieldError.

    F("paid") + 5 would add five thousandths, and Coalesce("paid", 5, output_field=AmountField()) too: the output field
    that somebody claims is not believed, every node inside is asked.
    """
    if getattr(expression, "_amount_checked", False):
        return expression
    try:
        _check_nodes(expression)
        if not holds_amounts(expression.output_field):
            raise FieldError(f"Its type is {type(expression.output_field).__name__}.")
    except FieldError as error:
        raise FieldError(f"Not an amount: {expression}; write numbers as amount(...). {error}") from error
    expression._amount_checked = True
    return expression


def _check_nodes(expression: Any) -> None:
    for node in expression.flatten():
        if isinstance(node, Value | Col | sql.Query) or not holds_amounts(getattr(node, "_output_field_or_none", None)):
            continue
        # Django itself raises FieldError here when the sources of a node are of several types.
        resolved = node._resolve_output_field()
        if resolved is not None and not holds_amounts(resolved):
            raise FieldError(f"{node} is made of another type.")
