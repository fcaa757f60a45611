"""Bills that a person writes: for days of their own, with a reason, never over days that are billed."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from modules.invoicing.models import Invoice
from modules.invoicing.services import ManualLine, cancel_invoices, draft_invoice, send_invoices
from rentbook.kernel import clock
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def lease(landlord):
    with clock.travel(date(2026, 1, 2)):
        yield make_lease(landlord)


def tsh(amount: int) -> Money:
    return Money(amount, "TZS")


def test_a_rent_of_ones_own_has_its_period_its_reason_and_no_number_until_it_is_issued(lease, alice):
    lines = [ManualLine("rent", tsh(400_000), "rent"), ManualLine("water", tsh(20_000))]
    draft = draft_invoice(
        lease=lease, lines=lines, period=MARCH, due_date=date(2026, 3, 5), reason="Half empty.", by=alice
    )
    assert (draft.number, draft.state, draft.total, draft.reason) == (None, "draft", tsh(420_000), "Half empty.")
    assert (draft.period_start, draft.period_end) == MARCH
    assert [*draft.lines.values_list("stream", "account")] == [("rent", "4000"), ("water", "4100")]
    assert LogEntry.objects.for_instance(draft).get(action="rentbook.created").user == alice
    send_invoices(invoices=[draft], by=alice)
    draft.refresh_from_db()
    assert draft.number == "INV-202603-DAR001"


def test_a_discount_is_taken_off_and_has_the_account_of_what_it_lowers(lease):
    lines = [ManualLine("repair", tsh(50_000)), ManualLine("rent", tsh(-20_000), "discount")]
    draft = draft_invoice(lease=lease, lines=lines, due_date=date(2026, 1, 20))
    assert draft.total == tsh(30_000)
    assert draft.lines.get(kind="discount").account == "4000"


def test_r10_days_that_are_billed_are_refused_naming_the_bill(lease):
    invoice = make_invoice(lease)
    rent = [ManualLine("rent", tsh(1000), "rent")]
    with pytest.raises(
        ValidationError, match="Rent is billed from 2026-01-01 through 2026-01-31 already, by INV-202601"
    ):
        draft_invoice(
            lease=lease, lines=rent, period=(date(2026, 1, 31), date(2026, 2, 2)), due_date=date(2026, 2, 5), reason="x"
        )
    cancel_invoices(invoices=[invoice], by=None)
    assert draft_invoice(lease=lease, lines=rent, period=JANUARY, due_date=date(2026, 1, 5), reason="x").total == tsh(
        1000
    )


@pytest.mark.parametrize(
    ("lines", "more", "refusal"),
    [
        ([ManualLine("rent", Money(5, "USD"))], {}, "The lease is in TZS"),
        ([ManualLine("key", Money(0, "TZS"))], {}, "Key: a charge is more than zero"),
        ([ManualLine("key", Money(-5, "TZS"))], {}, "Key: a charge is more than zero"),
        ([ManualLine("key", Money(5, "TZS"), "discount")], {}, "a discount less"),
        ([ManualLine("rent", Money(5, "TZS"), "rent")], {}, "Say why this rent is billed by hand"),
        ([ManualLine("key", Money(5, "TZS")), ManualLine("key", Money(-5, "TZS"), "discount")], {}, "nothing is left"),
        ([], {}, "nothing is left to bill"),
        ([ManualLine("key", Money(5, "TZS"))], {"period": JANUARY[::-1]}, "last day is before the first"),
    ],
)
def test_what_contradicts_itself_is_refused_and_nothing_is_written(lease, lines, more, refusal):
    with pytest.raises(ValidationError, match=refusal):
        draft_invoice(lease=lease, lines=lines, due_date=date(2026, 1, 20), **more)
    assert not Invoice.objects.of(lease.landlord).exists()
