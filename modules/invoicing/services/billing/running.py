"""Issuing rent invoices: one pipeline for the command, the schedule, the button and one lease alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import F, Q

from modules.invoicing.events import InvoicesIssued
from modules.invoicing.grouping import Bill
from modules.invoicing.models import BillingPolicy, BillingRun
from modules.invoicing.periods import DAY
from modules.leasing.models import Lease
from rentbook.kernel import clock
from rentbook.kernel.people import Landlord, User, check_open
from rentbook.kernel.states import move

from .owing import EVERY, Condition, billed_before
from .reading import Book
from .results import RunResult
from .windows import DailyWindow, Window
from .writing import draft, issue


def issue_rent_invoices(
    *, landlord: Landlord, first: date, last: date, by: User | None = None, on: date | None = None
) -> RunResult:
    """Issue every period whose planned issue day lies between the two days, both included (docs/rules.md, R2, D13).

    The invoices are dated `on`, by default the landlord's today. What is billed already is counted and left alone
    (D12). Raises BooksLocked when that day is in a closed month.
    """
    on = on or clock.today(landlord)
    check_open(landlord, on)
    window = Window(first, last)
    there = billed_before(landlord, window)
    result = Run(landlord, window, by, on).bill()
    result.existing += there
    return result


def issue_due(*, landlord: Landlord, on: date) -> int:
    """What the daily tick bills: all that is planned by `on` and was not billed elsewhere; returns how many.

    Looks back to the month before the last day done, and where none was done to the first day of each lease: downtime
    skips nothing (D13). Where the landlord looks at bills first they are drafts (`send_reviewed`).
    """
    if landlord.locked_through and on <= landlord.locked_through:
        return 0
    done = landlord.day_done
    first = done.replace(day=1) - relativedelta(months=1) if done else date.min
    write = draft if BillingPolicy.objects.of(landlord).filter(review_days__gt=0).exists() else issue
    return Run(landlord, DailyWindow(first, on), None, on, write).bill().created


def issue_signed(*, landlord: Landlord, leases: Iterable[Lease], by: User | None) -> int:
    """Bill leases that were signed today: all that is planned by now, and the first period of one that begins later.

    Returns how many invoices were issued. Raises BooksLocked when today is in a closed month.
    """
    on = clock.today(landlord)
    check_open(landlord, on)
    through: dict[date, list[int]] = defaultdict(list)
    for lease in leases:
        through[max(on, lease.start)].append(lease.pk)
    runs = [Run(landlord, DailyWindow(on, last), by, on).bill(Q(pk__in=keys)) for last, keys in sorted(through.items())]
    return sum(run.created for run in runs)


def issue_ended(*, landlord: Landlord, leases: Iterable[Lease], by: User | None) -> int:
    """Bill at once what is left of leases whose last day has come, also what was planned for the day after (D13).

    Returns how many invoices were issued. Raises BooksLocked when today is in a closed month.
    """
    on = clock.today(landlord)
    check_open(landlord, on)
    ended = Q(pk__in=[lease.pk for lease in leases], end__lte=on)
    return Run(landlord, DailyWindow(date.min, on + DAY), by, on).bill(ended).created


def preview_rent_invoices(*, landlord: Landlord, first: date, last: date) -> RunResult:
    """What issue_rent_invoices would do, without doing it."""
    result = RunResult()
    for bill in Book(landlord, Window(first, last), result).unbilled():
        result.count(bill)
    return result


def unbilled(landlord: Landlord, first: date, last: date, *, result: RunResult, only: Q = EVERY) -> Iterator[Bill]:
    """The bills that issue_rent_invoices would issue now, by lease, streamed; `only` narrows the leases.

    `result` takes note of what is billed already and of what cannot be billed.
    """
    return Book(landlord, Window(first, last), result, only).unbilled()


@dataclass(frozen=True)
class Run:
    """One pass over a landlord's leases: what is read, written and dated, and by whom."""

    landlord: Landlord
    window: Window
    by: User | None
    on: date
    write: Callable[..., None] = issue

    def bill(self, only: Condition = EVERY, run: BillingRun | None = None) -> RunResult:
        """Bill in batches, a transaction each, as a part of the billing run that is given, or else as one of its own.

        Raises BooksLocked.
        """
        result = RunResult(run)
        book = Book(self.landlord, self.window, result, only)
        after = 0
        while keys := self._bill_batch(book, after):
            after = keys[-1]
        if result.run:
            InvoicesIssued(self.landlord.pk, result.run.pk).emit()
        return result

    @transaction.atomic
    def _bill_batch(self, book: Book, after: int) -> list[int]:
        result = book.result
        # Two runs at once wait for each other here; the keys that point to the landlord are not blocked.
        landlord = Landlord.objects.select_for_update(no_key=True).get(pk=self.landlord.pk)
        check_open(landlord, self.on)
        keys = book.batch(after)
        if bills := list(book.bills(keys)):
            earliest = min(bill.planned for bill in bills)
            days = max(self.window.first, earliest), self.window.last
            result.run = result.run or open_run(landlord, *days, self.by)
            self.write(landlord, bills, result.run, by=self.by, on=self.on)
            BillingRun.objects.of(landlord).filter(pk=result.run.pk).update(created=F("created") + len(bills))
        for bill in bills:
            result.count(bill)
        return keys


def open_run(landlord: Landlord, first: date, last: date, by: User | None) -> BillingRun:
    """A billing run of these planned issue days, whose bills are being issued."""
    run = BillingRun.unscoped.create(landlord=landlord, first=first, last=last, by=by)
    move(BillingRun.objects.of(landlord).filter(pk=run.pk), "issue", by=by)
    return run
