"""A long story of a book at random: whatever happens in whichever order, the books hold after every step (D46)."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F

from modules.invoicing.deposits import deposit_held
from modules.invoicing.models import Credit, DepositEntry, Invoice
from modules.invoicing.selectors import month_of
from modules.invoicing.services import (
    ManualLine,
    apply_deposit,
    cancel_invoices,
    credit_lines,
    draft_invoice,
    give_credit,
    hold_deposits,
    issue_rent_invoices,
    open_balances,
    recover,
    refund_deposit,
    reverse_deposit_entries,
    send_invoices,
    withhold,
    write_off,
)
from modules.invoicing.services.opening import OpeningBalance
from modules.invoicing.statements import statement
from modules.leasing.models import Lease
from modules.leasing.services import sign_leases
from modules.payments.models import Payment
from modules.payments.services import complete_payment, record_payment, reverse_payments
from rentbook.kernel import clock
from rentbook.kernel.books import balances
from rentbook.kernel.contributions import book_checks
from rentbook.kernel.money import Money, total_by_currency
from tests.factories import make_lease, make_unit

pytestmark = pytest.mark.django_db
FIRST = date(2026, 1, 1)


class Story:
    """A landlord's book to which something happens at random; what a service refuses does not happen."""

    def __init__(self, landlord, seed: int):
        self.landlord, self.chance, self.today, self.steps = landlord, random.Random(seed), FIRST, 0
        self.done: set[str] = set()

    # --- What there is

    def any(self, model, **conditions):
        rows = list(model.objects.of(self.landlord).filter(**conditions).order_by("pk"))
        return self.chance.choice(rows) if rows else None

    def amount(self, currency: str) -> Money:
        return Money(self.chance.choice([1, 40_000, 250_000, 500_000, 900_000]), currency)

    def day(self) -> date:
        return self.today - timedelta(days=self.chance.randint(0, 3))

    def cause(self) -> str:
        return f"story:{self.steps}"

    # --- What happens

    def sign(self) -> None:
        start = self.today + timedelta(days=self.chance.randint(-20, 20))
        deposit = self.chance.choice(["0", "1000000"])
        currency = self.chance.choice(["TZS", "TZS", "USD"])
        place = make_unit(self.landlord)
        lease = make_lease(
            self.landlord,
            unit=place,
            start=start,
            deposit=deposit,
            currency=currency,
            signed=False,
            charges={"water": "20000"},
        )
        sign_leases(leases=[lease], by=None)

    def take_over(self) -> None:
        lease = make_lease(self.landlord, start=self.today, deposit="700000")
        hold_deposits(landlord=self.landlord, leases=Lease.objects.of(self.landlord).filter(pk=lease.pk), on=self.today)
        amount = Money(self.chance.choice([-300_000, 300_000]), "TZS")
        open_balances(landlord=self.landlord, balances=[OpeningBalance(lease, amount)], on=self.today)

    def bill(self) -> None:
        first, last = month_of(self.today)
        issue_rent_invoices(landlord=self.landlord, first=first, last=last, on=self.today)

    def bill_by_hand(self) -> None:
        if lease := self.any(Lease, state="active"):
            lines = [ManualLine(f"repair-{self.steps}", self.amount(lease.currency))]
            draft = draft_invoice(lease=lease, lines=lines, due_date=self.today)
            send_invoices(invoices=[draft], by=None)

    def withdraw(self) -> None:
        if invoice := self.any(Invoice, state__in=Invoice.OPEN):
            cancel_invoices(invoices=[invoice], by=None)

    def pay(self) -> None:
        if invoice := self.any(Invoice, state__in=Invoice.OPEN):
            amount = min(self.amount(invoice.currency), invoice.available)
            method = self.chance.choice(["cash", "mobile_money", "cheque"])
            record_payment(invoice=invoice, amount=amount, method=method, value_date=self.day(), by=None)

    def pay_too_much(self) -> None:
        """What a provider proves is a fact, on any bill."""
        if invoice := self.any(Invoice):
            given = {"method": "online", "currency": invoice.currency, "amount": self.amount(invoice.currency)}
            complete_payment(payment=Payment.unscoped.create(landlord=self.landlord, invoice=invoice, **given))

    def take_back(self) -> None:
        if payment := self.any(Payment, state="completed", reversal=None):
            reverse_payments(payments=[payment], reason="It bounced", by=None)

    def withhold(self) -> None:
        if invoice := self.any(Invoice, state__in=Invoice.OPEN):
            amount = min(self.amount(invoice.currency), invoice.available)
            withhold(invoice=invoice, amount=amount, certificate=self.cause(), on=self.day(), by=None)

    def write_off(self) -> None:
        if invoice := self.any(Invoice, state__in=Invoice.OPEN):
            write_off(invoices=[invoice], reason="Nobody will pay it.", by=None)

    def recover(self) -> None:
        if invoice := self.any(Invoice, settlements__kind="write_off"):
            recover(invoices=[invoice], reason="He pays after all.", by=None)

    def credit(self) -> None:
        if invoice := self.any(Invoice, state__in=[*Invoice.OPEN, "paid"]):
            part = (invoice.lines.first(), self.amount(invoice.currency))
            credit_lines(invoice=invoice, lines=[part], reason="The tap was broken.", on=self.today, by=None)

    def pay_ahead(self) -> None:
        if lease := self.any(Lease):
            given = {"amount": self.amount(lease.currency), "value_date": self.today, "source": self.cause()}
            give_credit(lease=lease, note="", **given)

    def use_deposit(self) -> None:
        if invoice := self.any(Invoice, state__in=Invoice.OPEN):
            given = {"amount": self.amount(invoice.currency), "reason": "rent", "on": self.day(), "by": None}
            apply_deposit(lease=invoice.lease, invoices=[invoice], **given)

    def give_deposit_back(self) -> None:
        if lease := self.any(Lease):
            given = {"amount": self.amount(lease.currency), "reason": "left", "on": self.day(), "by": None}
            refund_deposit(lease=lease, account=self.chance.choice(["1000", "1020"]), **given)

    def undo_deposit(self) -> None:
        if entry := self.any(DepositEntry):
            reverse_deposit_entries(entries=[entry], reason="wrong", by=None)

    def go_on(self) -> None:
        self.today += timedelta(days=self.chance.randint(1, 9))

    HAPPENINGS = (
        sign, take_over, bill, bill_by_hand, withdraw, pay, pay, pay, pay_too_much, take_back, withhold, write_off,
        recover, credit, pay_ahead, use_deposit, use_deposit, give_deposit_back, undo_deposit, go_on,
    )  # fmt: skip

    def step(self) -> str:
        self.steps += 1
        happening: Callable = self.chance.choice(self.HAPPENINGS)
        with clock.travel(self.today):
            try:
                happening(self)
                self.done.add(happening.__name__)
            except ValidationError:
                return f"{happening.__name__} was refused"
        return happening.__name__


