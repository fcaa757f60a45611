"""Credit notes: what a bill asked too much is taken off it by a document of its own (docs/rules.md, D24, R6, R11)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from modules.invoicing.models import Credit, CreditNote, CreditNoteLine, Invoice, InvoiceLine
from modules.invoicing.services import ManualLine, cancel_invoices, credit_lines, draft_invoice, reserve
from modules.leasing.models import Lease
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from rentbook.kernel.people import BooksLocked
from rentbook.kernel.states import Refused
from tests.factories import make_invoice, make_lease

from .correcting import FIFTH, breaks, credit, free_credit, pay, standing, tzs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fifth_of_january(travel):
    travel(FIFTH)


@pytest.fixture
def lease(landlord) -> Lease:
    return make_lease(landlord, charges={"water": "20000"})


@pytest.fixture
def invoice(lease) -> Invoice:
    """January: rent of 500,000 and water of 20,000."""
    return make_invoice(lease)


# --- By hand ---------------------------------------------------------------------------------------------------------


def test_d24_a_credit_note_takes_off_the_bill_and_leaves_its_lines_as_they_were(invoice, landlord, alice):
    before = list(invoice.lines.values())
    note = credit(invoice, water=5_000, by=alice)
    assert (note.number, note.total, note.issue_date, note.by) == ("CRN-DAR001", tzs(5_000), FIFTH, alice)
    assert standing(invoice) == ("sent", 515_000)
    assert (invoice.total, list(invoice.lines.values())) == (tzs(520_000), before)
    [row] = invoice.settlements.all()
    assert (row.kind, row.amount, row.reference, row.reason, row.account) == (
        "credit_note", tzs(5_000), "CRN-DAR001", "No water for a week.", "1100",
    )  # fmt: skip
    assert breaks(landlord) == []


def test_r6_credit_notes_have_a_series_of_their_own_without_gaps(invoice, landlord):
    assert credit(invoice, water=1_000).number == "CRN-DAR001"
    with pytest.raises(ValidationError):
        credit(invoice, water=20_000)
    assert credit(invoice, water=2_000).number == "CRN-DAR002"
    assert breaks(landlord) == []


def test_r11_a_bill_that_is_wholly_credited_is_paid(invoice, landlord):
    pay(invoice, 20_000)
    credit(invoice, rent=500_000)
    assert standing(invoice) == ("paid", 0)
    assert not Credit.objects.of(landlord).exists()


def test_d26_what_the_bill_has_no_room_for_is_the_tenants_credit(invoice, landlord):
    pay(invoice, 500_000)
    note = credit(invoice, rent=100_000)
    assert standing(invoice) == ("paid", 0)
    [rest] = Credit.objects.of(landlord)
    assert (rest.amount, rest.source, rest.value_date) == (tzs(80_000), f"credit_note:{note.pk}", FIFTH)
    assert breaks(landlord) == []


def test_d26_that_credit_settles_what_else_is_open_oldest_due_first(invoice, landlord):
    march, february = (make_invoice(invoice.lease, month=date(2026, month, 1), on=FIFTH) for month in (3, 2))
    pay(invoice, 520_000)
    pay(february, 500_000)
    credit(invoice, rent=100_000)
    assert (standing(february), standing(march)) == (("paid", 0), ("sent", 440_000))
    assert free_credit(landlord) == 0
    assert breaks(landlord) == []


def test_r5_what_is_being_paid_is_left_alone(invoice, landlord):
    reserve(invoice=invoice, amount=tzs(520_000))
    credit(invoice, water=20_000)
    assert standing(invoice) == ("sent", 520_000)
    assert free_credit(landlord) == 20_000


def test_a_credit_note_stands_in_the_log_with_its_reason(invoice, alice):
    note = credit(invoice, water=5_000, reason="  No water \n for a week. ", by=alice)
    [entry] = LogEntry.objects.for_instance(note)
    assert (entry.action, entry.user, entry.label) == ("invoicing.credit_note_issued", alice, "CRN-DAR001")
    assert entry.data == {"reason": "No water for a week.", "invoice": "INV-202601-DAR001"}


def test_a_cause_is_credited_once(invoice, landlord):
    first = credit(invoice, water=5_000, source="cause:1")
    assert credit(invoice, water=7_000, source="cause:1") == first
    assert CreditNote.objects.of(landlord).get().total == tzs(5_000)


# --- What is refused -------------------------------------------------------------------------------------------------


def test_d24_no_more_is_credited_of_a_line_than_is_left_of_it(invoice):
    credit(invoice, water=15_000)
    words = r"TSh 5,001 is more than can be credited of Water 2026-01-01 .INV-202601-DAR001.: at most TSh 5,000 is left"
    with pytest.raises(ValidationError, match=words):
        credit(invoice, water=5_001)
    credit(invoice, water=5_000)
    with pytest.raises(ValidationError, match="at most TSh 0 is left"):
        credit(invoice, water=1)


def test_d24_the_same_line_twice_in_one_note_is_judged_together(invoice):
    [water] = invoice.lines.filter(stream="water")
    twice = [(water, tzs(15_000)), (water, tzs(6_000))]
    with pytest.raises(ValidationError, match="at most TSh 5,000 is left"):
        credit_lines(invoice=invoice, lines=twice, reason="Twice.", on=FIFTH, by=None)


def test_d24_of_a_bill_with_a_discount_no_more_is_credited_than_it_asked(invoice, landlord):
    [rent] = invoice.lines.filter(stream="rent")
    common = {"landlord": landlord, "invoice": invoice, "lease": invoice.lease, "currency": "TZS"}
    span = {"period_start": rent.period_start, "period_end": rent.period_end}
    InvoiceLine.unscoped.create(kind="discount", stream="discount", amount=-50_000, **common, **span)
    Invoice.objects.of(landlord).filter(pk=invoice.pk).update(total=470_000)
    with pytest.raises(ValidationError, match="at most TSh 470,000 is left"):
        credit(invoice, rent=480_000)
    assert credit(invoice, rent=470_000).total == tzs(470_000)


@pytest.mark.parametrize("amount", [0, -1, "0.001"])
def test_an_amount_that_nobody_owes_is_refused(invoice, amount):
    with pytest.raises(ValidationError, match="Water 2026-01-01: an amount above zero in TZS is expected"):
        credit(invoice, water=amount)


def test_another_currency_is_refused(invoice):
    [water] = invoice.lines.filter(stream="water")
    with pytest.raises(ValidationError, match="in TZS is expected"):
        credit_lines(invoice=invoice, lines=[(water, Money(5, "USD"))], reason="Wrong.", on=FIFTH, by=None)


def test_a_line_of_another_bill_is_refused(invoice, landlord):
    other = make_invoice(make_lease(landlord, tenant="Baraka Lema"))
    with pytest.raises(ValidationError, match="Rent 2026-01-01 is no line of INV-202601-DAR002"):
        credit_lines(invoice=other, lines=[(invoice.lines.first(), tzs(1))], reason="Wrong.", on=FIFTH, by=None)


def test_no_line_at_all_is_refused(invoice):
    with pytest.raises(ValidationError, match="Say how much of which line is credited"):
        credit(invoice)


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 201], ids=["none", "blank", "long"])
def test_nothing_is_credited_without_a_reason_that_can_be_read(invoice, reason):
    with pytest.raises(ValidationError, match="Say why, in at most 200 letters"):
        credit(invoice, water=1, reason=reason)


def test_a_draft_and_a_cancelled_bill_are_not_credited(lease, invoice):
    draft = draft_invoice(lease=lease, lines=[ManualLine("repair", tzs(100))], due_date=date(2026, 1, 20))
    with pytest.raises(Refused, match="draft is draft: only what is issued can be credited"):
        credit(draft, repair=1)
    cancel_invoices(invoices=[invoice], by=None)
    with pytest.raises(Refused, match="INV-202601-DAR001 is cancelled"):
        credit(invoice, water=1)


def test_d48_no_credit_note_is_dated_in_a_closed_month_nor_in_the_future(invoice, landlord, travel):
    travel(date(2026, 2, 10))
    landlord.locked_through = date(2026, 1, 31)
    landlord.save()
    invoice = Invoice.objects.of(landlord).get(pk=invoice.pk)
    with pytest.raises(BooksLocked):
        credit(invoice, water=1, on=date(2026, 1, 31))
    with pytest.raises(ValidationError, match="2026-02-11 is still to come"):
        credit(invoice, water=1, on=date(2026, 2, 11))
    assert credit(invoice, water=1, on=date(2026, 2, 1)).issue_date == date(2026, 2, 1)


def test_a_credit_note_is_not_older_than_its_bill(invoice):
    with pytest.raises(ValidationError, match="INV-202601-DAR001 was issued on 2026-01-01"):
        credit(invoice, water=1, on=date(2025, 12, 31))


# --- The books -------------------------------------------------------------------------------------------------------


def test_r6_the_books_are_wrong_where_a_credit_note_is_missing(invoice, landlord):
    credit(invoice, water=1_000)
    CreditNote.objects.of(landlord).update(number="CRN-DAR003")
    assert "the numbers of CRN do not run from 1 to 1" in breaks(landlord)


def test_d24_the_books_are_wrong_where_a_credit_note_is_not_its_lines(invoice, landlord):
    credit(invoice, water=1_000)
    CreditNote.objects.of(landlord).update(total=999)
    assert "credit note CRN-DAR001 is not the sum of its lines" in breaks(landlord)


def test_d24_the_books_are_wrong_where_more_is_credited_than_was_asked(invoice, landlord):
    credit(invoice, water=20_000)
    credit(invoice, rent=499_999)
    CreditNoteLine.objects.of(landlord).filter(line__stream="water").update(amount=20_001)
    CreditNote.objects.of(landlord).update(total=300_000)
    told = breaks(landlord)
    assert "more is credited of a line of invoice INV-202601-DAR001 than it asked" in told
    assert "more is credited of invoice INV-202601-DAR001 than it asked" in told


def test_d24_the_books_are_wrong_where_a_note_credits_a_line_of_another_bill(invoice, landlord):
    credit(invoice, water=1_000)
    other = make_invoice(make_lease(landlord, tenant="Baraka Lema"))
    CreditNoteLine.objects.of(landlord).update(line=other.lines.get())
    assert "credit note CRN-DAR001 credits another invoice's line" in breaks(landlord)
