"""Late fees, and the time that a tenant was given: a schedule of promised days (docs/rules.md, D18 to D20)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from modules.leasing.models import LateFeeRule
from rentbook.kernel.money import AmountField
from rentbook.kernel.people import User
from rentbook.kernel.scoping import ScopedModel
from rentbook.kernel.states import StatefulModel

from .invoices import Invoice, InvoiceLine


class LateFee(ScopedModel):
    """A fee on an invoice by a rule, each occurrence once. A waived one stays waived: who and why are kept."""

    log_label = F("invoice__number")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="late_fees", verbose_name=_("invoice"))
    #: None for one by hand.
    rule = models.ForeignKey(
        LateFeeRule, models.PROTECT, null=True, blank=True, related_name="fees", verbose_name=_("late fee rule")
    )
    occurrence = models.PositiveSmallIntegerField(_("occurrence"), default=1)
    on = models.DateField(_("on"))
    currency = models.CharField(_("currency"), max_length=3)
    #: The unpaid rent of which a percentage was taken.
    base = AmountField(_("unpaid rent"), null=True, blank=True)
    amount = AmountField(_("amount"))
    line = models.OneToOneField(
        InvoiceLine, models.PROTECT, null=True, blank=True, related_name="late_fee", verbose_name=_("invoice line")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    waived_on = models.DateField(_("waived on"), null=True, blank=True, editable=False)
    waived_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("waived by"), editable=False
    )
    waived_reason = models.CharField(_("why it was waived"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("late fee")
        verbose_name_plural = _("late fees")
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "rule", "occurrence"], name="late_fee_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="late_fee_above_zero"),
            models.CheckConstraint(condition=Q(waived_on=None) | ~Q(waived_reason=""), name="late_fee_waived_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}, {self.on}"


class Extension(StatefulModel, ScopedModel):
    """More time for a bill: asked for by a tenant or staff, agreed as promised days, kept or broken."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("requested")
        AGREED = "agreed", _("agreed")
        KEPT = "kept", _("kept")
        BROKEN = "broken", _("broken")
        DECLINED = "declined", _("declined")

    LIVE = (State.REQUESTED, State.AGREED)
    log_label = F("invoice__number")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="extensions", verbose_name=_("invoice"))
    state = FSMField(_("state"), choices=State.choices, default=State.REQUESTED, protected=True, editable=False)
    requested_on = models.DateField(_("requested on"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by"), editable=False
    )
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(state__in=["requested", "agreed"]), name="extension_one_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["landlord", "state"], name="extension_by_state")]

    def __str__(self) -> str:
        return f"{self.invoice}, {self.requested_on}"

    @transition(field=state, source=State.REQUESTED, target=State.AGREED)
    def agree(self) -> None:
        """The landlord agrees: while each promise is kept there is no fee, no reminder, no place on the list."""

    @transition(field=state, source=State.REQUESTED, target=State.DECLINED)
    def decline(self) -> None:
        """The landlord does not agree: the due date stands."""

    @transition(field=state, source=State.AGREED, target=State.KEPT)
    def keep(self) -> None:
        """What was promised was paid, to the last of it."""

    @transition(field=state, source=State.AGREED, target=State.BROKEN)
    def break_off(self) -> None:
        """A promised day has passed without its money."""


class Promise(ScopedModel):
    """So much by a day, beyond what was settled when it was agreed: the amounts of a schedule add up."""

    extension = models.ForeignKey(Extension, models.CASCADE, related_name="promises", verbose_name=_("extension"))
    on = models.DateField(_("promised for"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = AmountField(_("amount"))
    #: What must be settled of the invoice by then, all that went before included.
    settled_by_then = AmountField(_("settled by then"))

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering = ["extension", "on"]
        constraints = [
            models.UniqueConstraint(fields=["extension", "on"], name="promise_once_a_day"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="promise_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.on}"
