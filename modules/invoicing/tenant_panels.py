"""What invoicing shows of its own on the screens of tenants and leases, in their timelines, and to who searches."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import policy_registry

from modules.leasing.models import Lease, Tenant
from rentbook.backoffice.columns import ActsColumn, DataColumn, RowAct
from rentbook.backoffice.pages import Count
from rentbook.backoffice.search import named, ranked
from rentbook.backoffice.timeline import Happening, acts
from rentbook.kernel.money import Money
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import books, landlord_ids, may

from .explaining import bills_of
from .explaining_page import HowMadePanel
from .models import Invoice, Settlement
from .owed import BillColumn, OwedColumn, amounts, how_url, owed, owing, together, with_owing
from .selectors import paid_through, with_paid_through

# What a payment did to a bill is told as the payment.
TOLD_HERE = ~Q(action__in=("invoicing.invoice_settled", "invoicing.settlement_reversed")) | ~Q(
    data__kind=Settlement.Kind.PAYMENT
)
PATHS = {"tenant": "lease__tenant", "lease": "lease", "invoice": "pk"}


def invoices(user: User, row: Any) -> QuerySet[Invoice]:
    """The bills of a tenant or a lease, or the bill itself, as far as the user may see them."""
    return Invoice.objects.visible_to(user).filter(**{PATHS[row._meta.model_name]: row.pk})


def sees_bills(user: User) -> bool:
    return policy_registry.get_by_type(Invoice).user_has_permission(user, "view")


# --- Lists ----------------------------------------------------------------------------------------------------------


def first_bill_acts(user: User) -> list[Callable[[Any], Iterator[RowAct]]]:
    """What can be done with the oldest open bill of a tenant."""
    given = slots.all("invoicing.invoice.row_acts", user)
    return [lambda row: (act for each in given for bill in owing(row)[:1] for act in each(bill))]


def tenant_columns(user: User) -> list[Any]:
    return [OwedColumn(), ActsColumn(first_bill_acts), BillColumn()] if sees_bills(user) else []


def lease_columns(user: User) -> list[Any]:
    own = books(user, Invoice, "view")

    def through(lease: Lease) -> date | None:
        return paid_through(lease) if lease.landlord_id in own else None

    return [OwedColumn(), DataColumn("paid_through", label=_("Paid through"), accessor=through)] if own else []


# --- Pages ----------------------------------------------------------------------------------------------------------


def counts(user: User, row: Tenant | Lease) -> list[Count]:
    found = []
    if owed := amounts(bills_of(user, row)):
        found.append(Count(10, _("Owes"), together(owed), how_url(row)))
    if number := invoices(user, row).count():
        address = f"{reverse('invoice:index')}?{row._meta.model_name}={row.pk}"
        found.append(Count(20, _("Bills"), number, address))
    return found


def how_made(user: User, tenant: Tenant) -> HowMadePanel | None:
    return HowMadePanel(user, tenant) if may(user, "view", tenant.landlord, Invoice) else None


def oldest_bill_buttons(request: HttpRequest, tenant: Tenant) -> list[HeaderButton]:
    """What can be done with the tenant's oldest open bill, from the tenant's page."""
    given = slots.all("invoicing.invoice.row_acts", request.user)
    found = [act for bill in bills_of(request.user, tenant)[:1] for each in given for act in each(bill)]
    return [HeaderButton(act.label, url=act.url, icon_name="plus") for act in found]


def lease_facts(user: User, lease: Lease) -> list[tuple[Any, Any]]:
    if not may(user, "view", lease.landlord, Invoice):
        return []
    owing = amounts(bills_of(user, lease)) or [Money(0, lease.currency)]
    return [(_("Owed"), owed(lease, owing)), (_("Paid through"), paid_through(lease))]


def tenant_facts(user: User, tenant: Tenant) -> list[tuple[Any, Any]]:
    """Through when each of the tenant's homes is paid."""
    leases = Lease.objects.visible_to(user).filter(landlord__in=landlord_ids(user, Invoice), tenant=tenant)
    leases = with_paid_through(leases.filter(state__in=Lease.BILLED).select_related("unit"))
    return [(f"{lease.unit}: {_('Paid through')}", paid_through(lease)) for lease in leases]


def happened(user: User, row: Any, most: int) -> list[Happening]:
    return acts(user, invoices(user, row), most, only=TOLD_HERE)


# --- Search ---------------------------------------------------------------------------------------------------------


def by_number(user: User, text: str) -> list[QuerySet]:
    """Whose bill has this number, whole or in part."""
    return [ranked(Invoice.objects.visible_to(user), "lease__tenant", *named(text, "number"))]


slots.fill("leasing.tenant.annotations", lambda user: partial(with_owing, user))
slots.fill("leasing.tenant.columns", tenant_columns)
slots.fill("leasing.tenant.facts", tenant_facts)
slots.fill("leasing.tenant.panels", how_made)
slots.fill("leasing.tenant.counts", counts)
slots.fill("leasing.tenant.buttons", oldest_bill_buttons)
slots.fill("leasing.tenant.timeline", happened)
slots.fill("leasing.lease.annotations", lambda user: with_paid_through)
slots.fill("leasing.lease.annotations", lambda user: partial(with_owing, user))
slots.fill("leasing.lease.columns", lease_columns)
slots.fill("leasing.lease.facts", lease_facts)
slots.fill("leasing.lease.counts", counts)
slots.fill("leasing.lease.timeline", happened)
slots.fill("invoicing.invoice.timeline", happened)
slots.fill("backoffice.search", by_number)
