"""Who has not paid this month, for each landlord that the reader works for (docs/rules.md, D38)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rentbook.backoffice.home import HomePanel
from rentbook.kernel import clock
from rentbook.kernel.choices import Role
from rentbook.kernel.dates import show_month
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import books, by_local_day, landlords

from .models import Invoice
from .selectors import count_and_sum, longest_late, not_paid_where

SHOWN = 12  # bills of a landlord on the home


class NotPaidPanel(HomePanel):
    """As many queries for one landlord as for a hundred, and for ten bills as for ten thousand."""

    template_name = "invoicing/not_paid_panel.html"
    places = {Role.CLERK: 10, Role.OWNER: 10, Role.MANAGER: 20, Role.ACCOUNTANT: 20}

    def __init__(self, user: User, *, most: int | None = SHOWN):
        super().__init__(user)
        self.most = most

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        own, self.reminds = landlords(self.user, Invoice), books(self.user, Invoice, "change")
        invoices = Invoice.objects.visible_to(self.user).filter(by_local_day(own, not_paid_where))
        counts, sums = count_and_sum(invoices)
        shown = list(longest_late(invoices, self.most))
        acts = slots.all("invoicing.invoice.row_acts", self.user)
        notes = {contact: note for known in self._notes(shown) for contact, note in known.items()}
        rows = defaultdict(list)
        for invoice in shown:
            rows[invoice.landlord_id].append(self._row(invoice, acts, notes))
        return {"books": [self._book(each, rows[each.pk], counts[each.pk], sums[each.pk]) for each in own]}

    def _notes(self, invoices: Iterable[Invoice]) -> list[dict[int, str]]:
        """What modules above know of the tenants' contacts: the last message, in a word."""
        return slots.all("invoicing.not_paid.notes", self.user, [each.lease.tenant.contact_id for each in invoices])

    def _book(self, landlord: Landlord, rows: list[Any], count: int, owed: list[Money]) -> dict[str, Any]:
        month = show_month(clock.today(landlord), get_language())
        more = count - len(rows)
        numbers = {"rows": rows, "count": count, "more": more, "owed": owed}
        return {"landlord": landlord, "month": month, "remind": self._remind(landlord)} | numbers

    def _remind(self, landlord: Landlord) -> str:
        """The page that reminds the tenants of exactly these bills, for whoever may write to them."""
        page = f"{reverse('invoice:bulk', args=['remind'])}?all=1&notpaid=1&landlord={landlord.pk}"
        return page if landlord.pk in self.reminds else ""

    def _row(self, invoice: Invoice, acts: list[Any], notes: dict[int, str]) -> dict[str, Any]:
        days = (clock.today(invoice.landlord) - invoice.due_date).days
        tenant = invoice.lease.tenant
        return {
            "invoice": invoice,
            "tenant": tenant,
            "unit": invoice.lease.unit,
            "late": _("%(days)s d late") % {"days": days} if days else _("due today"),
            "note": notes.get(tenant.contact_id, ""),
            "acts": [act for each in acts for act in each(invoice)],
        }
