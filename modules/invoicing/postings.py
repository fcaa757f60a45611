"""What invoicing posts: the journal of its own rows, each a document (docs/rules.md, D46).

| Row | Debit | Credit | Dated |
| --- | --- | --- | --- |
| line of an issued bill | receivables | the line's account | the issue, a late fee its own day |
| the same, withdrawn | the line's account | receivables | the day it was withdrawn |
| line of a credit note | the line's account | receivables | its issue |
| settlement | its account | receivables | its entry |
| credit | its account | tenants' credit | its entry |
| deposit held before | its account | deposits | its day |
| deposit refunded | deposits | its account | its day |

A reversal has the opposite amount, and so stands on the other sides. What a credit note settles posts nothing: the
note's lines do, and the rest of it that became credit comes out of the receivables. A deposit that was applied is
posted by its settlement.
"""

from collections.abc import Iterator

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from rentbook.kernel.accounts import Account
from rentbook.kernel.books import entries
from rentbook.kernel.contributions import Posting, postings
from rentbook.kernel.people import Landlord

from .models import Credit, CreditNoteLine, DepositEntry, InvoiceLine, Settlement

RECEIVABLE, PREPAID, DEPOSITS = (Value(code.value) for code in (Account.RECEIVABLE, Account.PREPAID, Account.DEPOSITS))
OWN = F("account")
BY_NOTE = Q(kind=Settlement.Kind.CREDIT_NOTE) | Q(reverses__kind=Settlement.Kind.CREDIT_NOTE)


def bills(landlord: Landlord) -> Iterator[QuerySet]:
    lines = InvoiceLine.objects.of(landlord).filter(invoice__issue_date__isnull=False)
    common = {"sum": "amount", "lease": "lease", "document": ("invoice", "invoice")}
    asked = Coalesce("late_fee__on", "invoice__issue_date")
    yield from entries(lines, on=asked, debit=RECEIVABLE, credit=OWN, kind=Value("invoice"), **common)
    gone = lines.filter(invoice__cancelled_on__isnull=False)
    yield from entries(
        gone, on="invoice__cancelled_on", debit=OWN, credit=RECEIVABLE, kind=Value("cancellation"), **common
    )


def credit_notes(landlord: Landlord) -> list[QuerySet]:
    return entries(
        CreditNoteLine.objects.of(landlord), on="credit_note__issue_date", debit=OWN, credit=RECEIVABLE, sum="amount",
        lease="credit_note__invoice__lease", kind=Value("credit_note"), document=("credit_note", "credit_note"),
    )  # fmt: skip


def settlements(landlord: Landlord) -> list[QuerySet]:
    return entries(
        Settlement.objects.of(landlord).exclude(BY_NOTE), on="entry_date", debit=OWN, credit=RECEIVABLE, sum="amount",
        lease="invoice__lease", kind=F("kind"), document=("settlement", "pk"),
    )  # fmt: skip


def credits(landlord: Landlord) -> list[QuerySet]:
    return entries(
        Credit.objects.of(landlord), on="entry_date", debit=OWN, credit=PREPAID, sum="amount", lease="lease",
        kind=Value("credit_given"), document=("credit", "pk"),
    )  # fmt: skip


def deposits(landlord: Landlord) -> Iterator[QuerySet]:
    rows = DepositEntry.objects.of(landlord)
    common = {"on": "on", "sum": "amount", "lease": "lease", "kind": F("kind"), "document": ("deposit", "pk")}
    yield from entries(rows.filter(kind=DepositEntry.Kind.HELD), debit=OWN, credit=DEPOSITS, **common)
    yield from entries(rows.filter(kind=DepositEntry.Kind.REFUNDED), debit=DEPOSITS, credit=OWN, **common)


for rows in (bills, credit_notes, settlements, credits, deposits):
    postings.register(Posting(f"invoicing.{rows.__name__}", rows))
