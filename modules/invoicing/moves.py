"""What changes what a tenant owes on a lease: each document once, on the day of its entry (docs/rules.md, D46, D47).

What only moves inside is no change: credit that settles a bill was taken off when it came, a credit note when it was
issued.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import F, Max, Min, Model, Q, QuerySet, Sum
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from modules.leasing.models import Lease
from modules.leasing.streams import stream_word
from rentbook.kernel.accounts import Account
from rentbook.kernel.dates import show_day, show_period
from rentbook.kernel.people import Landlord
from rentbook.kernel.registry import slots

from .models import Credit, CreditNote, Invoice, InvoiceLine, Settlement

INSIDE = (Settlement.Kind.CREDIT, Settlement.Kind.CREDIT_NOTE)
FEE = InvoiceLine.Kind.LATE_FEE
#: Bills of one kind of line, that are called by it.
CALLED = {InvoiceLine.Kind.OPENING: "opening-balance", InvoiceLine.Kind.DEPOSIT: "deposit"}


@dataclass(frozen=True)
class Move:
    """A document's effect in the lease's currency: above zero more is owed."""

    on: date
    kind: str
    number: str
    text: str
    amount: Decimal
    document: Model | None = None


# --- The rows, for one lease and for a whole book -------------------------------------------------------------------


def issued(landlord: Landlord | int) -> QuerySet[Invoice]:
    return Invoice.objects.of(landlord).exclude(issue_date=None)


def settled_from_outside(landlord: Landlord | int) -> QuerySet[Settlement]:
    return Settlement.objects.of(landlord).exclude(Q(kind__in=INSIDE) | Q(reverses__kind__in=INSIDE))


def credit_from_outside(landlord: Landlord | int) -> QuerySet[Credit]:
    return Credit.objects.of(landlord).exclude(account=Account.RECEIVABLE)


def closings(landlord: Landlord) -> list[QuerySet]:
    """What the statements of all leases close with when nothing more happens, in parts: a lease, a currency, a sum."""
    parts = [
        (issued(landlord).filter(cancelled_on=None), "lease", F("total")),
        (CreditNote.objects.of(landlord), "invoice__lease", F("total") * -1),
        (settled_from_outside(landlord), "invoice__lease", F("amount") * -1),
        (credit_from_outside(landlord), "lease", F("amount") * -1),
    ]
    return [rows.order_by().annotate(owed=owed).values_list(lease, "currency", "owed") for rows, lease, owed in parts]


# --- One lease ------------------------------------------------------------------------------------------------------


def moves(lease: Lease) -> list[Move]:
    """All that ever changed what is owed on the lease, in the order of days; a fixed number of queries."""
    found = [*_bills(lease), *_fees(lease), *_notes(lease), *_money(lease)]
    return sorted(found, key=lambda move: move.on)


def _bills(lease: Lease) -> Iterator[Move]:
    kinds = {"first_kind": Min("lines__kind"), "last_kind": Max("lines__kind")}
    fees = Sum("lines__amount", filter=Q(lines__kind=FEE), default=0)
    for bill in issued(lease.landlord_id).filter(lease=lease).annotate(fees=fees, **kinds).order_by("issue_date", "pk"):
        total = bill.total.amount
        yield Move(bill.issue_date, "invoice", str(bill), _called(bill), total - bill.fees, bill)
        if bill.cancelled_on:
            yield Move(bill.cancelled_on, "cancellation", str(bill), _("Bill withdrawn"), -total, bill)


def _called(bill: Invoice) -> str:
    if bill.first_kind == bill.last_kind and bill.first_kind in CALLED:
        return stream_word(CALLED[bill.first_kind])
    return _("Bill, %(period)s") % {"period": show_period(bill.period_start, bill.period_end, get_language())}


def _fees(lease: Lease) -> Iterator[Move]:
    lines = InvoiceLine.objects.of(lease.landlord_id).filter(lease=lease, kind=FEE, invoice__issue_date__isnull=False)
    for line in lines.select_related("invoice", "late_fee").order_by("pk"):
        fee = getattr(line, "late_fee", None)
        on = fee.on if fee else line.invoice.issue_date
        yield Move(on, "late_fee", str(line.invoice), _("Late fee"), line.amount.amount, line.invoice)


def _notes(lease: Lease) -> Iterator[Move]:
    for note in CreditNote.objects.of(lease.landlord_id).filter(invoice__lease=lease).order_by("pk"):
        yield Move(note.issue_date, "credit_note", note.number, note.reason, -note.total.amount, note)


def _money(lease: Lease) -> Iterator[Move]:
    """What came and what was given up, each cause once: a payment that left credit is one line."""
    settled = settled_from_outside(lease.landlord_id).filter(invoice__lease=lease)
    given = credit_from_outside(lease.landlord_id).filter(lease=lease)
    rows = sorted([*settled.select_related("reverses"), *given.select_related("reverses")], key=_together)
    documents = _documents(lease.landlord_id, rows)
    for (on, cause, _back), same in groupby(rows, key=_together):
        first, *others = same
        amount = sum((row.amount.amount for row in others), first.amount.amount)
        document = documents.get(cause)
        number = str(document or getattr(first, "reference", ""))
        yield Move(on, _kind(first), number, _said(first), -amount, document)


def _together(row: Settlement | Credit) -> tuple[date, str, bool]:
    """What is one line: the same cause on the same day, and its reversal apart."""
    return row.entry_date, cause(row), row.reverses_id is not None


def cause(row: Settlement | Credit) -> str:
    """What settled or gave credit, such as payment:12; a reversal has the cause of what it reverses."""
    return ":".join((row.reverses or row).source.split(":")[:2])


def _documents(landlord: int, rows: Iterable[Settlement | Credit]) -> dict[str, Model]:
    causes = {cause(row) for row in rows}
    answers = slots.all("invoicing.settlement.proofs", landlord, causes) if causes else []
    return {name: document for answer in answers for name, document in answer.items()}


def _kind(row: Settlement | Credit) -> str:
    return row.kind if isinstance(row, Settlement) else "credit"


def _said(row: Settlement | Credit) -> str:
    meant = row.reverses or row
    paid = isinstance(meant, Settlement) or meant.source.startswith("payment:")
    word = meant.get_kind_display() if isinstance(meant, Settlement) else _("payment") if paid else meant.note
    text = capfirst(word or _("credit"))
    if row.reverses:
        return _("%(what)s: taken back") % {"what": text}
    if row.value_date != row.entry_date:
        return _("%(what)s of %(day)s") % {"what": text, "day": show_day(row.value_date, get_language())}
    return text
