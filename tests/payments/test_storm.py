"""The long form of the race for one invoice: fifty rounds of thirty-two who pay it all at the same moment."""

import time
from datetime import date

import pytest

from modules.invoicing.models import Invoice
from modules.invoicing.services import Overpayment
from modules.payments.models import Payment
from modules.payments.services import record_payment
from tests.factories import make_invoice, make_lease

pytestmark = [pytest.mark.storm, pytest.mark.django_db(transaction=True)]
ROUNDS, PAYERS = 50, 32


def test_d31_of_thirty_two_who_pay_the_whole_balance_at_once_one_is_accepted_in_every_round(landlord, together, travel):
    travel(date(2026, 1, 5))
    waits: list[float] = []

    def pay(invoice: Invoice) -> Payment:
        began = time.monotonic()
        try:
            return record_payment(invoice=invoice, amount=invoice.total, by=None)
        finally:
            waits.append(time.monotonic() - began)

    for _round in range(ROUNDS):
        invoice = make_invoice(make_lease(landlord))
        answers = together(*[lambda invoice=invoice: pay(invoice)] * PAYERS)
        refused = [answer for answer in answers if isinstance(answer, Exception)]
        assert len(refused) == PAYERS - 1
        assert {type(answer) for answer in refused} == {Overpayment}
        invoice.refresh_from_db()
        assert (invoice.state, invoice.amount_paid) == ("paid", invoice.total)
    assert sorted(waits)[int(len(waits) * 0.95)] < 2
