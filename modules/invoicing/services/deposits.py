"""What becomes of a deposit: applied to charges, refunded, and an entry taken back (docs/rules.md, D25).

The lease is locked first, then all its bills: what is held follows from them.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from modules.invoicing.deposits import DEPOSIT, deposit_held, deposit_reversal_blocked
from modules.invoicing.events import DepositMoved
from modules.invoicing.models import DepositEntry, Invoice, Settlement
from modules.invoicing.wording import plain
from modules.leasing.models import Lease
from rentbook.kernel import clock, log
from rentbook.kernel.accounts import Account
from rentbook.kernel.money import Money, show
from rentbook.kernel.people import User, check_open
from rentbook.kernel.states import Refused, keys_of

from .reversing import reverse_settlements
from .settling import apply_credits, lock_ledgers, refuse_no_amount, settle

#: Where money is given back from.
MONEY = (Account.CASH, Account.MOBILE_MONEY, Account.BANK, Account.ONLINE)


@transaction.atomic
def apply_deposit(
    *, lease: Lease, invoices: Iterable[Invoice], amount: Money, reason: str, on: date, by: User | None
) -> list[DepositEntry]:
    """Settle bills of the lease from its deposit, oldest due first; returns an entry for each bill that took some.

    Raises ValidationError for an amount of nothing, more than is held (with the maximum) or than is left to pay on
    these bills, a bill of another lease or of the deposit itself, and a day to come; BooksLocked for a closed month.
    """
    [lease] = _locked([lease.pk])
    _check(lease, amount, reason, on)
    bills = _payable(lease, keys_of(invoices))
    left = sum((bill.available for bill in bills), Money(0, lease.currency))
    if amount > left:
        text = _("%(left)s is left to pay on these bills: apply at most that.")
        raise ValidationError({"amount": text % {"left": show(left, get_language(), plain=True)}})
    entries, cause = [], _next_cause(lease)
    for bill in bills:
        if part := min(amount, bill.available):
            entries.append(_apply(bill, part, on, reason=reason, source=f"{cause}:{bill.pk}", by=by))
            amount -= part
    return entries


def _payable(lease: Lease, keys: list[int]) -> list[Invoice]:
    """These bills of the lease, oldest due first: a deposit pays for charges, not for itself."""
    own = Invoice.objects.of(lease.landlord_id).filter(lease=lease, pk__in=keys, state__in=Invoice.OPEN)
    bills = list(own.select_related("lease").exclude(lines__kind=DEPOSIT).order_by("due_date", "pk"))
    if not bills or len(bills) != len(set(keys)):
        raise ValidationError({"invoices": _("Choose open bills of this lease, and not the deposit’s own.")})
    return bills


def _apply(bill: Invoice, part: Money, on: date, *, reason: str, **kept: Any) -> DepositEntry:
    settlement = settle(invoice=bill, kind=Settlement.Kind.DEPOSIT, amount=part, value_date=on, entry_date=on, **kept)
    kept |= {"settlement": settlement, "account": Account.RECEIVABLE, "reason": reason}
    return _enter(bill.lease, DepositEntry.Kind.APPLIED, part, on, **kept)


@transaction.atomic
def refund_deposit(
    *,
    lease: Lease,
    amount: Money,
    account: str = Account.CASH,
    reference: str = "",
    reason: str,
    on: date,
    by: User | None,
) -> DepositEntry:
    """Give a part of the deposit back, or all of it; `account` is where the money came from: cash, bank and so on.

    Raises ValidationError for an amount of nothing, more than is held (with the maximum), another account, and a day
    to come; BooksLocked for a closed month.
    """
    [lease] = _locked([lease.pk])
    if account not in MONEY:
        raise ValidationError({"account": _("Choose where the money came from.")})
    _check(lease, amount, reason, on)
    kept: dict[str, Any] = {"account": account, "reference": reference, "source": _next_cause(lease), "by": by}
    return _enter(lease, DepositEntry.Kind.REFUNDED, amount, on, reason=reason, **kept)


@transaction.atomic
def reverse_deposit_entries(*, entries: Iterable[DepositEntry], reason: str, by: User | None) -> list[int]:
    """Take entries back whole, each by one with the opposite amount, dated today; returns the keys of those.

    A bill that the deposit had settled is open again. Raises Refused for one that was taken back before, that takes
    another back, or whose money is not held any more; BooksLocked where today lies in a closed month.
    """
    rows = DepositEntry.unscoped.filter(pk__in=keys_of(entries))
    leases = _locked(rows.values_list("lease", flat=True))
    made = [_reverse(row, reason, by) for row in rows.select_related("landlord", "lease", "settlement").order_by("pk")]
    for lease in leases:
        # Credit of the tenant settles what is open again at once (D26).
        apply_credits(landlord=lease.landlord, leases=[lease.pk], on=clock.today(lease.landlord))
    return made


def _reverse(entry: DepositEntry, reason: str, by: User | None) -> int:
    if against := deposit_reversal_blocked(entry):
        raise Refused(against, code="state")
    today = clock.today(entry.landlord)
    check_open(entry.landlord, today)
    kept: dict[str, Any] = {
        "account": entry.account,
        "reference": entry.reference,
        "source": f"{entry.source}:reversed",
        "by": by,
    }
    if entry.settlement:
        reverse_settlements(settlements=[entry.settlement], on=today, by=by)
        kept["settlement"] = Settlement.objects.of(entry.landlord_id).get(reverses=entry.settlement)
    return _enter(entry.lease, entry.kind, -entry.amount, today, reason=reason, reverses=entry, **kept).pk


def _locked(keys: Iterable[int]) -> list[Lease]:
    """The leases under their locks, by key, then all their bills."""
    rows = Lease.unscoped.filter(pk__in=keys).select_related("landlord").order_by("pk")
    leases = list(rows.select_for_update(of=("self",)))
    lock_ledgers([lease.pk for lease in leases])
    return leases


def _check(lease: Lease, amount: Money, reason: str, on: date) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say what it is for.")})
    if on > clock.today(lease.landlord):
        raise ValidationError({"on": _("This day is in the future.")})
    check_open(lease.landlord, on)
    refuse_no_amount(amount, lease.currency)
    held = max(deposit_held(lease), Money(0, lease.currency))
    if amount > held:
        text = _("%(amount)s is more than is held of the deposit: at most %(held)s.")
        told = {"amount": show(amount, get_language(), plain=True), "held": show(held, get_language(), plain=True)}
        raise ValidationError({"amount": ValidationError(text % told, code="not_held")})


def _next_cause(lease: Lease) -> str:
    """A name of its own for each act, counted under the lease's lock: deposit:12-3."""
    count = DepositEntry.objects.of(lease.landlord_id).filter(lease=lease).count()
    return f"deposit:{lease.pk}-{count + 1}"


def _enter(
    lease: Lease, kind: str, amount: Money, on: date, *, reason: str, by: User | None, **kept: Any
) -> DepositEntry:
    own = {"landlord_id": lease.landlord_id, "lease": lease, "currency": lease.currency, "reason": reason.strip()}
    entry = DepositEntry.objects.of(lease.landlord_id).create(**own, kind=kind, amount=amount, on=on, by=by, **kept)
    log.record([lease], DepositMoved.name, by=by, kind=kind, amount=plain(amount), reason=entry.reason)
    DepositMoved(lease.landlord_id, entry.pk).emit()
    return entry
