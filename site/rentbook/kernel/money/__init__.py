"""Exact money: django-money's Money in Python, a whole number of thousandths in the database (docs/rules.md, D21).

A number beside an amount in an expression is written amount("0.10"): F("paid") + 5 is refused, for it would add five
thousandths. Sums of the database know no currency: total_by_currency() keeps them apart (docs/rules.md, D22).
"""

from djmoney.money import Money
from moneyed import CURRENCIES

from . import lookups  # noqa: F401  (registers the comparisons)
from .expressions import amount
from .fields import AmountField, GeneratedAmountField
from .forms import AmountFormField
from .guard import checked
from .parsing import parse_amount
from .rounding import billing_unit, round_money, split
from .text import show
from .totals import sums, total_by_currency
from .units import as_money, decimals, from_db, to_db, unit

__all__ = [
    "CURRENCIES",
    "AmountField",
    "AmountFormField",
    "GeneratedAmountField",
    "Money",
    "amount",
    "as_money",
    "billing_unit",
    "checked",
    "decimals",
    "from_db",
    "parse_amount",
    "round_money",
    "show",
    "split",
    "sums",
    "to_db",
    "total_by_currency",
    "unit",
]
