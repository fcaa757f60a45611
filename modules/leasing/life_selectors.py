"""Reads about the life of a lease: its terms, its steps, and why it cannot end, go on or change as somebody asks."""

from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rentbook.kernel import clock
from rentbook.kernel.people import Landlord
from rentbook.kernel.scoping import by_local_day

from .billed import billed_through
from .models import AtTheEnd, Charge, Lease, Term
from .notice import last_day_by_notice
from .selectors import activation_blocked, running
from .streams import stream_word
from .term_lengths import DAY

#: What can be renewed, but for a later lease of the same home; and what goes on by itself.
RENEWABLE = Q(state=Lease.State.ACTIVE, end__isnull=False, notice_on=None)
GOING_ON = RENEWABLE & ~Q(at_the_end=AtTheEnd.EXPIRE)


# --- Terms ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A term of a lease: its first and last day, if one is agreed, and how it came about."""

    start: date
    end: date | None
    kind: Any


def terms_of(lease: Lease) -> list[Span]:
    """The terms of a lease, one after the other; what was agreed for after its last day is left out (D10)."""
    further = list(lease.further_terms.order_by("start"))
    starts = [lease.start, *(term.start for term in further)]
    ends = [*(term.follows for term in further), lease.end]
    kinds = [gettext_lazy("first term"), *(term.get_kind_display() for term in further)]
    last = lease.end or date.max
    return [
        Span(start, min(end or last, last) if lease.end else end, kind)
        for start, end, kind in zip(starts, ends, kinds, strict=True)
        if start <= last
    ]


def with_term(terms: QuerySet[Term]) -> QuerySet[Term]:
    """Terms with `through`, their last day if they have one, `is_last`, and `rent`, that of their first day."""
    own, later = Lease.unscoped.filter(pk=OuterRef("lease")), _later_terms().order_by("start")
    rents = running(Charge.unscoped.filter(lease=OuterRef("lease"), stream=Charge.RENT), OuterRef("start"))
    return terms.annotate(
        through=Coalesce(Subquery(later.values("follows")[:1]), Subquery(own.values("end"))),
        is_last=~Exists(_later_terms()),
        rent=Subquery(rents.values("amount")[:1]),
    )


def _later_terms() -> QuerySet[Term]:
    return Term.unscoped.filter(lease=OuterRef("lease"), start__gt=OuterRef("start"))


def with_next_start(leases: QuerySet[Lease]) -> QuerySet[Lease]:
    """Leases with `next_start`: the first day of the lease that was signed for the home after them, if any (D15)."""
    first = _after_the_end().order_by().values("unit").annotate(day=Min("start"))
    return leases.annotate(next_start=Subquery(first.values("day")))


def renewable(leases: QuerySet[Lease]) -> QuerySet[Lease]:
    """Those of the leases that can be renewed; a second press of the same button finds none."""
    landlords = list(Landlord.objects.filter(pk__in=leases.order_by().values("landlord")))
    terms = Term.unscoped.filter(lease=OuterRef("pk"), kind=Term.Kind.RENEWED)
    renewed_today = by_local_day(landlords, lambda today: Q(Exists(terms.filter(agreed_on=today))))
    return leases.filter(RENEWABLE, ~Exists(_after_the_end())).exclude(renewed_today)


def _after_the_end() -> QuerySet[Lease]:
    """The leases that were signed for the home of an outer one, and begin after its end."""
    live = Lease.unscoped.filter(unit=OuterRef("unit"), exclusive=True, state__in=Lease.LIVE)
    return live.filter(start__gt=OuterRef("end"))


def renewal_blocked(lease: Lease) -> str:
    """Why a lease cannot be renewed, as a sentence; empty when it can."""
    fresh = lease.further_terms.filter(kind=Term.Kind.RENEWED, agreed_on=clock.today(lease.landlord))
    said = {"lease": lease, "state": lease.get_state_display(), "day": lease.notice_on}
    checks = [
        (lease.state != Lease.State.ACTIVE, _("%(lease)s is %(state)s: only an active lease is renewed.")),
        (lease.end is None, _("%(lease)s has no last day: it goes on by itself.")),
        (lease.notice_on, _("Notice of %(lease)s was given on %(day)s: withdraw it first.")),
        (fresh.exists(), _("%(lease)s was renewed today already.")),
    ]
    return _first(checks, said) or activation_blocked(changed(lease, start=first_day_after(lease), end=None))


def first_day_after(lease: Lease) -> date:
    """The day after the lease's last."""
    assert lease.end, "only a lease with a last day has a day after it"
    return lease.end + DAY


def changed(lease: Lease, **values: Any) -> Lease:
    """The lease as it would be, not stored."""
    other = copy(lease)
    for name, value in values.items():
        setattr(other, name, value)
    return other


# --- Steps ----------------------------------------------------------------------------------------------------------


def charge_on(lease: Lease, stream: str, day: date) -> Charge | None:
    """The row of the stream that runs on a day."""
    return running(lease.charges.filter(stream=stream), day).first()


