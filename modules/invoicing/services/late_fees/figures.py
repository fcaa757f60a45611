"""`late_fees.charge` for a whole set of invoices: the same rules in whole thousandths, reckoned by the database.

A test holds the two against each other, to the unit and to the letter.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Case, CharField, Func, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, Least, LPad
from django.db.models.lookups import Exact, GreaterThan, LessThan

from modules.invoicing.late_fees import FeeTerms, places
from modules.invoicing.models import CreditNoteLine, InvoiceLine, LateFee, Settlement
from modules.invoicing.selectors import standing
from rentbook.kernel.inserting import Given
from rentbook.kernel.money import to_db
from rentbook.kernel.percent import WHOLE, as_percent

#: An expression of whole thousandths.
Figure = Any
FINER = (Decimal("0.01"), Decimal("0.001"))
WHOLE_NUMBER = BigIntegerField()


def number(value: int) -> Value:
    return Value(value, WHOLE_NUMBER)


NOTHING = number(0)
RENT = (InvoiceLine.Kind.RENT, InvoiceLine.Kind.DISCOUNT)


def base_of(invoice: OuterRef, day: date | OuterRef) -> Figure:
    """The unpaid rent of an invoice as the day begins: `late_fees.unpaid_rent`."""
    rent = _sum(InvoiceLine.unscoped.filter(invoice=invoice, kind__in=RENT), "invoice")
    credited = CreditNoteLine.unscoped.filter(line__invoice=invoice, line__kind__in=RENT)
    credited = _sum(credited.filter(credit_note__issue_date__lt=day), "line__invoice")
    paid = standing(invoice).filter(value_date__lt=day).exclude(kind=Settlement.Kind.CREDIT_NOTE)
    return Greatest(rent - credited - _sum(paid, "invoice"), NOTHING, output_field=WHOLE_NUMBER)


def charged_on(invoice: OuterRef, **which: Any) -> Figure:
    """The late fees of an invoice, all of them or those of `which`, also what was waived or taken back."""
    return _sum(LateFee.unscoped.filter(invoice=invoice, **which), "invoice")


def _sum(rows: QuerySet, group: str) -> Figure:
    total = rows.order_by().values(group).annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Cast(Subquery(total), WHOLE_NUMBER), NOTHING)


def given(day: date) -> dict[str, Figure]:
    """What a fee of that day is reckoned from, for each of a queryset's invoices."""
    return {"base": base_of(OuterRef("pk"), day), "charged": charged_on(OuterRef("pk"))}


def fee_of(terms: FeeTerms) -> dict[str, Figure]:
    """The line of a fee, reckoned from what is `given`, and `where` there is one: `late_fees.charge`."""
    base, charged = (Given(name, WHOLE_NUMBER) for name in ("base", "charged"))
    whole = percentage(base, terms.rate, to_db(terms.step)) if terms.rate else number(to_db(terms.amount))
    fee = whole
    if terms.maximum is not None:
        room = Greatest(number(to_db(terms.maximum)) - charged, NOTHING, output_field=WHOLE_NUMBER)
        fee = Least(whole, room, output_field=WHOLE_NUMBER)
    where = GreaterThan(Least(base, fee, output_field=WHOLE_NUMBER), 0)
    return {"where": where, "amount": fee, "price": base, "arithmetic": _explain(terms, base, whole, fee, charged)}


def percentage(base: Figure, rate: int, step: int) -> Figure:
    """`rate` hundredths of a percent of the base, rounded half up to the step.

    The base is divided before it is multiplied: the product of the largest amount would not fit into a BIGINT.
    """
    rest = base % WHOLE * rate
    below = base / WHOLE * rate + rest / WHOLE
    half = rest % WHOLE * 2 / WHOLE
    return (below * 2 + half + step) / (2 * step) * step


# --- In words -------------------------------------------------------------------------------------------------------


class Grouped(Func):
    """A whole number with a comma after each three digits."""

    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="PRINTF('%%%%,d', %(expressions)s)")

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="TO_CHAR(%(expressions)s, 'FM999,999,999,999,990')")


def _explain(terms: FeeTerms, base: Figure, whole: Figure, fee: Figure, charged: Figure) -> Figure:
    asked = _written(fee, terms.step)
    percent = (Value(f"{as_percent(terms.rate)} % x "), _written(base, terms.step))
    first = percent if terms.rate else (Value("1 x "), asked)
    equation = Concat(*first, Value(" = "), asked)
    if terms.maximum is None:
        return equation
    before, through = _written(charged, terms.step), _written(charged + fee, terms.step)
    cut = Concat(through, Value(" - "), before, Value(" = "), asked)
    return Case(When(LessThan(fee, whole), then=cut), default=equation)


def _written(value: Figure, step: Decimal) -> Figure:
    """The thousandths as `late_fees.figure` writes them."""
    usual, *finer = (_with_places(value, places(least, step)) for least in (step, *FINER))
    cents, mills = finer
    return Case(
        When(Exact(value % to_db(step), 0), then=usual),
        When(Exact(value % to_db(FINER[0]), 0), then=cents),
        default=mills,
    )


def _with_places(value: Figure, count: int) -> Figure:
    if not count:
        return Grouped(value / 1000)
    parts = Cast(value % 1000 / 10 ** (3 - count), CharField())
    return Concat(Grouped(value / 1000), Value("."), LPad(parts, count, Value("0")))
