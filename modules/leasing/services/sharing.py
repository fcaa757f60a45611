"""Costs of a whole property, shared by its homes."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from modules.leasing.cost_selectors import cost_fixed, parts_billed, parts_of, terms_of
from modules.leasing.models import Charge, OneOffCharge, Property, SharedCost
from modules.leasing.sharing import Living, Part
from rentbook.kernel import clock, editing, log
from rentbook.kernel.money import Money
from rentbook.kernel.people import User, check_open

from .lifecycle import lock_books, refuse_if


@transaction.atomic
def share_cost(
    *, property: Property, stream: str, amount: Money, start: date, end: date, key: str, bill_on: date,
    note: str = "", by: User | None,
) -> SharedCost:  # fmt: skip
    """Share a cost of some days among the homes of a property, in equal parts, by area or by people (D23).

    Each lease that runs on those days and has agreed to share this stream is charged its part, billed from `bill_on`;
    the others' parts stay with the landlord. Raises ValidationError by field, for a home without an area, and for a
    lease in another currency (docs/rules.md, D22); BooksLocked where the books are closed (D48).
    """
    [landlord] = lock_books([property.landlord_id])
    check_open(landlord, bill_on)
    currency, days = str(amount.currency), {"start": start, "end": end, "bill_on": bill_on}
    values = {"property": property, "stream": stream, "currency": currency, "amount": amount, "key": key, "note": note}
    cost = SharedCost(landlord=landlord, by=by, **values, **days)
    parts, agreed = parts_of(cost), terms_of(cost)
    cost.full_clean()
    cost.save()
    log.record([cost], editing.CREATED, by=by)
    charges = [_charge(cost, part, part.living, agreed[part.living.lease]) for part in parts if part.living]
    made = OneOffCharge.objects.of(landlord).bulk_create(charge for charge in charges if charge.amount)
    log.record(made, editing.CREATED, by=by)
    return cost


def _charge(cost: SharedCost, part: Part, living: Living, terms: Charge) -> OneOffCharge:
    lease = terms.lease
    if lease.currency != cost.currency:
        text = _("%(lease)s is in %(currency)s: share the cost in that currency.")
        raise ValidationError({"amount": text % {"lease": lease, "currency": lease.currency}})
    common: dict[str, Any] = {"landlord": cost.landlord, "lease": lease, "currency": lease.currency, "by": cost.by}
    days = {"start": living.start, "end": living.end, "bill_on": cost.bill_on}
    rates = {"tax_rate": terms.tax_rate, "withholding_rate": terms.withholding_rate}
    said = {"reason": cost.note, "arithmetic": part.arithmetic, "source": f"shared:{cost.pk}:{lease.pk}"}
    kind = OneOffCharge.Kind.SHARED
    return OneOffCharge(kind=kind, stream=cost.stream, amount=part.amount, **common, **days, **rates, **said)


@transaction.atomic
def withdraw_shared_costs(*, costs: Iterable[SharedCost], by: User | None) -> None:
    """Take back what shared costs have charged; all stays with the landlord.

    Raises Refused where a part is billed, or where there is nothing to take back.
    """
    rows = list(costs)
    lock_books(cost.landlord_id for cost in rows)
    for cost in rows:
        refuse_if(cost_fixed(cost))
        for charge in parts_billed(cost):
            editing.change(charge, by=by, withdrawn_at=clock.now())
        log.record([cost], editing.CHANGED, by=by, changes={"charged": [str(cost.amount), "0"]})
