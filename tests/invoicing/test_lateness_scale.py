"""Ten thousand late fees, and ten thousand reminders: nearly as fast as by hand, each once."""

import pytest

pytest.importorskip("modules.payments.models")
pytest.importorskip("modules.messaging.models")

from benchmarks import late_fees, overdue, reminders
from modules.invoicing.models import Invoice, LateFee
from modules.invoicing.services import apply_late_fees
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money, total_by_currency

BILLS, TIMES = 10_000, 3
TRIES = 5  # the machine may be busy with something else


def least(measure) -> float:
    """The least of a few measured ratios; no more are measured once one is low enough."""
    found = []
    while len(found) < TRIES and not any(ratio <= TIMES for ratio in found):
        found.append(measure().wall)
    return min(found)


@pytest.mark.django_db
def test_g5_late_fees_take_at_most_three_times_the_statements_by_hand(landlord):
    rule = late_fees.charged_bills(landlord, BILLS)
    assert least(lambda: late_fees.measure(landlord, rule)) <= TIMES


@pytest.mark.django_db
def test_g5_reminders_take_at_most_three_times_the_statements_by_hand(landlord):
    overdue.late_bills(landlord, BILLS)
    assert least(lambda: reminders.measure(landlord)) <= TIMES


@pytest.mark.django_db
def test_each_of_ten_thousand_bills_has_its_fee_once_with_a_line_in_the_log(landlord):
    late_fees.charged_bills(landlord, BILLS, kind="flat", amount=10_000)
    assert [apply_late_fees(landlord=landlord, on=overdue.LATER) for _again in range(2)] == [BILLS, 0]
    assert total_by_currency(Invoice.objects.of(landlord), "total") == [Money(510_000 * BILLS, "TZS")]
    assert LateFee.objects.of(landlord).values("invoice").distinct().count() == BILLS
    assert LogEntry.objects.filter(action="invoicing.late_fees_charged").count() == BILLS
