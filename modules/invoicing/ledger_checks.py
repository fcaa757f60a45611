"""The books against figures of another origin: bills, credit, deposits and statements, lease by lease (D46)."""

from collections.abc import Iterable, Iterator

from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable

from rentbook.kernel.accounts import Account
from rentbook.kernel.books import differences, unbalanced
from rentbook.kernel.people import Landlord

from .deposits import SIGNED, deposit_bills
from .models import Credit, CreditNoteLine, DepositEntry, Invoice, InvoiceLine
from .moves import closings, issued


def postings_balance(landlord: Landlord) -> Iterator[str]:
    """The debits of a document are its credits, on each day and in each currency (docs/rules.md, D46)."""
    for document in unbalanced(landlord):
        yield f"the entries of {document} do not balance"


def receivables_are_the_bills(landlord: Landlord) -> Iterator[str]:
    """The account of the receivables is what is left to pay on bills, tenant by tenant."""
    standing = issued(landlord).filter(cancelled_on=None)
    yield from _differ(landlord, [Account.RECEIVABLE], [_figure(standing, F("total") - F("amount_paid"))])


def prepaid_is_the_credit(landlord: Landlord) -> Iterator[str]:
    """The account of the tenants' credit is the credit that is not applied (docs/rules.md, D26)."""
    yield from _differ(landlord, [Account.PREPAID], [_figure(Credit.objects.of(landlord), F("applied") - F("amount"))])


def statements_are_the_ledger(landlord: Landlord) -> Iterator[str]:
    """What statements close with is the receivables less the credit (docs/rules.md, D46, D47)."""
    yield from _differ(landlord, [Account.RECEIVABLE, Account.PREPAID], closings(landlord))


def deposits_are_held_or_unpaid(landlord: Landlord) -> Iterator[str]:
    """The account of the deposits is what is held, and what is charged and not received (docs/rules.md, D25)."""
    bills = deposit_bills(Invoice.objects.of(landlord))
    held = [_figure(bills, F("received") * -1), _figure(DepositEntry.objects.of(landlord), SIGNED * -1)]
    yield from _differ(landlord, [Account.DEPOSITS], [*held, _figure(bills, F("unpaid") * -1)])


def openings_are_what_was_taken_over(landlord: Landlord) -> Iterator[str]:
    """The account of the openings is what was owed, paid ahead and held on leases that were taken over."""
    standing = issued(landlord).filter(cancelled_on=None, lines__kind=InvoiceLine.Kind.OPENING)
    credited = CreditNoteLine.objects.of(landlord).filter(line__kind=InvoiceLine.Kind.OPENING)
    ahead = Credit.objects.of(landlord).filter(source__startswith="opening:")
    held = DepositEntry.objects.of(landlord).filter(kind=DepositEntry.Kind.HELD)
    figures = [_figure(rows, F("amount")) for rows in (ahead, held)]
    figures += [_figure(standing, F("total") * -1), _figure(credited, F("amount"), "credit_note__invoice__lease")]
    yield from _differ(landlord, [Account.OPENING], figures)


def _figure(rows: QuerySet, sum: Combinable, lease: str = "lease") -> QuerySet:
    return rows.order_by().annotate(figure=sum).values_list(lease, "currency", "figure")


def _differ(landlord: Landlord, accounts: list[Account], figures: Iterable[QuerySet]) -> Iterator[str]:
    names = " and ".join(accounts)
    for lease, amount in differences(landlord, accounts, figures):
        yield f"account {names} differs by {amount} on lease {lease}"


OF_THE_LEDGER = (
    postings_balance, receivables_are_the_bills, prepaid_is_the_credit, statements_are_the_ledger,
    deposits_are_held_or_unpaid, openings_are_what_was_taken_over,
)  # fmt: skip
