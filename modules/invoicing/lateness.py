"""Reads about bills that are late: why a fee or more time is out of place, what is left of a fee, kept promises."""

from collections.abc import Callable

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from modules.leasing.models import Tenant
from rentbook.kernel import clock
from rentbook.kernel.dates import show_day
from rentbook.kernel.money import amount

from .models import Extension, Invoice, LateFee
from .selectors import given_time


def fee_blocked(invoice: Invoice) -> str:
    """Why no fee may be charged on a bill by hand, as a sentence; empty when one may (docs/rules.md, D19)."""
    today = clock.today(invoice.landlord)
    given = Invoice.objects.of(invoice.landlord_id).filter(given_time(today), pk=invoice.pk)
    return _first_that_holds(
        invoice,
        {
            _("%(invoice)s is %(state)s: nothing is owed on it."): lambda: invoice.state not in Invoice.OPEN,
            _("%(invoice)s is being paid now: wait for it, or cancel that payment."): lambda: invoice.amount_reserved,
            _("More time was agreed for %(invoice)s."): given.exists,
        },
    )


def extension_blocked(invoice: Invoice) -> str:
    """Why no more time can be given for a bill, as a sentence; empty when it can."""
    live = Extension.objects.of(invoice.landlord_id).filter(invoice=invoice, state__in=Extension.LIVE)
    return _first_that_holds(
        invoice,
        {
            _("%(invoice)s is %(state)s: nothing is owed on it."): lambda: invoice.state not in Invoice.OPEN,
            _("More time was asked or agreed for %(invoice)s already."): live.exists,
        },
    )


def _first_that_holds(invoice: Invoice, sentences: dict[str, Callable[[], object]]) -> str:
    named = {"invoice": invoice, "state": invoice.get_state_display()}
    return next((text % named for text, holds in sentences.items() if holds()), "")


def waiver_blocked(fee: LateFee) -> str:
    """Why a fee cannot be waived, as a sentence; empty when it can."""
    if fee.waived_on:
        return _("It was waived on %(day)s.") % {"day": show_day(fee.waived_on, get_language() or "en")}
    if fee.invoice.state == Invoice.State.CANCELLED:
        return _("%(invoice)s is cancelled, and the fee with it.") % {"invoice": fee.invoice}
    return ""


def with_left(fees: QuerySet[LateFee]) -> QuerySet[LateFee]:
    """Fees with `left`: what credit notes did not take back of each."""
    return fees.annotate(left=F("amount") - Coalesce(Sum("line__credited__amount"), amount(0)))


def promises_of(tenant: Tenant) -> dict[str, int]:
    """How often the tenant was given time, by what became of it: kept, broken, and so on."""
    rows = Extension.objects.of(tenant.landlord_id).filter(invoice__lease__tenant=tenant).order_by()
    return dict(rows.values_list("state").annotate(Count("pk")))
