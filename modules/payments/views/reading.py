"""What the page shows of a lease's bills, read in few queries."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from modules.invoicing.documents import shown
from modules.invoicing.models import Invoice, InvoiceLine, Settlement
from modules.invoicing.selectors import OWING
from modules.invoicing.wording import stream_name
from modules.leasing.models import Charge, Lease
from modules.payments.models import Attempt, Payment, Receipt
from rentbook.kernel import clock
from rentbook.kernel.money import Money, billing_unit, round_money


@dataclass(frozen=True)
class Paid:
    """Something that settled a part of the bill: when, how much, and the payment where it was one."""

    day: date
    amount: Money
    payment: Payment | None


@dataclass(frozen=True)
class Bill:
    """One invoice, as the page shows it on a day."""

    invoice: Invoice
    today: date
    lines: list[InvoiceLine]
    payments: list[Payment]
    language: str

    @property
    def days(self) -> int:
        """How many days it still has; below zero, how many it is late."""
        return (self.invoice.due_date - self.today).days

    @property
    def days_late(self) -> int:
        return max(0, -self.days)

    @property
    def name(self) -> str:
        """What the bill is for, where it is one thing other than rent; "" for rent."""
        streams = {line.stream for line in self.lines}
        if Charge.RENT in streams or not streams:
            return ""
        return ", ".join(stream_name(stream, self.language) for stream in sorted(streams))

    @property
    def printed_lines(self) -> list[dict[str, Any]]:
        """The lines in words; one says its own period only where it is not the bill's."""
        span = self.invoice.period_start, self.invoice.period_end
        rows = [shown(line, self.language) for line in self.lines]
        return [row | {"own_period": (row["start"], row["end"]) != span} for row in rows]

    @property
    def half(self) -> Money | None:
        """Half of what is left, as it can be paid; None where that is all of it."""
        code = self.invoice.currency
        half = Money(round_money(self.invoice.available.amount / 2, billing_unit(code)), code)
        return half if half < self.invoice.available else None

    @cached_property
    def paid(self) -> list[Paid]:
        """All that settled the bill so far and was not taken back."""
        by_source = {f"payment:{payment.pk}": payment for payment in self.payments}
        rows = Settlement.objects.of(self.invoice.landlord_id).filter(invoice=self.invoice)
        standing = rows.filter(reverses=None, reversal=None)
        return [Paid(row.value_date, row.amount, by_source.get(row.source)) for row in standing]

    @property
    def received_total(self) -> Money:
        """What payments have brought to the bill; credit that was used is not among it."""
        return sum((row.amount for row in self.paid if row.payment), Money(0, self.invoice.currency))

    @property
    def received(self) -> list[Payment]:
        """The payments that arrived and stand, the latest first, each with its receipt."""
        arrived = [payment for payment in self.payments if payment.state == Payment.State.COMPLETED]
        return [payment for payment in arrived if not payment.is_reversed]

    @cached_property
    def live_attempt(self) -> Attempt | None:
        """The attempt of the payment that is on its way now."""
        live = next((payment for payment in self.payments if payment.state == Payment.State.PENDING), None)
        return live.attempts.select_related("payment").first() if live else None


def choose(lease: Lease, number: str) -> tuple[Invoice | None, list[Invoice]]:
    """The invoice of that number, else the oldest open one; and the lease's other open ones, oldest due first."""
    of_lease = Invoice.objects.of(lease.landlord_id).filter(lease=lease).exclude(state=Invoice.State.DRAFT)
    rows = list(of_lease.filter(OWING) | of_lease.filter(number=number)) if number else list(of_lease.filter(OWING))
    rows.sort(key=lambda row: (row.due_date, row.pk))
    owing = [row for row in rows if row.state in Invoice.OPEN and row.balance]
    first = next((row for row in rows if row.number == number), None) or next(iter(owing), None)
    return first, [row for row in owing if row != first]


def read_bill(invoice: Invoice, lease: Lease, language: str) -> Bill:
    """The bill with its lines and payments; its lease is at hand already and is not read again."""
    invoice.lease, invoice.landlord = lease, lease.landlord
    lines = list(InvoiceLine.objects.of(lease.landlord_id).filter(invoice=invoice))
    payments = Payment.objects.of(lease.landlord_id).filter(invoice=invoice)
    known = payments.filter(state__in=(Payment.State.PENDING, Payment.State.COMPLETED))
    known = list(known.select_related("receipt", "reversal"))
    return Bill(invoice, clock.today(lease.landlord), lines, known, language)


def latest_receipt(lease: Lease) -> Receipt | None:
    """The lease's last receipt that is not void."""
    own = Receipt.objects.of(lease.landlord_id).filter(payment__invoice__lease=lease, payment__reversal=None)
    return own.select_related("payment").first()
