"""Reads of invoicing. Arrears and lists are figures over dates and balances, so no screen waits for a job."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber
from django.utils.translation import gettext as _

from modules.leasing.models import Lease
from rentbook.kernel.keys import among
from rentbook.kernel.money import Money, amount, as_money, billing_unit
from rentbook.kernel.people import Landlord
from rentbook.kernel.scoping import by_local_day

from .models import BillingPolicy, Credit, Extension, Invoice, InvoiceLine, Promise, Reminder, Settlement

SHOWN_WITH = ("lease__tenant__contact", "lease__unit__property")
LONGEST_LATE = ("due_date", "-total", "pk")
UNREACHED = Q(lease__tenant__contact__phone=None) & (
    Q(lease__tenant__contact__email=None) | Q(lease__tenant__contact__email="")
)
OWING = Q(state__in=Invoice.OPEN, amount_paid__lt=F("total"))


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the day's month."""
    first = day.replace(day=1)
    return first, first + relativedelta(months=1, days=-1)


def billing_step(landlord: Landlord | int, currency: str) -> Decimal:
    """The landlord's billing unit for a currency: the usual one, if it has none of its own (docs/rules.md, D2)."""
    policy = BillingPolicy.objects.of(landlord).first()
    own = policy.billing_units.get(currency) if policy else None
    return Decimal(own) if own else billing_unit(currency)


def standing(invoice: OuterRef) -> QuerySet[Settlement]:
    """What settled an invoice; what was taken back since never did (docs/rules.md, D36)."""
    return Settlement.unscoped.filter(invoice=invoice, reverses=None, reversal=None)


def unkept(on: date) -> QuerySet[Promise]:
    """Promises whose day was over as `on` began, without their money by value dates (docs/rules.md, D20)."""
    own = standing(OuterRef("extension__invoice")).filter(value_date__lte=OuterRef("on"))
    paid = Subquery(own.order_by().values("invoice").annotate(sum=Sum("amount")).values("sum"))
    missed = Promise.unscoped.filter(on__lt=on, settled_by_then__gt=Coalesce(paid, amount(0)))
    return missed.exclude(extension__invoice__state=Invoice.State.CANCELLED)


def given_time(on: date) -> Q:
    """The condition of invoices for which agreed time runs on a day, told by its promises alone (D20)."""
    agreed = Extension.unscoped.filter(invoice=OuterRef("pk"), state=Extension.State.AGREED)
    over = Exists(unkept(on).filter(extension=OuterRef("pk")))
    return Q(Exists(agreed.filter(promises__on__gte=on).exclude(over)))


def not_paid_where(on: date) -> Q:
    """The condition of who has not paid this month (docs/rules.md, D38)."""
    first, _last = month_of(on)
    return OWING & Q(due_date__range=(first, on)) & ~given_time(on)


def not_paid(landlord: Landlord, on: date) -> QuerySet[Invoice]:
    """Who has not paid this month, the longest late first."""
    rows = Invoice.objects.of(landlord).filter(not_paid_where(on))
    return rows.select_related(*SHOWN_WITH).order_by(*LONGEST_LATE)


def longest_late(invoices: QuerySet[Invoice], most: int | None) -> QuerySet[Invoice]:
    """Of each landlord's invoices the first so many, the longest late first; all where there is no limit."""
    place = Window(RowNumber(), partition_by=F("landlord"), order_by=[F("due_date"), F("total").desc(), F("pk")])
    rows = invoices if most is None else invoices.annotate(place=place).filter(place__lte=most)
    return rows.select_related("landlord", *SHOWN_WITH).order_by(*LONGEST_LATE)


def count_and_sum(invoices: QuerySet[Invoice]) -> tuple[Counter[int], dict[int, list[Money]]]:
    """How many there are of each landlord, and what is left to pay on them in each currency."""
    counts: Counter[int] = Counter()
    sums: dict[int, list[Money]] = defaultdict(list)
    groups = invoices.values_list("landlord", "currency").order_by("landlord", "currency")
    figures = groups.annotate(Count("pk"), left=Sum(F("total") - F("amount_paid"), default=0))
    for landlord_id, currency, count, owed in figures:
        counts[landlord_id] += count
        sums[landlord_id].append(as_money(owed, currency))
    return counts, sums


def with_skipped(invoices: QuerySet[Invoice]) -> QuerySet:
    """Invoices with `skipped`: why their tenants are not reminded of them today, or nothing (docs/rules.md, D41)."""
    landlords = list(Landlord.objects.filter(pk__in=invoices.order_by().values("landlord")))
    whole = Invoice.unscoped.filter(lease__tenant=OuterRef("lease__tenant"))
    told = Reminder.unscoped.filter(tenant=OuterRef("lease__tenant"))
    reasons = {
        _("nothing is owed"): ~OWING,
        _("not due yet"): by_local_day(landlords, lambda today: Q(due_date__gt=today)),
        _("the tenant is archived"): Q(lease__tenant__archived_at__isnull=False),
        _("no phone or e-mail on file"): UNREACHED,
        _("a payment is on its way"): Exists(whole.filter(amount_reserved__gt=0)),
        _("more time was agreed"): by_local_day(landlords, given_time),
        _("reminded today already"): by_local_day(landlords, lambda today: Q(Exists(told.filter(on=today)))),
    }
    whens = (When(condition, then=Value(reason)) for reason, condition in reasons.items())
    return invoices.annotate(skipped=Case(*whens, default=Value(""), output_field=CharField()))


def remindable(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those of the invoices that their tenants can be reminded of today."""
    return invoices.filter(pk__in=with_skipped(invoices).order_by().filter(skipped="").values("pk"))


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
    days = vars(lease)
    if "first_unpaid" not in days:
        days = vars(with_paid_through(Lease.objects.of(lease.landlord_id)).get(pk=lease.pk))
    unpaid, paid = days["first_unpaid"], days["last_paid"]
    if unpaid and (not paid or unpaid <= paid):
        return unpaid - timedelta(days=1) if paid else None
    return paid


def leases_with_credit(landlord: Landlord) -> list[int]:
    """The leases whose tenants have credit that is not applied, by key."""
    rows = Credit.objects.of(landlord).filter(applied__lt=F("amount"))
    return list(rows.order_by("lease").values_list("lease", flat=True).distinct())


def credited(landlord: Landlord, leases: Sequence[int]) -> list[int]:
    """Those of the leases, by key, whose tenants have credit that is not applied."""
    rows = Credit.objects.of(landlord).filter(among(leases, "lease"), applied__lt=F("amount"))
    return list(rows.order_by("lease").values_list("lease", flat=True).distinct())
