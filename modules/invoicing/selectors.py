"""Reads of invoicing. Arrears and lists are figures over dates and balances, so no screen waits for a job."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import F, Max, Min, OuterRef, Q, QuerySet, Subquery

from modules.leasing.models import Lease
from rentbook.kernel.people import Landlord, User

from .models import Credit, Invoice, InvoiceLine

OWING = Q(state__in=Invoice.OPEN, amount_paid__lt=F("total"))


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the day's month."""
    first = day.replace(day=1)
    return first, first + relativedelta(months=1, days=-1)


def not_paid(landlord: Landlord, on: date) -> QuerySet[Invoice]:
    """Who has not paid this month (docs/rules.md, D38), the longest late first."""
    return _not_paid(Invoice.objects.of(landlord), on)


def not_paid_of(user: User, landlord: Landlord, on: date) -> QuerySet[Invoice]:
    """The same, for one who may see that landlord's book."""
    return _not_paid(Invoice.objects.visible_to(user).filter(landlord=landlord), on)


def _not_paid(invoices: QuerySet[Invoice], on: date) -> QuerySet[Invoice]:
    first, _last = month_of(on)
    rows = invoices.filter(OWING, due_date__range=(first, on))
    return rows.select_related("lease__tenant__contact", "lease__unit__property").order_by("due_date", "-total", "pk")


def open_invoices(lease: Lease) -> QuerySet[Invoice]:
    """What is left to pay on a lease, oldest due first."""
    return Invoice.objects.of(lease.landlord_id).filter(OWING, lease=lease).order_by("due_date", "pk")


def with_paid_through(leases: QuerySet[Lease]) -> QuerySet[Lease]:
    """Leases with `first_unpaid` and `last_paid` days, from which `paid_through` is read (docs/rules.md, R9)."""
    rent = Invoice.unscoped.filter(lease=OuterRef("pk"), lines__kind=InvoiceLine.Kind.RENT)
    own = rent.order_by().values("lease")
    unpaid = own.filter(OWING).annotate(day=Min("period_start")).values("day")
    paid = own.filter(state=Invoice.State.PAID).annotate(day=Max("period_end")).values("day")
    return leases.annotate(first_unpaid=Subquery(unpaid), last_paid=Subquery(paid))


def paid_through(lease: Lease) -> date | None:
    """The day through which the lease's rent is paid: before the first unpaid period, else the last paid one."""
    if not hasattr(lease, "first_unpaid"):
        lease = with_paid_through(Lease.objects.of(lease.landlord_id)).get(pk=lease.pk)
    if lease.first_unpaid and (not lease.last_paid or lease.first_unpaid <= lease.last_paid):
        return lease.first_unpaid - timedelta(days=1) if lease.last_paid else None
    return lease.last_paid


def leases_with_credit(landlord: Landlord) -> list[int]:
    """The leases whose tenants have credit that is not applied, by key."""
    rows = Credit.objects.of(landlord).filter(applied__lt=F("amount"))
    return list(rows.order_by("lease").values_list("lease", flat=True).distinct())
