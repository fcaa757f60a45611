"""What a month would bill, beside what was billed before it: read in batches, so that any number of leases will do."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice

from dateutil.relativedelta import relativedelta
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from modules.leasing.models import Charge, Lease
from rentbook.kernel.keys import among
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord

from .differences import Billed, Difference, Stream, differences
from .grouping import Bill
from .models import InvoiceLine
from .periods import DAY
from .selectors import month_of
from .services.billing import RunResult, unbilled

BATCH = 1000  # bills
SHOWN = 200  # differences
ASKED = (InvoiceLine.Kind.RENT, InvoiceLine.Kind.CHARGE)


@dataclass
class MonthPreview:
    """How many bills a month would make and what for, and what of it differs from the bills before.

    `same` counts the streams that cost what they did; of the `differing` the first are kept. `problems` has a sentence
    for each lease that cannot be billed.
    """

    bills: int = 0
    same: int = 0
    differing: int = 0
    totals: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    differences: list[Difference] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def total(self) -> list[Money]:
        return [Money(amount, currency) for currency, amount in sorted(self.totals.items())]

    def bill(self, landlord: Landlord, batch: list[Bill]) -> None:
        """Count these bills, and compare what they ask for with the period before."""
        now = _asked(batch)
        found = list(differences(_before(landlord, now), now, ()))
        self.bills += len(batch)
        self.same += len(now) - len(found)
        self.tell(found)
        for bill in batch:
            self.totals[bill.currency] += bill.total

    def tell(self, found: Iterable[Difference]) -> None:
        for difference in found:
            self.differing += 1
            if len(self.differences) < SHOWN:
                self.differences.append(difference)


def preview_month(landlord: Landlord, month: date) -> MonthPreview:
    """What the month's run would issue now, compared with the period of each stream that came before."""
    first, last = month_of(month)
    result, preview = RunResult(), MonthPreview()
    bills = unbilled(landlord, first, last, result=result)
    while batch := list(islice(bills, BATCH)):
        preview.bill(landlord, batch)
    over = _over(landlord, first)
    preview.tell(differences(over, {}, over))
    preview.problems = result.problems
    return preview


def _asked(bills: Iterable[Bill]) -> dict[Stream, Billed]:
    """What each stream would cost; of several periods of a stream the last."""
    lines = ((bill.lease, line) for bill in bills for line in bill.lines)
    return {
        (lease, line.stream): Billed(line.start, line.end, line.amount, line.arithmetic)
        for lease, line in lines
        if line.kind in ASKED and line.one_off is None
    }


def _before(landlord: Landlord, now: Mapping[Stream, Billed]) -> dict[Stream, Billed]:
    """The line of each stream that ends on the day before its new one begins."""
    ends = {billed.start - DAY for billed in now.values()}
    if not ends:
        return {}
    leases = {lease for lease, _stream in now}
    lines = _live(landlord).filter(among(leases, "lease"), period_end__range=(min(ends), max(ends)))
    return {key: was for key, was in _billed(lines) if key in now and was.end == now[key].start - DAY}


def _over(landlord: Landlord, first: date) -> dict[Stream, Billed]:
    """What was billed in the month before up to the last day of its stream: nothing follows."""
    since = first - relativedelta(months=1)
    last_days = _last_days(landlord, since - DAY, first - DAY)
    leases = {lease for lease, _stream in last_days}
    lines = _live(landlord).filter(among(leases, "lease"), period_end__range=(since - DAY, first - DAY))
    return {
        key: was
        for key, was in _billed(lines)
        if key in last_days and was.end == last_days[key][0] and _issued(was, in_arrears=last_days[key][1]) >= since
    }


def _last_days(landlord: Landlord, first: date, last: date) -> dict[Stream, tuple[date, bool]]:
    """The streams that end between two days, with the day, and whether they are billed in arrears."""
    ending = Q(end__range=(first, last)) | Q(lease__end__range=(first, last))
    rows = Charge.objects.of(landlord).filter(ending, lease__state__in=Lease.BILLED).order_by("start")
    rows = rows.annotate(after=Coalesce("in_arrears", "lease__in_arrears"))
    found = {}
    for lease, stream, own, whole, after in rows.values_list("lease", "stream", "end", "lease__end", "after"):
        found[lease, stream] = (min(own or date.max, whole or date.max), after)
    return found


def _issued(billed: Billed, *, in_arrears: bool) -> date:
    return billed.end + DAY if in_arrears else billed.start


def _live(landlord: Landlord) -> QuerySet[InvoiceLine]:
    return InvoiceLine.objects.of(landlord).filter(cancelled=False, kind__in=ASKED, one_off=None)


def _billed(lines: QuerySet[InvoiceLine]) -> Iterator[tuple[Stream, Billed]]:
    names = ("lease", "stream", "period_start", "period_end", "amount", "arithmetic")
    for lease, stream, *billed in lines.values_list(*names):
        yield (lease, stream), Billed(*billed)
