"""A year of a lease, told as it happens: a waived late fee, more time, a rent step, two meters, a move-out in mid-month
and a deposit of which a part is kept. After each day the books hold; at the end the account is even to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from modules.invoicing.deposits import deposit_held
from modules.invoicing.models import CreditNote, Extension, Invoice, LateFee
from modules.invoicing.promises import Promised
from modules.invoicing.services import Deduction, give_more_time, move_out, waive_late_fees
from modules.invoicing.statements import statement
from modules.leasing.meter_book import NewReading
from modules.leasing.metering import Block
from modules.leasing.models import LateFeeRule, Lease, Meter
from modules.leasing.rent_steps import ByPercent
from modules.leasing.services import (
    add_steps,
    create_charge,
    create_lease,
    create_meter,
    create_tariff,
    record_readings,
    sign_leases,
)
from modules.payments.services import record_payment
from rentbook.kernel.accounts import Account
from rentbook.kernel.contributions import book_checks
from rentbook.kernel.money import Money
from rentbook.kernel.scheduling import do_day
from tests.factories import make_unit

KWH = (Block(Decimal(0), Decimal(100)), Block(Decimal(50), Decimal(292)))
CUBIC_METRES = (Block(Decimal(0), Decimal(2000)),)


def tsh(amount: int) -> Money:
    return Money(amount, "TZS")


class Year:
    """The landlord's book with one lease in it, and the day that it is."""

    def __init__(self, landlord, travel):
        self.landlord, self.travel = landlord, travel

    def on(self, month: int, day: int) -> date:
        """The day begins: the worker does it, and the books hold."""
        self.travel(today := date(2026, month, day))
        do_day(self.landlord, today)
        self.landlord.refresh_from_db()
        self.books_hold()
        return today

    def books_hold(self) -> None:
        assert [text for check in book_checks for text in check.breaks(self.landlord)] == []

    def bills(self, **wanted) -> list[Invoice]:
        return list(Invoice.objects.of(self.landlord).filter(**wanted).order_by("pk"))

    def pay(self, bill: Invoice, amount: int) -> None:
        record_payment(invoice=bill, amount=tsh(amount), by=None)
        bill.refresh_from_db()
        self.books_hold()

    def pay_all(self) -> None:
        for bill in self.bills(state__in=Invoice.OPEN):
            self.pay(bill, int(bill.balance.amount))


@pytest.fixture
def year(landlord, travel) -> Year:
    return Year(landlord, travel)


def signed(year: Year) -> Lease:
    rule = LateFeeRule(landlord=year.landlord, name="Ten per cent", currency="TZS", kind="percent", rate=1000)
    rule.save()
    terms = {"deposit": 1_000_000, "due_day": 5, "grace_days": 3, "late_fee": rule}
    person = {"name": "Asha Mrema", "phone": "0712345678"}
    unit = make_unit(year.landlord, name="A-12")
    lease = create_lease(unit=unit, person=person, start=date(2026, 1, 1), rent=Decimal(500_000), by=None, **terms)
    for stream in ("electricity", "water"):
        create_charge(lease=lease, stream=stream, kind="metered", start=lease.start, by=None)
    sign_leases(leases=[lease], by=None)
    lease.refresh_from_db()
    return lease


def metered(lease: Lease) -> tuple[Meter, Meter]:
    """Electricity stood at 120 kWh, water at 10 m³."""
    found = []
    for stream, blocks, measure, first in (("electricity", KWH, "kWh", 120), ("water", CUBIC_METRES, "m³", 10)):
        own = {"name": stream, "stream": stream, "measure": measure, "valid_from": lease.start, "blocks": blocks}
        tariff = create_tariff(landlord=lease.landlord, by=None, **own)
        begun = {"installed_on": lease.start, "first_value": Decimal(first)}
        found.append(create_meter(unit=lease.unit, tariff=tariff, serial=f"M-{stream}", by=None, **begun))
    return found[0], found[1]


def read(meters: tuple[Meter, Meter], on: date, *values: int) -> None:
    readings = [NewReading(meter, on, Decimal(value)) for meter, value in zip(meters, values, strict=True)]
    record_readings(readings=readings, by=None)


