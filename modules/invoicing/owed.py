"""An amount owed, wherever it is shown: always a link to how it is made."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Prefetch, QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from modules.leasing.models import Lease, Tenant
from rentbook.backoffice.columns import DataColumn, shown
from rentbook.kernel.money import Money, show, sums
from rentbook.kernel.people import User

from .models import Invoice
from .selectors import OWING

#: From a row of a list to its bills.
BILLS = {Tenant: "leases__invoices", Lease: "invoices"}


def with_owing(user: User, rows: QuerySet) -> QuerySet:
    """Tenants or leases with their open bills, oldest due first, as far as the user may see them; for `owing`."""
    bills = Invoice.objects.visible_to(user).filter(OWING).order_by("due_date", "pk")
    return rows.prefetch_related(Prefetch(BILLS[rows.model], bills, to_attr="owing"))


def owing(row: Tenant | Lease | Invoice) -> list[Invoice]:
    """The open bills of a row that was read by `with_owing`; of a bill, itself."""
    if isinstance(row, Tenant):
        bills = [bill for lease in row.leases.all() for bill in lease.owing]
        return sorted(bills, key=lambda bill: (bill.due_date, bill.pk))
    return row.owing if isinstance(row, Lease) else [row] * (row.state in Invoice.OPEN)


def amounts(bills: Iterable[Invoice]) -> list[Money]:
    """What is left to pay on these bills, one amount for each currency."""
    return sums(bill.balance for bill in bills)


def together(money: Iterable[Money]) -> str:
    """Amounts of several currencies side by side."""
    return format_html_join(", ", "{}", ((shown(amount),) for amount in money))


def how_url(row: Model) -> str:
    return reverse("how_made", args=[row._meta.model_name, row.pk])


def owed(row: Model, money: Iterable[Money]) -> str:
    """Amounts owed on a row as a link to how they are made; a dash where there are none."""
    text = together(money)
    return format_html('<a class="rb-owed" href="{}">{}</a>', how_url(row), text) if text else shown(None)


class OwedColumn(DataColumn):
    """What is owed on each row that was read by `with_owing`, or on a bill."""

    def __init__(self) -> None:
        super().__init__("owed", label=_("Owes"))

    def raw(self, instance: Model) -> Any:
        money = amounts(owing(instance))
        return money[0] if len(money) == 1 else ", ".join(show(each, get_language()) for each in money) or None

    def get_value(self, instance: Model) -> str:
        return owed(instance, amounts(owing(instance)))


class BillColumn(DataColumn):
    """The oldest open bill of each row that was read by `with_owing`, as a link."""

    def __init__(self) -> None:
        super().__init__("bill", label=_("Bill"))

    def raw(self, instance: Model) -> Any:
        return next((bill.number for bill in owing(instance)), None)

    def get_value(self, instance: Model) -> str:
        links = ((reverse("invoice:inspect", args=[bill.pk]), bill.number) for bill in owing(instance)[:1])
        return format_html_join("", '<a href="{}"><bdi>{}</bdi></a>', links) or shown(None)
