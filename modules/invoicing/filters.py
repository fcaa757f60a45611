"""Filters of invoicing's lists."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from rentbook.backoffice.lists import ScopedFilterSet
from rentbook.kernel.scoping import by_local_day, landlords

from .models import Invoice
from .selectors import not_paid_where


class InvoiceFilterSet(ScopedFilterSet):
    notpaid = ChoiceFilter(label=_("Not paid"), choices=[("1", _("this month"))], method="owed_this_month")

    class Meta:
        model = Invoice
        fields = ["state", "lease__unit__property"]

    def owed_this_month(self, invoices: QuerySet[Invoice], name: str, value: str) -> QuerySet[Invoice]:
        """Who has not paid this month, by each landlord's own local day (docs/rules.md, D38)."""
        own = landlords(self.request.user, Invoice)
        return invoices.filter(by_local_day(own, not_paid_where))
