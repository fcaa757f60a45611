"""How an amount owed is made: what each bill asks, line by line, and what came off it, each with its document."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, Prefetch, Q, QuerySet
from django.utils.translation import get_language

from modules.leasing.models import Lease, Tenant
from rentbook.kernel.money import Money
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots

from .documents import show_arithmetic
from .models import Credit, CreditNote, Invoice, Settlement
from .moves import cause
from .selectors import OWING
from .wording import stream_name

#: The bills that an amount is made of: all that is open, or the one bill once it is issued.
BILLS_OF = {
    Tenant: lambda tenant: Q(OWING, lease__tenant=tenant),
    Lease: lambda lease: Q(OWING, lease=lease),
    Invoice: lambda invoice: Q(pk=invoice.pk, state__in=(*Invoice.OPEN, Invoice.State.PAID)),
}


#: What of our own settles a bill, by the first word of a settlement's cause.
DOCUMENTS = {"credit": Credit, "credit_note": CreditNote}


@dataclass(frozen=True)
class Line:
    """A part of a bill, or what came off it, which is below zero; `document` is the row that proves it, if any.

    `arithmetic` says how a part came about; of what came off without a document it is the number outside.
    """

    name: str
    start: date
    end: date
    arithmetic: str
    amount: Money
    document: Model | None = None


@dataclass(frozen=True)
class Account:
    """One bill: its lines add up to its balance, to the cent."""

    invoice: Invoice
    lines: list[Line]


def bills_of(user: User, row: Tenant | Lease | Invoice) -> QuerySet[Invoice]:
    """The bills that make what is owed on the row, oldest due first; none that the user may not see."""
    return Invoice.objects.visible_to(user).filter(BILLS_OF[type(row)](row)).order_by("due_date", "pk")


def explain(user: User, row: Tenant | Lease | Invoice) -> list[Account]:
    """The lines that make what is owed by a tenant, on a lease or on one bill; a fixed number of queries."""
    settled = Settlement.objects.visible_to(user).select_related("reverses")
    bills = bills_of(user, row).select_related("lease__unit__property")
    bills = list(bills.prefetch_related("lines", Prefetch("settlements", settled)))
    documents = _documents(user, [row for bill in bills for row in bill.settlements.all()])
    return [Account(bill, [*_asked(bill), *_taken_off(bill, documents)]) for bill in bills]


def _asked(bill: Invoice) -> Iterator[Line]:
    language = get_language()
    for line in bill.lines.all():
        arithmetic = show_arithmetic(line.arithmetic, language)
        name = stream_name(line.stream, language)
        yield Line(name, line.period_start, line.period_end, arithmetic, line.amount)


def _taken_off(bill: Invoice, documents: Mapping[str, Model]) -> Iterator[Line]:
    for row in bill.settlements.all():
        day = row.value_date
        document = documents.get(cause(row))
        proof = "" if document else row.reference
        yield Line(row.get_kind_display(), day, day, proof, -row.amount, document)


def _documents(user: User, settlements: Iterable[Settlement]) -> dict[str, Any]:
    """What proves each settlement, by its cause: some documents are our own, modules above name theirs."""
    causes = {cause(row) for row in settlements}
    found: dict[str, Any] = {}
    for kind, model in DOCUMENTS.items():
        keys = [each.partition(":")[2] for each in causes if each.startswith(f"{kind}:")]
        rows = model.objects.visible_to(user).filter(pk__in=keys) if keys else ()
        found |= {f"{kind}:{row.pk}": row for row in rows}
    for others in slots.all("invoicing.settlement.documents", user, causes) if causes else ():
        found |= others
    return found
