"""Leases that go on: renewed by hand, or by themselves as agreed for their last day (docs/rules.md, D10, D11, D15)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import takewhile

from django.db import transaction
from django.utils.translation import gettext as _

from modules.leasing.events import LeasesRenewed
from modules.leasing.life_selectors import GOING_ON, first_day_after, renewal_blocked, with_next_start
from modules.leasing.models import AtTheEnd, Lease, Term
from modules.leasing.rent_steps import Rise
from modules.leasing.term_lengths import DAY, renewed_through, terms_until
from rentbook.kernel import clock, log
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.states import Refused

from .lifecycle import held, refuse_if
from .steps import step

#: The first and the last day of a term, if one is agreed.
Days = tuple[date, date | None]
KINDS = {AtTheEnd.MONTH_TO_MONTH: Term.Kind.MONTH_TO_MONTH, AtTheEnd.RENEW: Term.Kind.RENEWED}


@transaction.atomic
def renew_leases(
    *,
    leases: Iterable[Lease],
    months: int | None = None,
    end: date | None = None,
    rise: Rise | None = None,
    round_to: Decimal | None = None,
    by: User | None,
) -> list[int]:
    """Add a term to each lease, from the day after its last, at the rent as it is or as the `rise` makes it.

    It runs for so many `months`, else to `end`, else without a last day. Returns the leases' keys. Raises Refused for
    one that is not active, has no last day, has notice or whose home is let from then (D15), and as add_steps does.
    """
    rows = list(held(leases))
    for lease in rows:
        refuse_if(renewal_blocked(lease))
    firsts = {lease: first_day_after(lease) for lease in rows}
    _extend({lease: [_next_term(lease, months, end)] for lease in rows}, Term.Kind.RENEWED, by)
    if rise:
        for lease, first in firsts.items():
            step(lease, on=first, rise=rise, round_to=round_to, by=by)
    return [lease.pk for lease in rows]


def _next_term(lease: Lease, months: int | None, end: date | None) -> Days:
    first = first_day_after(lease)
    through = renewed_through(lease.start, first - DAY, months, end)
    if through and through < first:
        text = _("%(lease)s runs through %(end)s: renew it to a later day.")
        raise Refused(text % {"lease": lease, "end": lease.end})
    return first, through


@transaction.atomic
def go_on(*, landlord: Landlord, on: date, by: User | None = None) -> int:
    """Let leases whose last day is before `on` go on as it was agreed: month to month, or for the same time again.

    Returns how many. Years that were missed are made up for, a term each. Nothing goes on once notice was given, nor
    into the days for which the home is let to somebody else (D15): such a lease expires.
    """
    over = Lease.objects.of(landlord).filter(GOING_ON, end__lt=on)
    rows = with_next_start(held(over)).prefetch_related("further_terms") if over.exists() else []
    count = 0
    for how, kind in KINDS.items():
        going = {lease: days for lease in rows if lease.at_the_end == how and (days := _free(lease, on))}
        _extend(going, kind, by)
        count += len(going)
    return count


def _free(lease: Lease, on: date) -> list[Days]:
    """The terms that follow by themselves, as far as the home is free."""
    if lease.at_the_end == AtTheEnd.MONTH_TO_MONTH:
        terms: Iterable[Days] = [(first_day_after(lease), None)]
    else:
        last = first_day_after(lease) - DAY
        first_through = min((term.follows for term in lease.further_terms.all()), default=last)
        terms = terms_until((lease.start, first_through), last, on)
    until = vars(lease)["next_start"] or date.max
    return list(takewhile(lambda days: (days[1] or date.max) < until or until == date.max, terms))


def _extend(going: Mapping[Lease, Sequence[Days]], kind: str, by: User | None) -> None:
    """Write the terms, move the leases' last days, tell who asks."""
    for landlord in {lease.landlord for lease in going}:
        own = {lease: days for lease, days in going.items() if lease.landlord == landlord}
        today = clock.today(landlord)
        terms = [
            Term(landlord=landlord, lease=lease, kind=kind, start=start, follows=start - DAY, agreed_on=today)
            for lease, days in own.items()
            for start, _end in days
        ]
        Term.objects.of(landlord).bulk_create(terms)
        for lease, days in own.items():
            lease.end = days[-1][1]
        Lease.objects.of(landlord).bulk_update(own, ["end"], batch_size=500)
        log.record(own, LeasesRenewed.name, by=by)
        LeasesRenewed(landlord.pk, tuple(lease.pk for lease in own)).emit()
