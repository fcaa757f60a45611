"""Deposits: a liability, charged by a bill's line, received when that is settled, and what became of it (D25)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.leasing.models import Lease
from rentbook.kernel import clock
from rentbook.kernel.accounts import Account
from rentbook.kernel.money import AmountField
from rentbook.kernel.people import User
from rentbook.kernel.scoping import ScopedModel

from .settlements import Settlement


class DepositEntry(ScopedModel):
    """A movement of a deposit that no bill shows: held when the lease was taken over, applied to a charge, refunded.

    A row is never changed: a wrong one is taken back by another with the opposite amount.
    """

    class Kind(models.TextChoices):
        HELD = "held", _("held before")
        APPLIED = "applied", _("applied")
        REFUNDED = "refunded", _("refunded")

    lease = models.ForeignKey(Lease, models.PROTECT, related_name="deposit_entries", verbose_name=_("lease"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    currency = models.CharField(_("currency"), max_length=3)
    amount = AmountField(_("amount"))
    on = models.DateField(_("on"))
    #: The settlement by which it was applied to a bill.
    settlement = models.OneToOneField(
        Settlement, models.PROTECT, null=True, blank=True, related_name="deposit_entry", verbose_name=_("settlement")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    #: Where the money came from or went to.
    account = models.CharField(_("account"), max_length=12, default=Account.CASH, editable=False)
    source = models.CharField(_("source"), max_length=60, editable=False)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reverses")
    )
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("deposit entry")
        verbose_name_plural = _("deposit entries")
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["landlord", "source"], name="deposit_entry_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, reverses=None) | Q(amount__lt=0, reverses__isnull=False),
                name="deposit_entry_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"
