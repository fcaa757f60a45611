"""What tests of credit notes, withheld tax and write-offs do again and again: credit, pay, and look."""

from datetime import date

from modules.invoicing.models import Credit, CreditNote, Invoice
from modules.invoicing.services import credit_lines, settle
from rentbook.kernel import clock
from rentbook.kernel.contributions import book_checks
from rentbook.kernel.money import Money

FIFTH = date(2026, 1, 5)


def tzs(amount) -> Money:
    return Money(amount, "TZS")


def credit(invoice: Invoice, *, reason="No water for a week.", on=None, by=None, source=None, **amounts) -> CreditNote:
    """A credit note of so much a stream."""
    own = {line.stream: line for line in invoice.lines.all()}
    lines = [(own[stream], tzs(amount)) for stream, amount in amounts.items()]
    day = on or clock.today(invoice.landlord)
    return credit_lines(invoice=invoice, lines=lines, reason=reason, on=day, by=by, source=source)


def pay(invoice: Invoice, amount) -> None:
    source, dates = f"test:{invoice.pk}:{invoice.settlements.count()}", {"value_date": FIFTH, "entry_date": FIFTH}
    settle(invoice=invoice, kind="payment", amount=tzs(amount), source=source, by=None, **dates)


def standing(invoice: Invoice) -> tuple[str, int]:
    """The invoice's state, and what is left to pay."""
    invoice.refresh_from_db()
    return invoice.state, int(invoice.balance.amount)


def free_credit(landlord) -> int:
    return sum(int((row.amount - row.applied).amount) for row in Credit.objects.of(landlord))


def breaks(landlord) -> list[str]:
    """What does not hold in the landlord's books."""
    return [text for check in book_checks for text in check.breaks(landlord)]
