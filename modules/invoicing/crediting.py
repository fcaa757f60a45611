"""What of a billed line was not used when its lease ends before it: plain values, no database (docs/rules.md, D4, D8).

What was used costs what the rule of the line gives for its days, and never more than was billed. The rest is credited:
used + credited = billed, exactly.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from modules.leasing.terms import Proration
from rentbook.kernel.money import round_money

from .periods import DAY
from .proration import Share, cumulative_parts


@dataclass(frozen=True, slots=True)
class BilledLine:
    """`amount` was billed for the days from `start` through `end`, at `price` for a whole period of `of_days`.

    Where a year is divided, `of_days` are the year's and `per_year` is how many prices it costs; it is 1 elsewhere.
    `step` is the billing unit of the currency.
    """

    start: date
    end: date
    method: Proration
    price: Decimal
    of_days: int
    amount: Decimal
    step: Decimal
    per_year: int = 1


def used(line: BilledLine, last: date) -> Decimal:
    """What the line's days through `last` cost: by its method, and at most what was billed."""
    if last >= line.end:
        return line.amount
    days = max((last - line.start).days + 1, 0)
    [cost] = cumulative_parts(line.price, [days * line.per_year], line.of_days, line.step)
    return min(cost, line.amount)


def unused(line: BilledLine, last: date) -> Share:
    """The line's days after `last` and what of its amount is credited for them; nothing where all were used."""
    days = max((line.end - max(last, line.start - DAY)).days, 0)
    spent = used(line, last)
    amount = line.amount - spent
    return Share(line.method, days, line.of_days, line.price, amount, line.step, line.per_year, spent or None)


def unused_tax(tax: Decimal, line: BilledLine, rest: Share) -> Share:
    """What is credited of the tax on a line of which `rest` is credited: in proportion, so that used + credited = tax.

    `tax` is what was billed of it; what was used of it is rounded once, to the line's step.
    """
    spent = round_money(Fraction(tax) * Fraction(rest.before or 0) / Fraction(line.amount), line.step)
    return replace(rest, whole=tax, amount=tax - spent, before=spent or None)
