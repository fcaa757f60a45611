"""Between an amount and the whole thousandths that the database holds."""

import re
from decimal import Context, Decimal
from functools import lru_cache

from djmoney.money import Money
from moneyed import CURRENCIES

# A context of our own: a smaller getcontext().prec somewhere in the process would round money.
EXACT = Context(prec=50, traps=[])

# ASCII digits only: Decimal() itself also takes 1_000, 1e5, Arabic digits and NaN.
PLAIN = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,3})?")

WHOLE_DIGITS = 12


@lru_cache
def unit(code: str | None) -> Decimal:
    """The smallest amount of a currency by ISO 4217: 1 for XAF, 0.01 for USD, 0.001 for KWD and for an unknown code."""
    return Decimal(1) / getattr(CURRENCIES.get(code or ""), "sub_unit", 1000)


def decimals(number: Decimal) -> int:
    """How many decimals a finite number is written with: 2 for 1.50, below zero for 5E+2."""
    return -int(number.as_tuple().exponent)


def to_db(value: Decimal | int) -> int:
    """Whole thousandths, for a column or for raw SQL (COPY, executemany); never rounds.

    ValueError for anything finer than a thousandth and from 10^12 upwards: 9,000 rows of the largest amount still sum
    inside a BIGINT.
    """
    if not isinstance(value, Decimal | int) or isinstance(value, bool):
        raise TypeError(f"an amount is a Decimal or an int, not a {type(value).__name__}")
    value = Decimal(value)
    if value.is_finite() and value.adjusted() < WHOLE_DIGITS:
        number = int(value.scaleb(3, EXACT))
        if from_db(number) == value:
            return number
    raise ValueError(f"{value:.30} is not a whole number of thousandths below 10^12")


def from_db(number: int) -> Decimal:
    """The amount of so many thousandths, always with three places."""
    return Decimal(number).scaleb(-3, EXACT)


def as_money(value: Decimal, code: str) -> Money:
    """Money with as many places as its currency has; a finer value keeps its own."""
    short = value.quantize(unit(code), context=EXACT)
    return Money(short if short == value else value, code)
