"""Two who correct one bill at the same moment: it gives what it has, once (docs/rules.md, D8, D24, D27, D31)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from modules.invoicing.models import Credit, CreditNote, Invoice
from modules.invoicing.services import credit_unused, withhold, write_off
from modules.leasing.models import Lease
from modules.leasing.services import terminate_leases
from tests.factories import make_invoice, make_lease

from .correcting import FIFTH, breaks, credit, free_credit, pay, standing, tzs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fifth_of_january(travel):
    travel(FIFTH)


@pytest.fixture
def invoice(landlord) -> Invoice:
    """January: rent of 500,000 and water of 20,000."""
    return make_invoice(make_lease(landlord, charges={"water": "20000"}))


def refused(answers: list) -> int:
    assert all(isinstance(answer, ValidationError) for answer in answers if isinstance(answer, Exception)), answers
    return sum(isinstance(answer, Exception) for answer in answers)


def test_d24_of_four_who_credit_15000_of_20000_one_is_accepted(invoice, landlord, together):
    assert refused(together(*[lambda: credit(invoice, water=15_000)] * 4)) == 3
    assert CreditNote.objects.of(landlord).get().number == "CRN-DAR001"
    assert breaks(landlord) == []


def test_d26_money_and_a_credit_note_at_once_settle_the_bill_and_leave_the_rest_as_credit(invoice, landlord, together):
    together(lambda: pay(invoice, 300_000), lambda: credit(invoice, rent=500_000))
    settled = int(Invoice.objects.of(landlord).get().amount_paid.amount)
    given = Credit.objects.of(landlord).count() and free_credit(landlord)
    # Whoever comes second: the payment is too much for what is left, or the note leaves 280,000 as credit.
    assert (settled, given) in {(500_000, 0), (520_000, 280_000)}
    assert breaks(landlord) == []


def test_d8_an_end_that_is_put_right_twice_at_once_is_credited_once(invoice, landlord, travel, together):
    travel(date(2026, 1, 15))
    terminate_leases(leases=[invoice.lease], on=date(2026, 1, 15), by=None)
    leases = Lease.objects.of(landlord)
    assert refused(together(*[lambda: credit_unused(landlord=landlord, leases=leases, by=None)] * 4)) == 0
    assert CreditNote.objects.of(landlord).get().total == tzs(268_388)
    assert standing(invoice) == ("sent", 251_612)
    assert breaks(landlord) == []


def test_d27_a_certificate_that_is_entered_twice_at_once_counts_once(invoice, landlord, together):
    def certify():
        return withhold(invoice=invoice, amount=tzs(50_000), certificate="WHT-17", on=FIFTH, by=None)

    assert refused(together(*[certify] * 4)) == 3
    assert standing(invoice) == ("sent", 470_000)


def test_r11_what_two_write_off_at_once_is_written_off_once(invoice, landlord, together):
    assert refused(together(*[lambda: write_off(invoices=[invoice], reason="Gone.", by=None)] * 4)) == 3
    assert standing(invoice) == ("paid", 0)
    assert breaks(landlord) == []
