"""The statement of a lease's account between two days, as plain values (docs/rules.md, D47)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Model

from modules.leasing.models import Lease
from rentbook.kernel.money import Money


@dataclass(frozen=True)
class Entry:
    """A line: what was asked stands in `debit`, what took it off in `credit`; `balance` is what is owed after it.

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
    is no part of what is owed and stands in a block of its own.
    """

    lease: Lease
    first: date
    last: date
    opening: Money
    entries: list[Entry]
    closing: Money
    deposit: list[Entry]
    deposit_held: Money
