"""What the database reckons of a late fee is what the plain function says, to the unit and to the letter."""

from decimal import Decimal
from itertools import product

import pytest
from django.db import connection
from django.db.models import OuterRef
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.invoicing.allocated import allocated
from modules.invoicing.late_fees import Fee, FeeTerms, charge
from modules.invoicing.models import Invoice, LateFee, Settlement
from modules.invoicing.services import settle
from modules.invoicing.services.crediting import credit_lines
from modules.invoicing.services.late_fees.figures import base_of, fee_of
from rentbook.kernel.money import Money, from_db
from tests.factories import make_invoice, make_lease
from tests.invoicing.lateness import day

pytestmark = pytest.mark.django_db
LARGEST = 10**15 - 1  # thousandths
STEPS = (Decimal(1), Decimal("0.01"), Decimal("0.001"), Decimal(500))
BASES = (0, 1, 4_999, 5_000, 500_000_000, 333_333_000, 1_234_567_890, 987_100, 250_505, LARGEST)
AGREED = (
    {"rate": 1000}, {"rate": 1}, {"rate": 10_000}, {"rate": 333}, {"amount": Decimal(10_000)},
    {"rate": 1000, "maximum": Decimal(60_000)}, {"amount": Decimal(10_000), "maximum": Decimal(15_000)},
)  # fmt: skip


def reckoned(terms: FeeTerms, base: int, charged: int) -> Fee | None:
    """The fee as the database makes it of these thousandths."""
    compiler = LateFee.unscoped.all().query.get_compiler("default")
    wanted = fee_of(terms)
    parts = [compiler.compile(wanted[name].resolve_expression()) for name in ("price", "amount", "arithmetic", "where")]
    *columns, where = (sql for sql, _params in parts)
    given = "SELECT CAST(%s AS bigint) AS base, CAST(%s AS bigint) AS charged"
    params = [param for _sql, own in parts for param in own]
    with connection.cursor() as cursor:
        sql = f"WITH given AS ({given}) SELECT {', '.join(columns)} FROM given WHERE {where}"
        cursor.execute(sql, [base, charged, *params])
        found = cursor.fetchone()
    return found and Fee(from_db(found[0]), from_db(found[1]), found[2])


@pytest.mark.parametrize("agreed", AGREED, ids=str)
def test_both_make_the_same_fee_of_the_same_figures(agreed):
    for step, base, charged in product(STEPS, BASES, (0, 10_000_000, 60_000_000)):
        terms = FeeTerms(step, **agreed)
        assert reckoned(terms, base, charged) == charge(terms, from_db(base), from_db(charged)), (terms, base, charged)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, LARGEST), st.integers(1, 10_000), st.integers(0, LARGEST), st.sampled_from(STEPS))
def test_and_of_any_figures(base, rate, most, step):
    terms = FeeTerms(step, rate=rate, every_days=1, maximum=from_db(most) if most % 2 else None)
    charged = most // 3
    assert reckoned(terms, base, charged) == charge(terms, from_db(base), from_db(charged))


# --- The unpaid rent ------------------------------------------------------------------------------------------------


def rent_left(bill, number: int) -> Money:
    """The unpaid rent of a bill as a day of January began, as fees are taken of it."""
    rows = Invoice.objects.of(bill.landlord_id).filter(pk=bill.pk)
    left = rows.annotate(left=base_of(OuterRef("pk"), day(number))).values_list("left", flat=True).get()
    return Money(from_db(left), bill.currency)


def rent_by_line(bill: Invoice) -> Money:
    """What the allocation of the bill's lines leaves of its rent."""
    left = (line.amount - settled for line, settled in allocated(bill).items() if line.kind == "rent")
    return sum(left, Money(0, bill.currency))


def test_the_unpaid_rent_is_that_of_the_bill_s_own_allocation(landlord, travel):
    travel(day(20))
    bill = make_invoice(make_lease(landlord, charges={"water": "20000"}))
    rent, water = bill.lines.order_by("-amount")
    steps = [
        lambda: settle(
            invoice=bill, kind=Settlement.Kind.PAYMENT, amount=Money(100_000, "TZS"), value_date=day(6),
            entry_date=day(6), source="a", by=None,
        ),
        lambda: credit_lines(invoice=bill, lines=[(water, Money(5_000, "TZS"))], reason="leak", on=day(7), by=None),
        lambda: credit_lines(invoice=bill, lines=[(rent, Money(50_000, "TZS"))], reason="noise", on=day(8), by=None),
    ]  # fmt: skip
    expected = [500_000, 400_000, 400_000, 350_000]
    for number, amount in enumerate(expected):
        bill.refresh_from_db()
        assert rent_left(bill, 31) == rent_by_line(bill) == Money(amount, "TZS")
        if number < len(steps):
            steps[number]()
    assert [int(rent_left(bill, number).amount) for number in (6, 7, 8, 9)] == expected
