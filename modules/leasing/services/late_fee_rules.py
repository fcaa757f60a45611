"""What a late rent costs, as a rule that leases agree to (docs/rules.md, D18)."""

from typing import Any

from django.db import transaction

from modules.leasing.models import LateFeeRule
from modules.leasing.selectors import late_fee_rule_fixed
from rentbook.kernel import editing
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.states import Refused

from .lifecycle import lock_books


def create_late_fee_rule(*, landlord: Landlord, by: User | None, **terms: Any) -> LateFeeRule:
    """A rule: a fixed amount or a percentage. Raises ValidationError for a name in use, or terms that say neither."""
    return editing.create(LateFeeRule, by=by, landlord=landlord, **terms)


@transaction.atomic
def update_late_fee_rule(*, row: LateFeeRule, seen: int | None = None, by: User | None, **terms: Any) -> LateFeeRule:
    """Change a rule that nobody has signed yet.

    Raises Refused for one that a lease was signed with, StaleForm where somebody was quicker than `seen`, and
    ValidationError.
    """
    _refuse_if_signed(row)
    return editing.change(row, by=by, seen=seen, **terms)


@transaction.atomic
def delete_late_fee_rule(*, row: LateFeeRule, by: User | None) -> None:
    """Remove a rule that nothing refers to. Raises Refused and ValidationError for any other."""
    _refuse_if_signed(row)
    editing.delete(row, by=by)


def _refuse_if_signed(rule: LateFeeRule) -> None:
    lock_books([rule.landlord_id])
    if reason := late_fee_rule_fixed(rule):
        raise Refused(reason)