def breaks(landlord) -> list[str]:
    return [text for check in book_checks for text in check.breaks(landlord)]


@pytest.fixture(
    params=[
        (46, 100),
        pytest.param((46, 300), marks=pytest.mark.storm),
        pytest.param((47, 300), marks=pytest.mark.storm),
    ],
    ids=lambda seed_and_steps: "seed {}, {} steps".format(*seed_and_steps),
)
def told(landlord, request) -> Story:
    """So many steps, after each of which everything holds."""
    seed, steps = request.param
    story = Story(landlord, seed=seed)
    for _ in range(steps):
        step = story.step()
        assert breaks(landlord) == [], f"step {story.steps}: {step}"
    return story


def test_d46_the_books_hold_after_each_step_and_the_sums_are_equal(landlord, told):
    assert told.done == {happening.__name__ for happening in Story.HAPPENINGS}
    leases = list(Lease.objects.of(landlord).filter(state__in=Lease.BILLED))
    closed = [statement(lease=lease, first=FIRST, last=date(2030, 1, 1)) for lease in leases]
    for currency in ("TZS", "USD"):
        by_statements = sum(each.closing.amount for each in closed if each.lease.currency == currency)
        debit, credit = balances(landlord)["1100", currency]
        prepaid_debit, prepaid_credit = balances(landlord).get(("2000", currency), (0, 0))
        assert by_statements == debit - credit + prepaid_debit - prepaid_credit != 0
    standing = Invoice.objects.of(landlord).exclude(issue_date=None).filter(cancelled_on=None)
    receivables = {str(sum.currency): sum.amount for sum in total_by_currency(standing, F("total") - F("amount_paid"))}
    assert receivables == {
        currency: debit - credit
        for (account, currency), (debit, credit) in balances(landlord).items()
        if account == "1100"
    }
    _each_month_opens_where_the_last_one_closed(leases, told.today)


def _each_month_opens_where_the_last_one_closed(leases: list[Lease], until: date) -> None:
    for lease in leases:
        closing, first = Money(0, lease.currency), FIRST
        while first <= until:
            first, last = month_of(first)
            month = statement(lease=lease, first=first, last=last)
            assert month.opening == closing
            assert month.deposit_held == statement(lease=lease, first=FIRST, last=last).deposit_held
            closing, first = month.closing, last + timedelta(days=1)
        own = Credit.objects.of(lease.landlord_id).filter(lease=lease)
        left = sum((row.amount - row.applied for row in own), Money(0, lease.currency))
        standing = lease.invoices.exclude(issue_date=None).exclude(state="cancelled")
        assert closing == sum((bill.balance for bill in standing), Money(0, lease.currency)) - left
        assert month.deposit_held == deposit_held(lease)
