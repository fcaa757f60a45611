"""Bills as rows: invoices, lines and the log of a batch, written as tuples."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import repeat

from django.db.models import QuerySet

from modules.invoicing.billing import series
from modules.invoicing.events import InvoicesIssued
from modules.invoicing.grouping import Bill
from modules.invoicing.models import BillingRun, Invoice, InvoiceLine
from modules.invoicing.selectors import credited
from modules.invoicing.services.settling import apply_credits
from rentbook.kernel import editing, log
from rentbook.kernel.inserting import insert_tuples, take_keys
from rentbook.kernel.numbering import take_numbers
from rentbook.kernel.people import Landlord, User

# What is each invoice's and line's own, and what they share with others of the batch.
INVOICE = (("id", "lease", "number"), ("state", "currency", "due_date", "period_start", "period_end", "total"))
LINE = (
    ("invoice", "lease"),
    (
        "currency", "kind", "stream", "period_start", "period_end", "amount", "rule", "days", "of_days", "price",
        "arithmetic", "tax_rate", "withheld", "account", "one_off",
    ),
)  # fmt: skip
SENT, PAID, DRAFT = (state.value for state in (Invoice.State.SENT, Invoice.State.PAID, Invoice.State.DRAFT))


def issue(landlord: Landlord, bills: Sequence[Bill], run: BillingRun, *, by: User | None, on: date) -> None:
    """Issue the bills, dated `on`, with a number each; credit that is there settles them (D26)."""
    keys = take_keys(Invoice, len(bills))
    # A bill whose discounts leave nothing to pay is paid (R11).
    states = (SENT if bill.total else PAID for bill in bills)
    _write(landlord, run, zip(keys, bills, _numbers(landlord, bills), states, strict=True), on)
    _write_lines(landlord, zip(keys, bills, strict=True))
    log.record_made(_written(run, keys), InvoicesIssued.name, by=by, run=run.pk)
    apply_credits(landlord=landlord, leases=credited(landlord, [bill.lease for bill in bills]), on=on)


def draft(landlord: Landlord, bills: Sequence[Bill], run: BillingRun, *, by: User | None, on: date) -> None:
    """Make drafts of the bills: they have no number and no date yet, and wait to be looked at."""
    keys = take_keys(Invoice, len(bills))
    _write(landlord, run, zip(keys, bills, repeat(None), repeat(DRAFT)), None)
    _write_lines(landlord, zip(keys, bills, strict=True))
    log.record_made(_written(run, keys), editing.CREATED, by=by, run=run.pk)


def _write(
    landlord: Landlord, run: BillingRun, bills: Iterable[tuple[int, Bill, str | None, str]], on: date | None
) -> None:
    """The invoices: each bill comes with its key, its number and its state."""
    rows = (((key, bill.lease, number), (state, *bill[1:6])) for key, bill, number, state in bills)
    insert_tuples(Invoice, *INVOICE, rows, landlord=landlord.pk, run=run.pk, issue_date=on)


def _write_lines(landlord: Landlord, bills: Iterable[tuple[int, Bill]]) -> None:
    rows = (((key, bill.lease), line) for key, bill in bills for line in bill.lines)
    insert_tuples(InvoiceLine, *LINE, rows, landlord=landlord.pk)


def _written(run: BillingRun, keys: Sequence[int]) -> QuerySet[Invoice]:
    """The invoices that were just written: other books may have taken keys between ours."""
    return Invoice.objects.of(run.landlord_id).filter(run=run, pk__range=(keys[0], keys[-1]))


def _numbers(landlord: Landlord, bills: Sequence[Bill]) -> Iterator[str]:
    """A number for each bill, as a block from the series of its period's month (R6)."""
    counts = Counter(series(bill.start) for bill in bills)
    blocks = {name: iter(take_numbers(landlord, name, count)) for name, count in sorted(counts.items())}
    return (next(blocks[series(bill.start)]) for bill in bills)
