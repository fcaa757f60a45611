"""Which leases may owe something in a window: asked of the database, so that a month that is billed costs little.

A lease is passed over only where every charge is on live lines for the days it owes. Whatever cannot be told so simply
(anniversaries, charges with a calendar of their own, single charges that wait) is looked at line by line. What is asked
of each lease names no landlord: the lease is the landlord's own, and its index the one to take.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import DateField, Exists, F, Lookup, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest, Least

from modules.invoicing.models import BillingRun, Invoice, InvoiceLine
from modules.invoicing.periods import DAY, Period, periods_between
from modules.invoicing.streams import before
from modules.leasing.models import Charge, Lease, OneOffCharge
from modules.leasing.terms import Alignment, BillingTerms, Frequency, Proration
from rentbook.kernel.people import Landlord

from .windows import Window

Condition = Q | Lookup
EVERY = Q()
DAYS = DateField()
YEARS = 800  # days that hold two of the longest periods
OWN_CALENDAR = ~Q(frequency="") | ~Q(alignment="") | Q(in_arrears__isnull=False) | Q(lead_days__isnull=False)


def owing(landlord: Landlord, window: Window, only: Condition = EVERY) -> QuerySet[Lease]:
    """The leases that may owe something, by dates and not by states (D13), in the order of their keys."""
    leases = Lease.objects.of(landlord).filter(only, state__in=Lease.BILLED).order_by("pk")
    if window.first == date.min or not _looked_at(landlord, window):
        return leases
    done = Q(pk__in=[])
    for rhythm in _rhythms(leases):
        done |= rhythm.done(window)
    waiting = OneOffCharge.unscoped.filter(pending(window), lease=OuterRef("pk"))
    return leases.filter(~done | window.reaches_back | Exists(waiting))


def billed_before(landlord: Landlord, window: Window) -> int:
    """How many invoices there are for the calendar periods of the window."""
    leases = Lease.objects.of(landlord).filter(state__in=Lease.BILLED)
    of_window = Q(pk__in=[])
    for rhythm in _rhythms(leases):
        own = Q(**{f"lease__{name}": value for name, value in rhythm.terms.items()})
        for period in rhythm.periods(window):
            of_window |= own & Q(period_start__range=(period.nominal_start, period.nominal_end))
    return Invoice.objects.of(landlord).filter(of_window, run__isnull=False).exclude(state="cancelled").count()


def pending(window: Window) -> Q:
    """The single charges that a run in this window bills."""
    lines = InvoiceLine.unscoped.filter(window.billed, lease=OuterRef("lease"), one_off=OuterRef("pk"))
    return Q(~Exists(lines), bill_on__lte=window.last, withdrawn_at=None)


def _looked_at(landlord: Landlord, window: Window) -> bool:
    """Whether a run has looked at some of these days: where none has, nobody is done."""
    return BillingRun.objects.of(landlord).filter(first__lte=window.last, last__gte=window.first).exists()


class Rhythm(NamedTuple):
    """What leases that are aligned to the calendar bill together."""

    frequency: str
    in_arrears: bool
    lead_days: int

    @property
    def terms(self) -> dict[str, object]:
        return {"alignment": Alignment.calendar.value, **self._asdict()}

    def periods(self, window: Window) -> Iterator[Period]:
        """The whole periods that are planned in the window."""
        start = before(window.first, YEARS + self.lead_days)
        rhythm = Frequency(self.frequency), Alignment.calendar, Proration.actual, self.in_arrears
        terms = BillingTerms(start, None, *rhythm, lead_days=self.lead_days)
        return periods_between(terms, window.first, window.last)

    def done(self, window: Window) -> Q:
        """The leases of this rhythm that owe nothing more in the window."""
        periods = list(self.periods(window))
        fixed = Charge.unscoped.filter(kind=Charge.Kind.FIXED, amount__gt=0, lease=OuterRef("pk"))
        open_ = [Exists(fixed.filter(OWN_CALENDAR))]
        open_ += [Exists(_not_billed(fixed, window, period)) for period in periods]
        whole = Q(**self.terms) & ~self._cut(window, periods)
        for condition in open_:
            whole &= Q(~condition)
        return whole

    def _cut(self, window: Window, periods: list[Period]) -> Q:
        """The leases whose first or last day makes a part of a period fall into the window that is not among them."""
        first, last = window.first + self.lead_days * DAY, window.last + self.lead_days * DAY
        if self.in_arrears:
            return Q(end__range=(first - DAY, last - DAY))
        return Q(start__range=(first, min(last, periods[0].nominal_start - DAY) if periods else last))


def _not_billed(charges: QuerySet[Charge], window: Window, period: Period) -> QuerySet[Charge]:
    """The charges that no line bills for their days in the period."""
    start, end = Value(period.nominal_start), Value(period.nominal_end)
    within = charges.annotate(
        since=Greatest(start, "start", OuterRef("start"), output_field=DAYS),
        until=Least(end, Coalesce("end", end), Coalesce(OuterRef("end"), end, output_field=DAYS), output_field=DAYS),
    )
    lines = InvoiceLine.unscoped.filter(window.billed, one_off=None, lease=OuterRef("lease"))
    billing = lines.filter(
        stream=OuterRef("stream"), period_start__lte=OuterRef("since"), period_end__gte=OuterRef("until")
    )
    return within.filter(~Exists(billing), since__lte=F("until"))


def _rhythms(leases: QuerySet[Lease]) -> list[Rhythm]:
    """Those of the leases, but for fortnights, which have no calendar."""
    rows = leases.filter(alignment=Alignment.calendar.value).exclude(frequency=Frequency.fortnightly.value)
    return [Rhythm(*row) for row in rows.order_by().values_list(*Rhythm._fields).distinct()]