def step_blocked(lease: Lease, stream: str, on: date) -> str:
    """Why what a stream of the lease costs cannot change on a day, as a sentence; empty when it can (D9)."""
    charge, billed = charge_on(lease, stream, on), billed_through(lease, stream)
    said = {
        "lease": lease,
        "stream": stream_word(stream),
        "day": on,
        "start": lease.start,
        "end": lease.end,
        "billed": billed,
    }
    checks = [
        (on < lease.start, _("%(lease)s starts on %(start)s: choose a later day.")),
        (lease.end and on > lease.end, _("%(lease)s ends on %(end)s: choose an earlier day, or renew it.")),
        (charge is None, _("%(lease)s is not charged for this on %(day)s: %(stream)s.")),
        (charge and charge.start == on, _("%(lease)s: what %(stream)s costs from %(day)s on is agreed already.")),
        (billed and on <= billed, _("%(lease)s: %(stream)s is billed through %(billed)s: choose a later day.")),
    ]
    return costs_fixed(lease) or _first(checks, said)


def costs_fixed(lease: Lease) -> str:
    """Why what a lease costs cannot be changed any more, as a sentence; empty while it is live."""
    said = {"lease": lease, "state": lease.get_state_display()}
    text = _("%(lease)s is %(state)s: what it costs cannot be changed any more.")
    return _first([(lease.state not in Lease.LIVE, text)], said)


def withdrawal_blocked(charge: Charge) -> str:
    """Why a planned step cannot be withdrawn, as a sentence; empty when it can."""
    lease, stream = charge.lease, charge.stream
    billed = billed_through(lease, stream)
    said = {"lease": lease, "stream": stream_word(stream), "day": charge.start, "billed": billed}
    checks = [
        (step_before(charge) is None, _("%(lease)s: %(stream)s begins on %(day)s: it is not a step.")),
        (billed and billed >= charge.start, _("%(lease)s: %(stream)s is billed through %(billed)s: it is not undone.")),
    ]
    return _first(checks, said)


def step_before(charge: Charge) -> Charge | None:
    """The row that a step ended, where the charge is a step."""
    if charge.how == Charge.How.AGREED:
        return None
    return charge.lease.charges.filter(stream=charge.stream, end=charge.start - DAY).first()


# --- Ending ---------------------------------------------------------------------------------------------------------


def end_blocked(lease: Lease, on: date) -> str:
    """Why a lease cannot end on a day, whatever its state, as a sentence; empty when it can."""
    said = {"lease": lease, "start": lease.start, "end": lease.end}
    checks = [
        (
            lease.end and on > lease.end,
            _("%(lease)s ends on %(end)s by itself: terminate it on that day at the latest."),
        ),
        (on < lease.start, _("%(lease)s starts on %(start)s: it cannot end before.")),
    ]
    return _first(checks, said)


def last_day_by(lease: Lease, given: date) -> date:
    """The earliest last day by a notice that is given on a day (D11)."""
    ends = lease.end if lease.at_the_end == AtTheEnd.EXPIRE else None
    return last_day_by_notice(given, lease.notice_days, ends)


def notice_blocked(lease: Lease) -> str:
    """Why nobody can give notice of a lease, as a sentence; empty when somebody can."""
    said = {"lease": lease, "state": lease.get_state_display(), "day": lease.notice_on}
    checks = [
        (lease.state != Lease.State.ACTIVE, _("%(lease)s is %(state)s: notice is given of an active lease.")),
        (lease.notice_on, _("Notice of %(lease)s was given on %(day)s: withdraw it first.")),
    ]
    return _first(checks, said)


def withdrawing_blocked(lease: Lease) -> str:
    """Why a notice cannot be withdrawn, as a sentence; empty when it can: nobody else may have signed (D15)."""
    if not lease.notice_on or lease.state != Lease.State.ACTIVE:
        return _("No notice of %(lease)s runs.") % {"lease": lease}
    return activation_blocked(changed(lease, end=lease.agreed_end))


def moving_out_blocked(lease: Lease) -> str:
    """Why nobody can move out of a lease's home, as a sentence; empty when somebody can."""
    said = {"lease": lease, "state": lease.get_state_display(), "day": lease.moved_out_on}
    checks = [
        (lease.state not in Lease.BILLED, _("%(lease)s is %(state)s: nobody has moved in.")),
        (lease.moved_out_on, _("%(lease)s: they moved out on %(day)s already.")),
    ]
    return _first(checks, said)


def staying(on: date) -> Q:
    """The condition, as of a day, of leases that have ended without anybody having moved out (D11).

    Whoever has a new lease of the home may stay; and where another one has, nobody else does.
    """
    own = Lease.unscoped.filter(unit=OuterRef("unit"), state=Lease.State.ACTIVE)
    followed = Exists(own.filter(Q(exclusive=True) | Q(tenant=OuterRef("tenant"))))
    return Q(state__in=(Lease.State.TERMINATED, Lease.State.EXPIRED), moved_out_on=None, end__lt=on) & ~Q(followed)


def _first(checks: list[tuple[Any, str]], said: dict[str, Any]) -> str:
    """The first sentence whose condition holds."""
    return next((sentence % said for found, sentence in checks if found), "")
