"""Days that were billed and not used, when a lease ends: credited by themselves (docs/rules.md, D4, D8, D13)."""

from datetime import date

import pytest

from modules.invoicing.models import BillingPolicy, CreditNote, CreditNoteLine, Invoice, InvoiceLine
from modules.invoicing.services import ManualLine, credit_unused, draft_invoice, issue_due, issue_ended, send_invoices
from modules.leasing.models import Lease
from modules.leasing.services import expire_leases, terminate_leases
from rentbook.kernel.money import Money
from rentbook.kernel.people import BooksLocked
from rentbook.kernel.registry import slots
from tests.factories import make_invoice, make_landlord, make_lease

from .correcting import FIFTH, breaks, credit, free_credit, pay, standing, tzs

pytestmark = pytest.mark.django_db
TWENTIETH = date(2026, 1, 20)


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


def told(note: CreditNote) -> list[tuple[str, int, date, date, str]]:
    rows = note.lines.select_related("line").order_by("pk")
    return [(row.line.stream, int(row.amount.amount), row.period_start, row.period_end, row.arithmetic) for row in rows]


def end(lease: Lease, on: date, by=None) -> list[CreditNote]:
    """The lease ends, and its bills are put right as the lease's own service asks for it."""
    terminate_leases(leases=[lease], on=on, by=by)
    slots.all("leasing.lease.ended", lease.landlord, Lease.objects.of(lease.landlord_id).filter(pk=lease.pk), by)
    return list(CreditNote.objects.of(lease.landlord_id).order_by("pk"))


def test_d8_who_leaves_on_the_15th_is_credited_the_rest_of_the_month(invoice, landlord, travel, alice):
    travel(date(2026, 1, 15))
    [note] = end(invoice.lease, date(2026, 1, 15), alice)
    rest = (date(2026, 1, 16), date(2026, 1, 31))
    assert told(note) == [
        ("rent", 258_065, *rest, "16/31 x 500,000 = 258,065"),
        ("water", 10_323, *rest, "16/31 x 20,000 = 10,323"),
    ]
    assert (note.reason, note.by) == ("The lease ended on 15 January 2026.", alice)
    assert standing(invoice) == ("sent", 251_612)
    assert breaks(landlord) == []


def test_d4_of_75001_xaf_for_april_37501_are_used_and_37500_credited(travel):
    douala = make_landlord(code="DLA")
    invoice = make_invoice(make_lease(douala, rent="75001", start=date(2026, 4, 1)))
    travel(date(2026, 4, 15))
    [note] = end(invoice.lease, date(2026, 4, 15))
    assert note.total == Money(37_500, "XAF")
    assert note.reason.startswith("Le bail") or note.reason.startswith("The lease")
    assert standing(invoice) == ("sent", 37_501)


def test_d4_the_next_tenant_and_the_one_who_left_pay_the_month_together(landlord, travel):
    lease = make_lease(landlord)
    first = make_invoice(lease)
    travel(date(2026, 1, 15))
    end(lease, date(2026, 1, 15))
    second = make_invoice(
        make_lease(landlord, unit=lease.unit, start=date(2026, 1, 16), tenant="Baraka Lema"), on=TWENTIETH
    )
    assert (standing(first), standing(second)) == (("sent", 241_935), ("sent", 258_065))


def test_d8_what_was_paid_for_days_after_the_end_is_the_tenants_credit(invoice, landlord, travel):
    pay(invoice, 520_000)
    february = make_invoice(invoice.lease, month=date(2026, 2, 1), on=TWENTIETH)
    travel(date(2026, 1, 25))
    january_note, february_note = end(invoice.lease, date(2026, 1, 25))
    assert (january_note.total, february_note.total) == (tzs(96_774 + 3_871), tzs(520_000))
    assert (standing(invoice), standing(february)) == (("paid", 0), ("paid", 0))
    assert free_credit(landlord) == 100_645
    assert breaks(landlord) == []


def test_d12_an_end_is_credited_once(invoice, landlord, travel):
    travel(date(2026, 1, 15))
    [note] = end(invoice.lease, date(2026, 1, 15))
    assert credit_unused(landlord=landlord, leases=Lease.objects.of(landlord), by=None) == []
    assert CreditNote.objects.of(landlord).get() == note


def test_d8_an_end_that_is_moved_forward_credits_only_the_days_between(invoice, landlord, travel):
    travel(TWENTIETH)
    end(invoice.lease, TWENTIETH)
    Lease.objects.of(landlord).update(end=date(2026, 1, 15))
    [note] = credit_unused(landlord=landlord, leases=Lease.objects.of(landlord), by=None)
    assert note.total == tzs(258_065 - 177_419 + 10_323 - 7_097)
    assert standing(invoice) == ("sent", 251_612)


def test_d8_what_was_credited_by_hand_is_not_credited_again(invoice, travel):
    credit(invoice, rent=400_000)
    travel(date(2026, 1, 15))
    _by_hand, note = end(invoice.lease, date(2026, 1, 15))
    assert told(note)[0] == ("rent", 100_000, date(2026, 1, 16), date(2026, 1, 31), "")
    assert standing(invoice) == ("sent", 20_000 - 10_323)


def test_d8_a_single_charge_is_never_credited_by_itself(lease, landlord, travel):
    repair = draft_invoice(lease=lease, lines=[ManualLine("repair", tzs(40_000))], due_date=date(2026, 1, 25))
    send_invoices(invoices=[repair], by=None)
    travel(date(2026, 1, 15))
    end(lease, date(2026, 1, 15))
    assert standing(repair) == ("sent", 40_000)


