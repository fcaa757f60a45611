"""Who paid, who paid a part, and who did not, in the demo; and one payment of each state."""

import random
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from modules.invoicing.demo import still_open
from modules.invoicing.models import Invoice
from rentbook.kernel import clock
from rentbook.kernel.contributions import DemoStep, demo_steps
from rentbook.kernel.money import Money, billing_unit, round_money
from rentbook.kernel.people import Landlord, User

from .models import Method
from .providers.base import FactState, PaymentFact
from .services import apply_fact, record_payment, reverse_payments, start_payment


def run(landlord: Landlord, today: date, by: User) -> None:
    """Most pay within days of the due date; of this month's, a quarter has paid nothing or a part."""
    chance = random.Random(landlord.code)  # noqa: S311
    for invoice in still_open(landlord, today):
        fate, paid_on = chance.random(), invoice.due_date + timedelta(days=chance.randint(-2, 4))
        this_month = invoice.due_date >= today.replace(day=1)
        if paid_on > today or fate > (0.72 if this_month else 0.95):
            continue
        part = fate > (0.6 if this_month else 0.92)
        _pay(invoice, max(paid_on, invoice.issue_date), part, chance.choice(list(Method)[:2]), by)
    _try_online(landlord, today)
    _take_back(landlord, today, by)


def _pay(invoice: Invoice, on: date, part: bool, method: str, by: User) -> None:
    amount = invoice.balance
    if part:
        half = round_money(amount.amount / 2, billing_unit(invoice.currency))
        amount = Money(half, invoice.currency)
    with clock.travel(on):
        record_payment(invoice=invoice, amount=amount, method=method, by=by)


def _try_online(landlord: Landlord, today: date) -> None:
    """One payment is on its way, one was declined, one was cancelled."""
    outcomes = (None, FactState.FAILED, FactState.CANCELLED)
    for invoice, outcome in zip(still_open(landlord, today), outcomes, strict=False):
        attempt = start_payment(
            invoice=invoice,
            amount=Money(billing_unit(invoice.currency) * 1000, invoice.currency),
            return_url="/",
            once=f"demo:{invoice.pk}",
            language="en",
        )
        if outcome:
            fact = PaymentFact(outcome, attempt.reference, attempt.reference, reason=outcome.value)
            apply_fact(fact, provider=attempt.provider)


def _take_back(landlord: Landlord, today: date, by: User) -> None:
    """One payment was written down for the wrong home, and taken back."""
    with override(landlord.language):
        reason = _("It was entered for the wrong home")
    for invoice in still_open(landlord, today)[-1:]:
        payment = record_payment(invoice=invoice, amount=invoice.available, by=by)
        reverse_payments(payments=[payment], reason=reason, by=by)


demo_steps.register(DemoStep("payments", 50, run))
