"""The statement of a lease's account between two days, as plain values (docs/rules.md, D47)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Model

from modules.leasing.models import Lease, Tenant
from rentbook.kernel.money import Money

from .deposit_moves import deposit_moves
from .moves import Move, moves


@dataclass(frozen=True)
class Entry:
    """A line: what was asked stands in `debit`, what took it off in `credit`; `balance` is what is owed after it.

    In the block of the deposit `credit` is what came in, `debit` what went out, and `balance` what is held after it.
    `document` is the row that proves it, `number` what people call that.
    """

    on: date
    kind: str
    number: str
    text: str
    debit: Money
    credit: Money
    balance: Money
    document: Model | None = None


@dataclass(frozen=True)
class Statement:
    """All that happened from `first` through `last`, in one currency; below zero the tenant is in credit.

    It opens with all before its first day; the closing balance of one is the opening balance of the next. The deposit
    that is held is no part of what is owed and stands in a block of its own; the bill that charges it is one of the
    bills. Days are those of the entries in the books; money with another value date says so.
    """

    lease: Lease
    first: date
    last: date
    opening: Money
    entries: list[Entry]
    closing: Money
    deposit: list[Entry]
    deposit_held: Money


def statement(*, lease: Lease, first: date, last: date) -> Statement:
    """The statement as at any date, its texts in the language that is active; a fixed number of queries."""
    opening, entries, closing = _account(lease, moves(lease), first, last, sign=1)
    _before, deposit, held = _account(lease, deposit_moves(lease), first, last, sign=-1)
    return Statement(lease, first, last, opening, entries, closing, deposit, held)


def statements_of_tenant(tenant: Tenant, first: date, last: date) -> list[Statement]:
    """A statement for each lease that was ever billed, the latest first: a lease has one currency."""
    leases = Lease.objects.of(tenant.landlord_id).filter(tenant=tenant, state__in=Lease.BILLED)
    rows = leases.select_related("unit__property", "tenant__contact", "landlord").order_by("-start", "-pk")
    return [statement(lease=lease, first=first, last=last) for lease in rows]


def _account(
    lease: Lease, given: Iterable[Move], first: date, last: date, *, sign: int
) -> tuple[Money, list[Entry], Money]:
    """Opening, lines and closing; `sign` is 1 where what is asked makes the balance, -1 where what comes in does."""
    known = [move for move in given if move.on <= last]
    opening = sum((move.amount for move in known if move.on < first), Decimal(0)) * sign
    entries = list(_lines(lease.currency, [move for move in known if move.on >= first], opening, sign))
    before = Money(opening, lease.currency)
    return before, entries, entries[-1].balance if entries else before


def _lines(currency: str, given: Iterable[Move], balance: Decimal, sign: int) -> Iterator[Entry]:
    for move in given:
        balance += move.amount * sign
        debit, credit = max(move.amount, Decimal(0)), max(-move.amount, Decimal(0))
        sides = (Money(each, currency) for each in (debit, credit, balance))
        yield Entry(move.on, move.kind, move.number, move.text, *sides, move.document)
