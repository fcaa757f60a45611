"""What payments shows of its own on the screens of tenants, leases and bills, in timelines, and to who searches."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from modules.leasing.models import Lease, Tenant
from rentbook.backoffice.columns import RowAct, shown
from rentbook.backoffice.pages import Count
from rentbook.backoffice.search import named, ranked
from rentbook.backoffice.timeline import Happening, acts
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import books

from .models import Payment
from .selectors import reversal_blocked, with_reversals

PATHS = {"tenant": "invoice__lease__tenant", "lease": "invoice__lease", "invoice": "invoice"}
NUMBERS = ("receipt__number", "reference", "attempts__reference", "attempts__provider_reference")


def payments(user: User, row: Any) -> QuerySet[Payment]:
    """The payments of a tenant, for a lease or for a bill, as far as the user may see them."""
    return Payment.objects.visible_to(user).filter(**{PATHS[row._meta.model_name]: row.pk})


def counts(user: User, row: Tenant | Lease) -> list[Count]:
    number = payments(user, row).count()
    address = f"{reverse('payment:index')}?{row._meta.model_name}={row.pk}"
    return [Count(30, _("Payments"), number, address)] if number else []


def told(payment: Payment) -> str:
    """A payment as a timeline names it: 300,000, cash, RCT-2026-000012."""
    number = getattr(getattr(payment, "receipt", None), "number", "")
    parts = (payment.amount, payment.get_method_display(), number)
    return format_html_join(", ", "{}", ((shown(part),) for part in parts if part))


def undo_acts(user: User) -> Callable[[Payment], Iterator[RowAct]]:
    """The button that takes a payment back, in the books where the user may."""
    own = books(user, Payment, "change")

    def offered(payment: Payment) -> Iterator[RowAct]:
        if payment.landlord_id in own and not reversal_blocked(payment):
            yield RowAct(_("Undo"), reverse("payment:action", args=[payment.pk, "undo"]))

    return offered


def happened(user: User, row: Any, most: int) -> list[Happening]:
    return acts(user, with_reversals(payments(user, row)), most, tell=told, offer=undo_acts(user))


def by_number(user: User, text: str) -> list[QuerySet]:
    """Whose payment has this receipt or reference, ours or the provider's."""
    return [ranked(Payment.objects.visible_to(user), PATHS["tenant"], *named(text, *NUMBERS))]


slots.fill("leasing.tenant.counts", counts)
slots.fill("leasing.tenant.timeline", happened)
slots.fill("leasing.lease.counts", counts)
slots.fill("leasing.lease.timeline", happened)
slots.fill("invoicing.invoice.timeline", happened)
slots.fill("backoffice.search", by_number)
