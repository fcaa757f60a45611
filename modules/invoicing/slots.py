"""What invoicing shows in leasing's rooms: what stands against an archive, and the first bill."""

from django.db.models import QuerySet
from django.utils.translation import get_language, ngettext

from modules.leasing.models import Lease, Tenant
from rentbook.kernel.money import show, sums
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.registry import slots

from .models import Invoice
from .selectors import OWING
from .services import issue_signed


def open_bills(tenant: Tenant) -> list[str]:
    """What the tenant still owes, which nobody should lose sight of (docs/rules.md, D45)."""
    bills = list(Invoice.objects.of(tenant.landlord_id).filter(OWING, lease__tenant=tenant))
    owed = ", ".join(show(total, get_language()) for total in sums(bill.balance for bill in bills))
    text = ngettext("%(count)s open bill: %(owed)s.", "%(count)s open bills: %(owed)s.", len(bills))
    return [text % {"count": len(bills), "owed": owed}] if bills else []


def bill_signed(landlord: Landlord, leases: QuerySet[Lease], by: User | None) -> int:
    return issue_signed(landlord=landlord, leases=leases, by=by)


slots.fill("leasing.lease.signed", bill_signed)
slots.fill("leasing.tenant.stands_against", open_bills)
