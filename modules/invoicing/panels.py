"""Who has not paid this month, for each landlord that the reader works for (docs/rules.md, D38)."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from rentbook.kernel import clock
from rentbook.kernel.dates import show_month
from rentbook.kernel.money import sums
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import landlord_ids

from .models import Invoice
from .selectors import not_paid_of

SHOWN = 12


class NotPaidPanel(Component):
    template_name = "invoicing/not_paid_panel.html"
    order = 10

    def __init__(self, user: User, *, most: int | None = SHOWN):
        self.user, self.most = user, most

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        landlords = Landlord.objects.filter(pk__in=landlord_ids(self.user))
        language = get_language()
        return {"books": [self._book(landlord, language) for landlord in landlords]}

    def _book(self, landlord: Landlord, language: str) -> dict[str, Any]:
        today = clock.today(landlord)
        rows = list(not_paid_of(self.user, landlord, today))
        shown = rows[: self.most]
        return {
            "landlord": landlord,
            "record_door": slots.first("invoicing.record_door", self.user, landlord),
            "month": show_month(today, language),
            "rows": [self._row(invoice, (today - invoice.due_date).days) for invoice in shown],
            "count": len(rows),
            "more": len(rows) - len(shown),
            "owed": sums(invoice.balance for invoice in rows),
        }

    def _row(self, invoice: Invoice, days: int) -> dict[str, Any]:
        lease = invoice.lease
        return {
            "invoice": invoice,
            "tenant": lease.tenant,
            "unit": lease.unit,
            "days": days,
            "late": _("%(days)s d late") % {"days": days} if days else _("due today"),
        }
