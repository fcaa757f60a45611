"""What invoicing shows in leasing's rooms: paid-through, and what is owed."""

from django.utils.translation import gettext_lazy as _

from modules.leasing.models import Lease, Tenant
from rentbook.kernel.money import Money
from rentbook.kernel.registry import slots

from .selectors import open_invoices, paid_through


def lease_facts(lease: Lease) -> list[tuple[object, object]]:
    owed = sum((invoice.balance for invoice in open_invoices(lease)), Money(0, lease.currency))
    return [(_("Owed"), owed), (_("Paid through"), paid_through(lease))]


def tenant_facts(tenant: Tenant) -> list[tuple[object, object]]:
    leases = tenant.leases.filter(state__in=Lease.BILLED).select_related("unit")
    return [(f"{lease.unit}: {label}", value) for lease in leases for label, value in lease_facts(lease)]


slots.fill("leasing.lease.facts", lease_facts)
slots.fill("leasing.tenant.facts", tenant_facts)
