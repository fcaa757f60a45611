"""What of an invoice's lines is settled: rent, then utilities, then fees (docs/rules.md, D30)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.invoicing.allocated import allocated
from modules.invoicing.allocation import Asked, Settled, allocate
from modules.invoicing.models import Invoice, InvoiceLine
from tests.factories import make_invoice, make_lease

from .correcting import FIFTH, credit, pay

RENT, WATER, FEE = Asked(1, "rent", Decimal(500)), Asked(2, "charge", Decimal(60)), Asked(3, "late_fee", Decimal(40))
BILL = [FEE, WATER, RENT]


def settled(*settlements, lines=BILL) -> list[int]:
    """How much of rent, water and fee, and so on, is settled."""
    made = [each if isinstance(each, Settled) else Settled(Decimal(each)) for each in settlements]
    found = allocate(lines, made)
    return [int(found[key]) for key in sorted(found)]


def note(amount: int, **own: int) -> Settled:
    keys = {"rent": 1, "water": 2, "fee": 3}
    return Settled(Decimal(amount), {keys[name]: Decimal(part) for name, part in own.items()})


def test_d30_money_goes_to_rent_then_utilities_then_fees():
    assert settled(0) == [0, 0, 0]
    assert settled(450) == [450, 0, 0]
    assert settled(450, 60) == [500, 10, 0]
    assert settled(565) == [500, 60, 5]
    assert settled(600) == [500, 60, 40]


def test_d36_what_is_taken_back_comes_off_the_fees_first():
    assert settled(565, 20, -25) == [500, 60, 0]
    assert settled(600, -600) == [0, 0, 0]


def test_d30_a_credit_note_settles_its_own_lines():
    assert settled(note(40, fee=40)) == [0, 0, 40]
    assert settled(450, note(60, water=60)) == [450, 60, 0]


def test_d30_a_credit_note_on_what_was_paid_settles_it_all_the_same_and_frees_the_money_for_the_rest():
    assert settled(500, note(50, rent=50)) == [500, 50, 0]


def test_d30_of_a_credit_note_that_found_less_open_only_that_counts():
    assert settled(590, note(10, rent=100)) == [500, 60, 40]
    assert settled(note(60, rent=50, water=40)) == [50, 10, 0]


def test_d30_a_discount_comes_off_the_rent_first():
    discount = Asked(4, "discount", Decimal(-100))
    assert settled(0, lines=[*BILL, discount]) == [100, 0, 0, -100]
    assert settled(400, lines=[*BILL, discount]) == [500, 0, 0, -100]
    assert settled(500, lines=[*BILL, discount]) == [500, 60, 40, -100]


AMOUNTS = st.integers(1, 10**6).map(Decimal)
KINDS = st.sampled_from(["rent", "charge", "deposit", "opening", "late_fee"])


@given(st.data())
def test_d30_the_lines_together_are_settled_as_much_as_the_invoice(data):
    drawn = data.draw(st.lists(st.tuples(KINDS, AMOUNTS), min_size=1, max_size=6))
    lines = [Asked(key, kind, amount) for key, (kind, amount) in enumerate(drawn)]
    total = sum((line.amount for line in lines), Decimal(0))
    credited = data.draw(st.sampled_from(lines))
    part = data.draw(st.integers(1, int(credited.amount)))
    paid = data.draw(st.integers(0, int(total) - part))
    found = allocate(lines, [Settled(Decimal(paid)), Settled(Decimal(part), {credited.key: Decimal(part)})])
    assert sum(found.values()) == paid + part
    assert all(0 <= found[line.key] <= line.amount for line in lines)
    assert found[credited.key] >= part


# --- As the database has it -----------------------------------------------------------------------------------------


def settled_of(invoice: Invoice) -> dict[str, int]:
    return {line.stream: int(amount.amount) for line, amount in allocated(invoice).items()}


@pytest.mark.django_db
def test_d30_money_and_a_credit_note_settle_the_rent_before_the_water(landlord, travel):
    travel(FIFTH)
    invoice = make_invoice(make_lease(landlord, charges={"water": "20000"}))
    assert settled_of(invoice) == {"rent": 0, "water": 0}
    credit(invoice, rent=100_000)
    pay(invoice, 300_000)
    assert settled_of(invoice) == {"rent": 400_000, "water": 0}
    pay(invoice, 110_000)
    assert settled_of(invoice) == {"rent": 500_000, "water": 10_000}


@pytest.mark.django_db
def test_d30_the_tax_on_the_rent_goes_before_the_water(landlord, travel):
    travel(FIFTH)
    invoice = make_invoice(make_lease(landlord, charges={"water": "20000"}))
    days = invoice.lines.filter(stream="rent").values("period_start", "period_end").get()
    common = {"landlord": landlord, "invoice": invoice, "lease": invoice.lease, "currency": "TZS"}
    InvoiceLine.unscoped.create(kind="tax", stream="tax-rent", amount=90_000, **common, **days)
    Invoice.objects.of(landlord).update(total=610_000)
    pay(invoice, 560_000)
    assert settled_of(invoice) == {"rent": 500_000, "tax-rent": 60_000, "water": 0}
