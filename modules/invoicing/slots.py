"""What invoicing shows in leasing's rooms: what stands against an archive, the first bill, and what is billed."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import F, Max, QuerySet
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from modules.leasing.models import Lease, Tenant
from rentbook.kernel.money import Money, as_money, show, sums
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.registry import slots

from .deposits import with_deposit_held
from .models import Credit, Invoice, InvoiceLine
from .selectors import OWING, billing_step
from .services import bill_deposits, credit_unused, issue_ended, issue_signed


def open_bills(tenant: Tenant) -> list[str]:
    """What the tenant still owes, which nobody should lose sight of (docs/rules.md, D45)."""
    bills = list(Invoice.objects.of(tenant.landlord_id).filter(OWING, lease__tenant=tenant))
    owed = _together(bill.balance for bill in bills)
    text = ngettext("%(count)s open bill: %(owed)s.", "%(count)s open bills: %(owed)s.", len(bills))
    return [text % {"count": len(bills), "owed": owed}] if bills else []


def money_held(tenant: Tenant) -> list[str]:
    """What the landlord holds of the tenant: deposits, and credit that nothing has used (docs/rules.md, D45)."""
    leases = with_deposit_held(Lease.objects.of(tenant.landlord_id).filter(tenant=tenant))
    deposits = [as_money(lease.deposit_held, lease.currency) for lease in leases if lease.deposit_held > 0]
    ahead = Credit.objects.of(tenant.landlord_id).filter(lease__tenant=tenant, applied__lt=F("amount"))
    credit = [row.amount - row.applied for row in ahead]
    told = {_("A deposit is held: %(sum)s."): deposits, _("Credit is left: %(sum)s."): credit}
    return [text % {"sum": _together(found)} for text, found in told.items() if found]


def _together(amounts: Iterable[Money]) -> str:
    return ", ".join(show(total, get_language()) for total in sums(amounts))


def bill_signed(landlord: Landlord, leases: QuerySet[Lease], by: User | None) -> int:
    """Bill the first rent, then the deposit; how many bills that made."""
    asked = {"landlord": landlord, "leases": leases, "by": by}
    return issue_signed(**asked) + bill_deposits(**asked)


def bill_ended(landlord: Landlord, leases: QuerySet[Lease], by: User | None) -> int:
    """Bill the last days, then credit the days that were billed and are not used; how many documents that made."""
    asked = {"landlord": landlord, "leases": leases, "by": by}
    return issue_ended(**asked) + len(credit_unused(**asked))


def billed_through(lease: Lease, stream: str) -> date | None:
    """The last day for which the stream stands on a bill (docs/rules.md, R10)."""
    lines = InvoiceLine.objects.of(lease.landlord_id).filter(lease=lease, stream=stream, cancelled=False, one_off=None)
    return lines.filter(kind__in=InvoiceLine.RECURRING).aggregate(last=Max("period_end"))["last"]


def billed_one_offs(landlord: Landlord, keys: Collection[int]) -> set[int]:
    """The single charges that stand on a bill, also on a draft."""
    lines = InvoiceLine.objects.of(landlord).filter(one_off__in=keys, cancelled=False)
    return set(lines.values_list("one_off", flat=True))


slots.fill("leasing.billing_unit", billing_step)
slots.fill("leasing.lease.billed_through", billed_through)
slots.fill("leasing.lease.ended", bill_ended)
slots.fill("leasing.lease.signed", bill_signed)
slots.fill("leasing.one_offs.billed", billed_one_offs)
slots.fill("leasing.tenant.stands_against", open_bills)
slots.fill("leasing.tenant.stands_against", money_held)
