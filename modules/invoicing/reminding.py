"""Reminding by hand as staff see it: who would be written to, and who is passed over and why."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from modules.leasing.models import Tenant
from modules.leasing.selectors import with_homes
from modules.leasing.tenant_page import homes
from rentbook.backoffice.acting import PREVIEWED, Action, Preview
from rentbook.backoffice.columns import shown
from rentbook.kernel.people import User

from .models import Invoice
from .owed import amounts, owing, together, with_owing
from .selectors import remindable, with_skipped
from .services import remind_tenants

HEADINGS = (
    gettext_lazy("Tenant"), pgettext_lazy("unit", "Home"), gettext_lazy("Owes"), gettext_lazy("Language"),
    gettext_lazy("Channel"), gettext_lazy("Skipped"),
)  # fmt: skip


def passed_over(invoices: QuerySet[Invoice]) -> dict[int, str]:
    """Each tenant of the invoices, and why nothing of theirs is reminded of; nothing where something is."""
    reasons = defaultdict(set)
    for tenant, reason in with_skipped(invoices).order_by().values_list("lease__tenant", "skipped").distinct():
        reasons[tenant].add(reason)
    return {tenant: "" if "" in found else "; ".join(sorted(found)) for tenant, found in reasons.items()}


def people(user: User, keys: Iterable[int]) -> list[Tenant]:
    """Tenants with their homes and their open bills, in the order of the keys."""
    rows = with_owing(user, with_homes(Tenant.objects.visible_to(user))).in_bulk(list(keys))
    return [rows[key] for key in keys]


def preview(invoices: QuerySet[Invoice], user: User) -> Preview:
    """Who of the invoices' tenants is reminded; those that are not stand first, each with the reason."""
    why = passed_over(invoices)
    skipped = [key for key, reason in why.items() if reason]
    told = [key for key, reason in why.items() if not reason]
    tenants = people(user, [*skipped, *told][:PREVIEWED])
    return Preview(
        HEADINGS,
        [_row(tenant, why[tenant.pk]) for tenant in tenants],
        _sentence(len(told), len(skipped)),
        [f"{tenant}: {why[tenant.pk]}" for tenant in tenants if why[tenant.pk]],
    )


def _sentence(told: int, skipped: int) -> str:
    sent = ngettext("%(count)s reminder is sent.", "%(count)s reminders are sent.", told) % {"count": told}
    left = ngettext("%(count)s tenant is skipped.", "%(count)s tenants are skipped.", skipped) % {"count": skipped}
    return f"{sent} {left}" if skipped else sent


def _row(tenant: Tenant, why: str) -> tuple[Any, ...]:
    contact = tenant.contact
    cells = (contact.name, homes(tenant), together(amounts(owing(tenant))), contact.get_language_display())
    return (*map(shown, cells), contact.reached_by.label, why)


def reminding_blocked(invoice: Invoice) -> str:
    """Why the tenant is not reminded of the invoice today, as a sentence; empty when he can be."""
    own = Invoice.objects.of(invoice.landlord_id).filter(pk=invoice.pk)
    reason = with_skipped(own).values_list("skipped", flat=True).get()
    text = _("%(tenant)s is not reminded: %(reason)s.")
    return text % {"tenant": invoice.lease.tenant, "reason": reason} if reason else ""


REMIND = Action(
    gettext_lazy("Remind"),
    remind_tenants,
    "invoices",
    gettext_lazy("Each tenant gets one message today, with all that is open and the link to pay it."),
    icon="mail",
    blocked=reminding_blocked,
    narrow=remindable,
    preview=preview,
)
