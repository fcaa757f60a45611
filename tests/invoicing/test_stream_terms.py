"""A charge may have terms, tax and withholding of its own; its line says how it came about (D2, D7, D27, D29, R10)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from modules.invoicing.models import BillingPolicy, Invoice, InvoiceLine
from modules.invoicing.services import RunResult, issue_rent_invoices, unbilled
from modules.leasing.models import Charge
from modules.leasing.streams import stream_word
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_landlord, make_lease

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture(autouse=True)
def _new_year(travel):
    travel(JANUARY)


def bill(landlord, first: date = JANUARY, last: date = date(2026, 1, 31)):
    return issue_rent_invoices(landlord=landlord, first=first, last=last)


def charge(lease, stream: str, amount: str, start: date = JANUARY, **terms) -> Charge:
    own = {"landlord": lease.landlord, "lease": lease, "currency": lease.currency}
    return Charge.unscoped.create(stream=stream, amount=amount, start=start, **own, **terms)


def spans(landlord, stream: str) -> list[tuple]:
    rows = InvoiceLine.objects.of(landlord).filter(stream=stream).order_by("period_start")
    return [(row.period_start, row.period_end, row.amount.amount) for row in rows]


# --- Terms of its own -----------------------------------------------------------------------------------------------


def test_d7_a_charge_with_a_frequency_of_its_own_is_counted_from_its_own_first_day(landlord):
    lease = make_lease(landlord)
    charge(lease, "garbage", "30000", start=date(2026, 1, 15), frequency="quarterly", alignment="anniversary")
    bill(landlord, last=date(2026, 6, 30))
    assert spans(landlord, "garbage") == [
        (date(2026, 1, 15), date(2026, 4, 14), 30_000), (date(2026, 4, 15), date(2026, 7, 14), 30_000),
    ]  # fmt: skip
    assert len(spans(landlord, "rent")) == 6


def test_d7_a_charge_that_begins_before_its_lease_is_owed_from_the_lease_s_first_day(landlord):
    lease = make_lease(landlord, start=date(2026, 1, 10))
    charge(lease, "garbage", "7000", start=date(2025, 1, 1), frequency="weekly")
    bill(landlord, last=date(2026, 1, 12))
    assert spans(landlord, "garbage") == [
        (date(2026, 1, 10), date(2026, 1, 11), 2000), (date(2026, 1, 12), date(2026, 1, 18), 7000),
    ]  # fmt: skip


def test_d7_a_charge_in_arrears_beside_rent_in_advance_is_billed_when_its_month_is_over(landlord):
    charge(make_lease(landlord), "water", "20000", in_arrears=True)
    bill(landlord)
    assert spans(landlord, "water") == []
    bill(landlord, FEBRUARY, date(2026, 2, 28))
    [january] = spans(landlord, "water")
    assert january[:2] == (JANUARY, date(2026, 1, 31))
    [february] = Invoice.objects.of(landlord).filter(issue_date=JANUARY, due_date=date(2026, 2, 5))
    assert {line.stream for line in february.lines.all()} == {"rent", "water"}


def test_d7_a_charge_may_be_prorated_by_a_method_of_its_own(landlord):
    lease = make_lease(landlord, start=date(2026, 1, 10))
    charge(lease, "parking", "500000", start=date(2026, 1, 10), proration="30-day")
    bill(landlord)
    assert [spans(landlord, stream)[0][2] for stream in ("rent", "parking")] == [354_839, 366_667]


def test_r2_a_charge_may_fall_due_some_days_after_its_issue_and_be_issued_ahead(landlord):
    charge(make_lease(landlord), "wifi", "15000", due_days_after=10, lead_days=3)
    bill(landlord, last=date(2026, 1, 30))
    found = Invoice.objects.of(landlord).filter(lines__stream="wifi").order_by("period_start")
    assert [(row.period_start, row.due_date) for row in found] == [(FEBRUARY, date(2026, 2, 8))]


def test_only_a_fixed_amount_is_priced_here_a_meter_s_comes_with_its_reading(landlord):
    charge(make_lease(landlord), "electricity", "0", kind="metered")
    bill(landlord)
    assert [line.stream for line in InvoiceLine.objects.of(landlord)] == ["rent"]


# --- Tax and withholding --------------------------------------------------------------------------------------------


def test_d29_tax_is_a_line_of_its_own_rounded_once_with_its_arithmetic(landlord):
    charge(make_lease(landlord), "water", "20000", tax_rate=1800)
    bill(landlord)
    invoice = Invoice.objects.of(landlord).get()
    tax = invoice.lines.get(kind="tax")
    assert (tax.stream, tax.amount, tax.arithmetic) == ("tax-water", Money(3600, "TZS"), "18 % x 20,000 = 3,600")
    assert (tax.period_start, tax.period_end, tax.tax_rate) == (JANUARY, date(2026, 1, 31), 1800)
    assert [line.stream for line in invoice.lines.all()] == ["rent", "water", "tax-water"]
    assert invoice.total == Money(523_600, "TZS")
    assert bill(landlord).created == 0


@pytest.mark.parametrize(
    ("code", "currency", "rent", "rate", "tax", "arithmetic"),
    [
        ("DAR", "TZS", "12345", 750, "926", "7.5 % x 12,345 = 926"),
        ("DAR", "USD", "987.10", 1800, "177.68", "18 % x 987.10 = 177.68"),
        ("KWT", "KWD", "250.500", 500, "12.525", "5 % x 250.50 = 12.525"),
    ],
)
def test_d29_tax_is_rounded_to_the_billing_unit_of_its_currency(db, code, currency, rent, rate, tax, arithmetic):
    landlord = make_landlord(code=code)
    lease = make_lease(landlord, rent=rent, currency=currency)
    lease.charges.update(tax_rate=rate)
    bill(landlord)
    line = InvoiceLine.objects.of(landlord).get(kind="tax")
    assert (line.amount, line.arithmetic) == (Money(tax, currency), arithmetic)


def test_d29_tax_is_read_as_the_tax_on_its_stream():
    with override("en"):
        assert stream_word("tax-water") == "Tax on Water"
        assert stream_word("tax-roof-terrace") == "Tax on Roof terrace"


def test_d27_what_a_tenant_must_withhold_is_expected_and_is_no_line(landlord):
    make_lease(landlord, rent="1000000").charges.update(withholding_rate=1000)
    bill(landlord)
    line = InvoiceLine.objects.of(landlord).get()
    assert (line.amount, line.withheld) == (Money(1_000_000, "TZS"), Money(100_000, "TZS"))
    assert line.invoice.total == Money(1_000_000, "TZS")


# --- What a line keeps ----------------------------------------------------------------------------------------------


def test_a_line_keeps_its_inputs_and_the_account_it_is_booked_on(landlord):
    lease = make_lease(landlord, start=date(2026, 1, 10), charges={"water": "20000", "parking": "9000"})
    lease.charges.filter(stream="water").update(tax_rate=1800)
    bill(landlord)
    rent = InvoiceLine.objects.of(landlord).get(kind="rent")
    assert (rent.days, rent.of_days, rent.price) == (22, 31, Money(500_000, "TZS"))
    accounts = dict(InvoiceLine.objects.of(landlord).values_list("stream", "account"))
    assert accounts == {"rent": "4000", "water": "4100", "tax-water": "2200", "parking": "4300"}


def test_d2_a_landlord_s_own_billing_unit_rounds_what_is_computed_and_no_whole_rent(landlord):
    BillingPolicy.unscoped.create(landlord=landlord, billing_units={"TZS": "100"})
    make_lease(landlord, rent="500050", start=date(2026, 1, 10))
    bill(landlord, last=FEBRUARY)
    assert [amount for _start, _end, amount in spans(landlord, "rent")] == [354_900, 500_050]


def test_the_reader_gives_the_bills_without_writing_them(landlord):
    lease = make_lease(landlord, charges={"wifi": "15000"}, charge_due_days={"wifi": 20})
    rent, wifi = unbilled(landlord, JANUARY, date(2026, 1, 31), result=RunResult())
    assert (rent.lease, rent.currency, rent.due_date, rent.total) == (lease.pk, "TZS", date(2026, 1, 5), 500_000)
    assert [(line.stream, line.kind, line.amount, line.arithmetic) for line in wifi.lines] == [
        ("wifi", "charge", Decimal(15_000), "31/31 x 15,000 = 15,000")
    ]
    assert not Invoice.objects.of(landlord).exists()
    bill(landlord)
    assert list(unbilled(landlord, JANUARY, date(2026, 1, 31), result=RunResult())) == []


# --- Once -----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there the landlord's lock keeps it")
@pytest.mark.parametrize(("start", "end"), [(JANUARY, JANUARY), (date(2026, 1, 31), date(2026, 2, 28))])
def test_d12_postgresql_refuses_a_day_of_a_stream_that_is_billed_twice(landlord, start, end):
    line = make_invoice(make_lease(landlord)).lines.get()
    line.pk, line.period_start, line.period_end = None, start, end
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()


@pytest.mark.parametrize(
    "other", [{"period_start": FEBRUARY, "period_end": FEBRUARY}, {"stream": "rent-b"}, {"cancelled": True}]
)
def test_d12_other_days_other_streams_and_what_was_withdrawn_stand_beside_it(landlord, other):
    line = make_invoice(make_lease(landlord)).lines.get()
    line.pk = None
    for name, value in other.items():
        setattr(line, name, value)
    line.save()
    assert InvoiceLine.objects.of(landlord).count() == 2
