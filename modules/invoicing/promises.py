"""What may be promised for a bill: so much by a day, one promise after the other (docs/rules.md, D20)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rentbook.kernel.dates import show_day
from rentbook.kernel.money import Money, show, unit


@dataclass(frozen=True, slots=True)
class Promised:
    """So much by the end of a day."""

    on: date
    amount: Money


def problems(promises: Sequence[Promised], balance: Money, today: date) -> list[str]:
    """A sentence for each thing that is wrong with promises made today for a bill of which `balance` is left to pay."""
    if not promises:
        return [_("Say at least one day, and how much is paid by then.")]
    if any(promise.amount.currency != balance.currency for promise in promises):
        return [_("The bill is in %(currency)s: promise in the same currency.") % {"currency": balance.currency}]
    return [*_of_days([promise.on for promise in promises], today), *_of_amounts(promises, balance)]


def _of_days(days: Sequence[date], today: date) -> Iterator[str]:
    for day in days:
        if day <= today:
            yield _("%(day)s is not after today: a day to come is expected.") % {"day": _shown(day)}
    for before, after in pairwise(days):
        if after <= before:
            text = _("%(later)s does not come after %(day)s: put the days in order, each once.")
            yield text % {"later": _shown(after), "day": _shown(before)}


def _of_amounts(promises: Sequence[Promised], balance: Money) -> Iterator[str]:
    amounts = [promise.amount.amount for promise in promises]
    for amount in amounts:
        if amount <= 0 or amount % unit(str(balance.currency)):
            yield _("%(amount)s cannot be paid: an amount above zero is expected.") % {"amount": amount}
    if sum(amounts) > balance.amount:
        promised, left = show(Money(sum(amounts), balance.currency), _language()), show(balance, _language())
        yield _("%(promised)s is more than the %(left)s that is left to pay.") % {"promised": promised, "left": left}


def _shown(day: date) -> str:
    return show_day(day, _language())


def _language() -> str:
    return get_language() or "en"
