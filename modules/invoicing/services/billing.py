"""Issuing rent invoices: one pipeline for the command, the schedule, the button and one lease alone."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Q

from modules.invoicing.billing import RENT, ChargeTerms, DraftInvoice, DraftLine, draft_lines, group, remaining, series
from modules.invoicing.events import InvoicesIssued
from modules.invoicing.models import BillingRun, Invoice, InvoiceLine
from modules.leasing.models import Charge, Lease
from modules.leasing.terms import Frequency, TermsError
from rentbook.kernel import clock, log
from rentbook.kernel.money import Money, billing_unit
from rentbook.kernel.numbering import take_numbers
from rentbook.kernel.people import Landlord, User, check_open
from rentbook.kernel.states import move

from .settling import apply_credits

CHUNK = 1000
EVERY = Q()
logger = logging.getLogger(__name__)


@dataclass
class RunResult:
    """What a run did: the run when it issued anything, invoices created, invoices that were there, money issued.

    `problems` has a sentence for each lease that could not be billed.
    """

    run: BillingRun | None = None
    created: int = 0
    existing: int = 0
    totals: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    problems: list[str] = field(default_factory=list)

    @property
    def total(self) -> list[Money]:
        return [Money(amount, currency) for currency, amount in sorted(self.totals.items())]


@dataclass(frozen=True)
class Bill:
    """A draft invoice of a lease that is not billed yet."""

    lease: Lease
    draft: DraftInvoice


def issue_rent_invoices(
    *, landlord: Landlord, first: date, last: date, by: User | None = None, on: date | None = None
) -> RunResult:
    """Issue every period whose planned issue day lies between the two days, both included (docs/rules.md, R2, D13).

    The invoices are dated `on`, by default the landlord's today. What is billed already is counted and left alone
    (D12). Raises BooksLocked when that day is in a closed month.
    """
    on = on or clock.today(landlord)
    check_open(landlord, on)
    return _run(landlord, first, last, by=by, on=on, floor=False)


def issue_due(*, landlord: Landlord, on: date) -> int:
    """What the daily tick issues: all that is planned by `on` and was not billed elsewhere; returns how many.

    Looks back to the month before the last day done, and where none was done to the first day of each lease: downtime
    skips nothing (D13).
    """
    if landlord.locked_through and on <= landlord.locked_through:
        return 0
    done = landlord.day_done
    first = done.replace(day=1) - relativedelta(months=1) if done else date.min
    return _run(landlord, first, on, by=None, on=on, floor=True).created


def issue_signed(*, landlord: Landlord, leases: Iterable[Lease], by: User | None) -> int:
    """Bill leases that were signed today: all that is planned by now, and the first period of one that begins later.

    Returns how many invoices were issued. Raises BooksLocked when today is in a closed month.
    """
    on = clock.today(landlord)
    check_open(landlord, on)
    through: dict[date, list[int]] = defaultdict(list)
    for lease in leases:
        through[max(on, lease.start)].append(lease.pk)
    runs = [
        _run(landlord, on, last, by=by, on=on, floor=True, only=Q(pk__in=keys))
        for last, keys in sorted(through.items())
    ]
    return sum(run.created for run in runs)


def preview_rent_invoices(*, landlord: Landlord, first: date, last: date) -> RunResult:
    """What issue_rent_invoices would do, without doing it."""
    result = RunResult()
    for leases in _chunks(landlord, first, last):
        for bill in _unbilled(leases, first, last, floor=False, result=result):
            result.created += 1
            result.totals[bill.lease.currency] += bill.draft.total
    return result


def _run(
    landlord: Landlord, first: date, last: date, *, by: User | None, on: date, floor: bool, only: Q = EVERY
) -> RunResult:
    result = RunResult()
    for leases in _chunks(landlord, first, last, only):
        with transaction.atomic():
            # Two runs at once wait for each other here; the keys that point to the landlord are not blocked.
            Landlord.objects.select_for_update(no_key=True).get(pk=landlord.pk)
            bills = list(_unbilled(leases, first, last, floor=floor, result=result))
            if bills:
                result.run = result.run or _open_run(landlord, bills, first, last, by)
                _issue(landlord, bills, result.run, result, by=by, on=on)
    if result.run:
        result.run.created = result.created
        result.run.save(update_fields=["created"])
        InvoicesIssued(landlord.pk, result.run.pk).emit()
    return result


def _open_run(landlord: Landlord, bills: list[Bill], first: date, last: date, by: User | None) -> BillingRun:
    earliest = min(line.issue_day for bill in bills for line in bill.draft.lines)
    run = BillingRun.unscoped.create(landlord=landlord, first=max(first, earliest), last=last, by=by)
    move(BillingRun.objects.of(landlord).filter(pk=run.pk), "issue", by=by)
    return run


def _chunks(landlord: Landlord, first: date, last: date, only: Q = EVERY) -> Iterator[list[Lease]]:
    """The leases that may owe a period, looked at by dates and not by states (D13), in chunks by key."""
    # A period may be planned ahead of its first day, and in arrears or for long periods well after it.
    horizon = last + timedelta(days=62)
    leases = Lease.objects.of(landlord).filter(only, state__in=Lease.BILLED, start__lte=horizon).order_by("pk")
    after = 0
    while chunk := list(leases.filter(pk__gt=after)[:CHUNK]):
        yield chunk
        after = chunk[-1].pk


def _unbilled(leases: list[Lease], first: date, last: date, *, floor: bool, result: RunResult) -> Iterator[Bill]:
    charges = _charges(leases)
    # What a person withdrew stays withdrawn until a person asks for the month again.
    billed = _billed_periods(leases, with_cancelled=floor)
    for lease in leases:
        try:
            drafts = _drafts(lease, charges[lease.pk], first, last, floor=floor)
        except TermsError as error:
            # Terms that contradict each other stop their own lease's bills, nobody else's.
            logger.warning("Lease %s cannot be billed: %s", lease.pk, error)
            result.problems.append(f"{lease}: {error}")
            continue
        for draft in drafts:
            parts = (
                part
                for line in draft.lines
                for part in remaining(line, billed[lease.pk, line.stream], Frequency(lease.frequency))
            )
            if new := tuple(part for part in parts if part.share.amount):
                yield Bill(lease, DraftInvoice(draft.due_date, new))
            else:
                result.existing += 1


def _drafts(lease: Lease, charges: list[ChargeTerms], first: date, last: date, *, floor: bool) -> list[DraftInvoice]:
    # A lease that was signed late owes every period since its first day, however long ago that is (D13).
    signed_since = floor and lease.activated_on and lease.activated_on >= first
    since = date.min if signed_since else first
    lines = draft_lines(lease.terms, charges, since, last, billing_unit(lease.currency))
    return group(line for line in lines if not (floor and lease.billed_from and line.issue_day < lease.billed_from))


def _charges(leases: list[Lease]) -> dict[int, list[ChargeTerms]]:
    found: dict[int, list[ChargeTerms]] = defaultdict(list)
    rows = Charge.unscoped.filter(lease__in=leases).values_list("lease", "stream", "amount", "start", "end", "due_day")
    for lease_id, stream, amount, start, end, due_day in rows:
        found[lease_id].append(ChargeTerms(stream, amount, start, end, due_day))
    return found


def _billed_periods(leases: list[Lease], *, with_cancelled: bool) -> dict[tuple[int, str], list[tuple[date, date]]]:
    found: dict[tuple[int, str], list[tuple[date, date]]] = defaultdict(list)
    rows = InvoiceLine.unscoped.filter(lease__in=leases)
    rows = rows if with_cancelled else rows.filter(cancelled=False)
    for lease_id, stream, start, end in rows.values_list("lease", "stream", "period_start", "period_end"):
        found[lease_id, stream].append((start, end))
    return found


def _issue(
    landlord: Landlord, bills: list[Bill], run: BillingRun, result: RunResult, *, by: User | None, on: date
) -> None:
    invoices = Invoice.unscoped.bulk_create(
        _invoice(landlord, bill, number, run, on) for bill, number in zip(bills, _numbers(landlord, bills), strict=True)
    )
    InvoiceLine.unscoped.bulk_create(
        _line(invoice, line) for invoice, bill in zip(invoices, bills, strict=True) for line in bill.draft.lines
    )
    log.record(invoices, InvoicesIssued.name, by=by, run=run.pk)
    result.created += len(bills)
    for bill in bills:
        result.totals[bill.lease.currency] += bill.draft.total
    apply_credits(landlord=landlord, leases=[bill.lease.pk for bill in bills], on=on)


def _numbers(landlord: Landlord, bills: list[Bill]) -> list[str]:
    """A number for each bill, as a block from the series of its period's month (R6)."""
    names = [series(bill.draft.period[0]) for bill in bills]
    blocks = {name: iter(take_numbers(landlord, name, count)) for name, count in sorted(Counter(names).items())}
    return [next(blocks[name]) for name in names]


def _invoice(landlord: Landlord, bill: Bill, number: str, run: BillingRun, on: date) -> Invoice:
    start, end = bill.draft.period
    return Invoice(
        landlord=landlord,
        lease=bill.lease,
        run=run,
        number=number,
        state=Invoice.State.SENT,
        issue_date=on,
        due_date=bill.draft.due_date,
        period_start=start,
        period_end=end,
        currency=bill.lease.currency,
        total=bill.draft.total,
    )


def _line(invoice: Invoice, line: DraftLine) -> InvoiceLine:
    return InvoiceLine(
        landlord_id=invoice.landlord_id,
        invoice=invoice,
        lease_id=invoice.lease_id,
        kind=InvoiceLine.Kind.RENT if line.stream == RENT else InvoiceLine.Kind.CHARGE,
        stream=line.stream,
        period_start=line.period.start,
        period_end=line.period.end,
        currency=invoice.currency,
        amount=Decimal(line.share.amount),
        rule=line.share.method,
        arithmetic=line.share.explain(),
    )
