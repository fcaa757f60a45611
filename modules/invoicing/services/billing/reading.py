"""What leases owe that is not billed yet, read as tuples in batches by key: nothing grows with the number of leases."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache, partial
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple

from django.db.models import FilteredRelation, Q

from modules.invoicing.billing import DraftLine, draft_lines, remaining
from modules.invoicing.grouping import Bill, Draft, Single, drafts_of, with_singles
from modules.invoicing.models import InvoiceLine
from modules.invoicing.selectors import billing_step
from modules.invoicing.streams import CALENDAR, LeaseTerms, Stream, before, sight_of
from modules.leasing.models import Charge, Lease, OneOffCharge
from modules.leasing.terms import TermsError
from rentbook.kernel.keys import among
from rentbook.kernel.people import Landlord

from .owing import EVERY, Condition, owing, pending
from .results import RunResult
from .windows import Window

logger = logging.getLogger(__name__)
BATCH = 10_000
FETCHED = 2_000  # rows at a time
LEASE = ("start", "end", "frequency", "alignment", "proration", "in_arrears", "due_day", "due_days_after", "lead_days")
CHARGE = (
    "stream", "currency", "amount", "start", "end", "frequency", "alignment", "proration", "in_arrears", "due_day",
    "due_days_after", "lead_days", "tax_rate", "withholding_rate",
)  # fmt: skip
SINGLE = (
    "pk", "kind", "currency", "stream", "amount", "start", "end", "bill_on", "tax_rate", "withholding_rate",
    "arithmetic",
)  # fmt: skip
FIRST_TERM, FIRST = 4, 4 + len(LEASE)  # where the lease's terms begin in a row, and where the charge does
LONGEST = 366  # days of a period
Spans = dict[tuple[int, str], list[tuple[date, date]]]


class Owed(NamedTuple):
    """A lease, and the lines of its window before what is billed already is taken off."""

    lease: int
    currency: str
    row: tuple
    lines: tuple[DraftLine, ...]

    @property
    def terms(self) -> LeaseTerms:
        return LeaseTerms._make(self.row[FIRST_TERM:FIRST])


@lru_cache(maxsize=2048)
def seen_lines(row: tuple, opening: date, last: date, step: Decimal) -> tuple[DraftLine, ...]:
    """The lines of a row of terms and charge, as columns; those that differ out of sight have the same."""
    length = FIRST - FIRST_TERM
    stream = Stream._make((*row[length:], LeaseTerms._make(row[:length])))
    return draft_lines(sight_of(opening, last).drawn_in(stream), opening, last, step)


class Book:
    """A landlord's leases that may owe something, as a run reads them; `result` takes note of what it comes upon."""

    def __init__(self, landlord: Landlord, window: Window, result: RunResult, only: Condition = EVERY):
        self.landlord, self.window, self.result = landlord, window, result
        self.leases = owing(landlord, window, only)
        self.step = cache(partial(billing_step, landlord))

    def batch(self, after: int) -> list[int]:
        """The keys of the next leases after a key, none at the end."""
        return list(self.leases.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH])

    def unbilled(self) -> Iterator[Bill]:
        """What is not billed yet of all of these leases, batch by batch."""
        after = 0
        while keys := self.batch(after):
            yield from self.bills(keys)
            after = keys[-1]

    def bills(self, keys: Collection[int]) -> Iterator[Bill]:
        """What is not billed yet of these leases, by key."""
        owed = list(self._owed(keys))
        spans, singles = self._spans(keys, owed), self._singles(keys)
        for own in owed:
            drafts = self._unbilled(own, spans) if spans else drafts_of(own.lines)
            if own.lease in singles:
                drafts = with_singles(drafts, singles[own.lease], own.terms, self.step(own.currency))
            for draft in drafts:
                yield Bill(own.lease, own.currency, *draft)

    def _unbilled(self, own: Owed, spans: Spans) -> tuple[Draft, ...]:
        left = (part for line in own.lines for part in remaining(line, spans[own.lease, line.stream.name]))
        drafts = drafts_of(tuple(part for part in left if part.share.amount))
        if own.terms.alignment != CALENDAR:  # those are counted together (`billed_before`)
            self.result.existing += len({line.due_date for line in own.lines}) - len(drafts)
        return drafts

    def _owed(self, keys: Collection[int]) -> Iterator[Owed]:
        for key, rows in groupby(self._rows(keys), key=itemgetter(0)):
            try:
                yield self._lines_of(list(rows))
            except TermsError as error:
                # Terms that contradict each other stop their own lease's bills, nobody else's.
                self._note(key, error)

    def _rows(self, keys: Collection[int]) -> Iterator[tuple]:
        """A lease's terms beside each of its fixed charges; beside nothing where it has none."""
        fixed = FilteredRelation("charges", condition=Q(charges__kind=Charge.Kind.FIXED))
        rows = Lease.objects.of(self.landlord).filter(among(keys)).annotate(fixed=fixed)
        rows = rows.order_by("pk", "fixed__start", "fixed__pk")
        columns = (f"fixed__{name}" for name in CHARGE)
        return rows.values_list("pk", "currency", "activated_on", "billed_from", *LEASE, *columns).iterator(FETCHED)

    def _lines_of(self, rows: list[tuple]) -> Owed:
        key, currency, activated_on, billed_from, *_rest = rows[0]
        opening, last, step = self.window.opening(activated_on, billed_from), self.window.last, self.step(currency)
        lines = chain.from_iterable(seen_lines(row[FIRST_TERM:], opening, last, step) for row in rows if row[FIRST])
        return Owed(key, currency, rows[0], tuple(lines))

    def _spans(self, keys: Collection[int], owed: list[Owed]) -> Spans:
        """The days on which each stream of these leases is billed, as far as the drafts reach."""
        periods = [line.period for line in {line for own in owed for line in own.lines}]
        found: Spans = defaultdict(list)
        if periods:
            first, last = min(period.start for period in periods), max(period.end for period in periods)
            rows = InvoiceLine.objects.of(self.landlord).filter(self.window.billed, among(keys, "lease"), one_off=None)
            rows = rows.filter(period_start__range=(before(first, LONGEST), last), period_end__gte=first)
            columns = ("lease", "stream", "period_start", "period_end")
            for lease, stream, start, end in rows.values_list(*columns).iterator(FETCHED):
                found[lease, stream].append((start, end))
        return found

    def _singles(self, keys: Collection[int]) -> dict[int, list[Single]]:
        """What is billed once and waits to be, by lease."""
        rows = OneOffCharge.objects.of(self.landlord).filter(pending(self.window), among(keys, "lease"))
        found: dict[int, list[Single]] = defaultdict(list)
        for lease, *single in rows.values_list("lease", *SINGLE).iterator(FETCHED):
            found[lease].append(Single._make(single))
        return found

    def _note(self, key: int, error: TermsError) -> None:
        lease = Lease.objects.of(self.landlord).select_related("unit__property", "tenant__contact").get(pk=key)
        logger.warning("Lease %s cannot be billed: %s", key, error)
        self.result.problems.append(f"{lease}: {error}")
