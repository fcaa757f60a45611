"""How bills are made for a landlord."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from modules.invoicing.models import BillingPolicy
from rentbook.kernel import editing
from rentbook.kernel.money import to_db, unit
from rentbook.kernel.people import Landlord, User


@transaction.atomic
def create_policy(
    *, landlord: Landlord, review_days: int = 0, billing_unit: Decimal | None = None, by: User | None
) -> BillingPolicy:
    """The landlord's policy: drafts wait so many days; bills are rounded to multiples of the unit in its currency.

    The unit is the usual one of the currency where none is given (docs/rules.md, D2). Raises ValidationError for a
    unit that the currency has no coins for, and for a second policy.
    """
    values = {"review_days": review_days, "billing_units": _units(landlord, billing_unit)}
    return editing.create(BillingPolicy, by=by, landlord=landlord, **values)


@transaction.atomic
def update_policy(
    *,
    row: BillingPolicy,
    review_days: int,
    billing_unit: Decimal | None = None,
    seen: int | None = None,
    by: User | None,
) -> BillingPolicy:
    """Change it for bills to come. Raises StaleForm, and ValidationError as create_policy does."""
    units = _units(row.landlord, billing_unit)
    return editing.change(row, by=by, seen=seen, review_days=review_days, billing_units=units)


def _units(landlord: Landlord, step: Decimal | None) -> dict[str, str]:
    if step is None:
        return {}
    if step <= 0 or to_db(step) % to_db(unit(landlord.currency)):
        text = _("%(step)s cannot be paid in %(currency)s: a multiple of %(unit)s is expected.")
        values = {"step": step, "currency": landlord.currency, "unit": unit(landlord.currency)}
        raise ValidationError({"billing_unit": text % values})
    return {landlord.currency: f"{step.normalize():f}"}
