"""Late fees whose rent was paid within the days of grace after all: the money was found later (docs/rules.md, D19)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext, override

from modules.invoicing.late_fees import charge
from modules.invoicing.models import Invoice, LateFee
from modules.invoicing.selectors import standing
from rentbook.kernel.money import Money, from_db
from rentbook.kernel.people import Landlord
from rentbook.kernel.states import keys_of

from .by_hand import left_of, locked_fees, take_back
from .charging import terms_of
from .figures import base_of, charged_on


@transaction.atomic
def reverse_late_fees_paid_in_time(*, landlord: Landlord, on: date) -> int:
    """Take back what fees are too high by money that was dated before their day and found later; returns how many.

    The rest is credited `on` that day. A waived fee and one by hand stay as they are; run again it takes nothing back.
    In closed books it waits.
    """
    if landlord.locked_through and on <= landlord.locked_through:
        return 0
    held = locked_fees(paid_in_time(landlord))
    fees = paid_in_time(landlord).filter(pk__in=keys_of(held))
    return sum(_take_back(fee, on) for fee in _judged(fees))


def paid_in_time(landlord: Landlord) -> QuerySet[LateFee]:
    """Fees by rule for which money was found afterwards that is dated before their day."""
    found = standing(OuterRef("invoice")).filter(value_date__lt=OuterRef("on"), entry_date__gte=OuterRef("on"))
    fees = LateFee.objects.of(landlord).filter(Exists(found), rule__isnull=False, waived_on=None)
    return fees.exclude(invoice__state=Invoice.State.CANCELLED)


def _judged(fees: QuerySet[LateFee]) -> QuerySet[LateFee]:
    """Fees with the unpaid rent as their day began, and the fees that came before them, in thousandths."""
    before = charged_on(OuterRef("invoice"), pk__lt=OuterRef("pk"))
    known = {"rent": base_of(OuterRef("invoice"), OuterRef("on")), "before": before}
    return fees.annotate(**known).select_related("landlord", "invoice__landlord", "rule", "line").order_by("pk")


def _take_back(fee: Any, on: date) -> bool:
    right = charge(terms_of(fee.rule), from_db(fee.rent), from_db(fee.before))
    left = left_of(fee)
    excess = left - Money(right.amount if right else 0, fee.currency)
    if excess.amount <= 0:
        return False
    with override(fee.landlord.language):
        reason = gettext("Paid within the days of grace")
    take_back(fee, excess, reason=reason, source=f"in_time:{left.amount}", on=on, by=None)
    return True