def test_d29_the_tax_on_what_was_not_used_is_credited_with_it(invoice, landlord, travel):
    [rent] = invoice.lines.filter(stream="rent")
    common = {"landlord": landlord, "invoice": invoice, "lease": invoice.lease, "currency": "TZS"}
    span = {"period_start": rent.period_start, "period_end": rent.period_end}
    InvoiceLine.unscoped.create(kind="tax", stream="tax-rent", amount=90_000, account="2200", **common, **span)
    Invoice.objects.of(landlord).filter(pk=invoice.pk).update(total=610_000)
    travel(date(2026, 1, 15))
    [note] = end(invoice.lease, date(2026, 1, 15))
    assert [(stream, amount) for stream, amount, *_ in told(note)] == [
        ("rent", 258_065), ("tax-rent", 46_452), ("water", 10_323),
    ]  # fmt: skip
    assert CreditNoteLine.objects.of(landlord).get(line__kind="tax").account == "2200"
    assert breaks(landlord) == []


@pytest.mark.parametrize(("method", "credited"), [("30-day", 250_000), ("365-day", 253_425)])
def test_d3_the_rest_is_priced_by_the_method_of_the_lease(landlord, travel, method, credited):
    invoice = make_invoice(make_lease(landlord, proration=method))
    travel(date(2026, 1, 15))
    [note] = end(invoice.lease, date(2026, 1, 15))
    assert note.total == tzs(credited)


def test_d2_what_was_used_is_rounded_to_the_landlords_own_billing_unit(landlord, travel):
    invoice = make_invoice(make_lease(landlord))
    BillingPolicy.unscoped.create(landlord=landlord, billing_units={"TZS": "100"})
    travel(date(2026, 1, 15))
    end(invoice.lease, date(2026, 1, 15))
    assert standing(invoice) == ("sent", 241_900)


def test_d3_a_stream_of_a_frequency_of_its_own_is_priced_by_that(landlord, travel):
    """A quarter's 365-day price is four to the year: 16 of its days cost 16 x 4 / 365 of it."""
    lease = make_lease(landlord, proration="365-day", charges={"security": "90000"})
    invoice = make_invoice(lease)
    lease.charges.filter(stream="security").update(frequency="quarterly")
    quarter = {"period_end": date(2026, 3, 31), "price": 90_000, "amount": 90_000, "of_days": 365, "rule": "365-day"}
    invoice.lines.filter(stream="security").update(**quarter)
    travel(date(2026, 1, 16))
    [note] = end(lease, date(2026, 1, 16))
    security = note.lines.get(line__stream="security")
    assert security.amount == tzs(90_000 - 15_781)


def test_a_draft_of_days_after_the_end_is_issued_and_credited(landlord, travel):
    """It would ask for them once it is issued."""
    invoice = make_invoice(make_lease(landlord))
    Invoice.objects.of(landlord).filter(pk=invoice.pk).update(state="draft", number=None, issue_date=None)
    travel(date(2026, 1, 15))
    [note] = end(invoice.lease, date(2026, 1, 15))
    assert note.total == tzs(258_065)
    assert standing(invoice) == ("sent", 241_935)


def test_a_lease_that_still_runs_is_left_alone(invoice, landlord):
    Lease.objects.of(landlord).update(end=date(2026, 1, 15))
    assert credit_unused(landlord=landlord, leases=Lease.objects.of(landlord), by=None) == []


def test_a_lease_that_runs_to_its_agreed_last_day_has_nothing_to_credit(landlord, travel):
    lease = make_lease(landlord, end=date(2026, 1, 15))
    invoice = make_invoice(lease)
    travel(date(2026, 1, 16))
    expire_leases(landlord=landlord, on=date(2026, 1, 16))
    assert credit_unused(landlord=landlord, leases=Lease.objects.of(landlord), by=None) == []
    assert standing(invoice) == ("sent", 241_935)


def test_d13_in_arrears_the_last_days_are_billed_as_the_lease_ends(landlord, travel):
    lease = make_lease(landlord, in_arrears=True)
    travel(date(2026, 1, 15))
    assert end(lease, date(2026, 1, 15)) == []
    [bill] = Invoice.objects.of(landlord)
    assert (bill.total, bill.period_end, bill.issue_date) == (tzs(241_935), date(2026, 1, 15), date(2026, 1, 15))
    assert issue_due(landlord=landlord, on=date(2026, 1, 16)) == 0
    assert breaks(landlord) == []


def test_d13_in_advance_what_was_not_billed_yet_is_billed_to_the_last_day(landlord, travel):
    lease = make_lease(landlord)
    travel(date(2026, 2, 10))
    end(lease, date(2026, 2, 10))
    bills = Invoice.objects.of(landlord).order_by("period_start")
    assert [int(bill.total.amount) for bill in bills] == [500_000, 178_571]


def test_d13_a_lease_that_ends_later_is_billed_as_it_was_planned(landlord):
    lease = make_lease(landlord, end=date(2026, 3, 31))
    assert issue_ended(landlord=landlord, leases=[lease], by=None) == 0


def test_d48_where_today_is_closed_nothing_is_credited(invoice, landlord, travel):
    travel(date(2026, 1, 15))
    landlord.locked_through = date(2026, 1, 15)
    landlord.save()
    with pytest.raises(BooksLocked):
        end(Lease.objects.of(landlord).get(), date(2026, 1, 15))
    assert not CreditNote.objects.of(landlord).exists()