def january(year: Year) -> tuple[Lease, tuple[Meter, Meter]]:
    """Signed: the rent and the deposit are asked for, each on a bill of its own, and paid."""
    year.on(1, 1)
    lease = signed(year)
    meters = metered(lease)
    year.books_hold()
    assert [bill.total for bill in year.bills()] == [tsh(500_000), tsh(1_000_000)]
    year.on(1, 3)
    year.pay_all()
    assert deposit_held(lease) == tsh(1_000_000)
    read(meters, year.on(1, 31), 216, 14)
    return lease, meters


def february(year: Year) -> None:
    """96 kWh are 50 x 100 + 46 x 292 = 18,432, 4 m³ are 8,000. Due on the 5th with 3 days of grace, the fee of 10 % of
    the rent falls on the 9th; it is waived, and stays so."""
    year.on(2, 1)
    [bill] = year.bills(period_start=date(2026, 2, 1))
    assert bill.total == tsh(526_432)
    year.on(2, 8)
    assert not LateFee.objects.of(year.landlord).exists()
    year.on(2, 9)
    fee = LateFee.objects.of(year.landlord).get()
    assert (fee.on, fee.amount) == (date(2026, 2, 9), tsh(50_000))
    waive_late_fees(fees=[fee], reason="She was in hospital.", by=None)
    year.books_hold()
    year.on(2, 10)
    bill.refresh_from_db()
    assert (bill.total, bill.balance) == (tsh(576_432), tsh(526_432))
    year.pay(bill, 526_432)
    assert bill.state == "paid"


def march(year: Year) -> None:
    """Promised in two parts, and kept: no fee falls."""
    year.on(3, 4)
    [bill] = year.bills(period_start=date(2026, 3, 1))
    promised = [Promised(date(2026, 3, day), tsh(250_000)) for day in (12, 20)]
    give_more_time(invoices=[bill], promises=promised, reason="Her salary is late.", by=None)
    for day in (12, 20):
        year.on(3, day)
        year.pay(bill, 250_000)
    year.on(3, 21)
    assert Extension.objects.of(year.landlord).get().state == "kept"
    assert LateFee.objects.of(year.landlord).count() == 1


def july(year: Year, lease: Lease) -> None:
    """8 % more, rounded to 1,000: 540,000."""
    for month in (4, 5, 6):
        year.on(month, 5)
        year.pay_all()
    add_steps(leases=[lease], on=date(2026, 7, 1), rise=ByPercent(800), round_to=Decimal(1000), by=None)
    for month in (7, 8, 9):
        year.on(month, 5)
        year.pay_all()
    rents = [bill.total for bill in year.bills(period_start__month__in=[6, 7, 9])]
    assert rents == [tsh(500_000), tsh(540_000), tsh(540_000)]


def september(year: Year, lease: Lease, meters: tuple[Meter, Meter]) -> date:
    """She leaves on the 15th. 300 kWh are 78,000, 30 m³ are 60,000; 15 of 30 days of 540,000 were not used.

    The credit of 270,000 pays the meters and 132,000 of a broken window, the deposit the rest of it.
    """
    last_day = year.on(9, 15)
    read(meters, last_day, 516, 44)
    left = move_out(
        lease=lease, on=last_day, deductions=[Deduction("A broken window", tsh(450_000))],
        reason="She moved to Arusha.", paid_from=Account.CASH, by=None,
    )  # fmt: skip
    year.books_hold()
    assert CreditNote.objects.of(year.landlord).latest("pk").total == tsh(270_000)
    assert [bill.total for bill in left.bills] == [tsh(138_000), tsh(450_000)]
    assert (left.held, left.applied, left.refund) == (tsh(1_000_000), tsh(318_000), tsh(682_000))
    assert (left.owed, left.credit) == (tsh(0), tsh(0))
    return last_day


def test_a_year_of_a_lease(year):
    lease, meters = january(year)
    february(year)
    march(year)
    july(year, lease)
    last_day = september(year, lease, meters)

    year.on(12, 31)
    assert year.bills(issue_date__gt=last_day) == []
    told = statement(lease=lease, first=date(2026, 1, 1), last=date(2026, 12, 31))
    assert (told.opening, told.closing, told.deposit_held) == (tsh(0), tsh(0), tsh(0))
    debits = sum((entry.debit.amount for entry in told.entries), Decimal(0))
    assert debits == sum((entry.credit.amount for entry in told.entries), Decimal(0)) == Decimal(6_284_432)
    spring = statement(lease=lease, first=date(2026, 1, 1), last=date(2026, 6, 30))
    autumn = statement(lease=lease, first=date(2026, 7, 1), last=date(2026, 12, 31))
    assert spring.closing == autumn.opening
