"""Billing runs, and how a landlord wants to be billed for."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField, transition

from rentbook.kernel import clock
from rentbook.kernel.people import User
from rentbook.kernel.scoping import ScopedModel
from rentbook.kernel.states import StatefulModel


class BillingPolicy(ScopedModel):
    """How bills are made for a landlord; where there is no row, as its defaults say."""

    review_days = models.PositiveSmallIntegerField(
        _("days of review"),
        default=0,
        help_text=_("Bills wait as drafts for so many days before they are issued by themselves."),
    )
    #: The step to which bills are rounded, by currency, where it is not the usual one: {"TZS": "100"} (D2).
    billing_units = models.JSONField(_("billing units"), default=dict, blank=True)

    class Meta:
        verbose_name = _("billing policy")
        verbose_name_plural = _("billing policies")
        constraints = [models.UniqueConstraint(fields=["landlord"], name="billing_policy_once")]

    def __str__(self) -> str:
        return str(self.landlord)


class BillingRun(StatefulModel, ScopedModel):
    """One run: what was asked for, by whom and when; looked at before it is issued, and undone as one while unpaid.

    A run of the daily work or of a command is issued at once.
    """

    class State(models.TextChoices):
        PREPARED = "prepared", _("prepared")
        APPROVED = "approved", _("approved")
        ISSUED = "issued", pgettext_lazy("billing run", "issued")
        UNDONE = "undone", _("undone")
        DROPPED = "dropped", _("dropped")

    state = FSMField(_("state"), choices=State.choices, default=State.PREPARED, protected=True, editable=False)
    first = models.DateField(_("issue days from"))
    last = models.DateField(_("issue days through"))
    created = models.PositiveIntegerField(_("created"), default=0)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=clock.now)
    approved_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("approved by"), editable=False
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("billing run")
        verbose_name_plural = _("billing runs")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"

    @transition(field=state, source=State.PREPARED, target=State.APPROVED)
    def approve(self) -> None:
        """Somebody has looked at what it would issue."""

    @transition(field=state, source=[State.PREPARED, State.APPROVED], target=State.ISSUED)
    def issue(self) -> None:
        """Its bills are issued, or being issued."""

    @transition(field=state, source=[State.PREPARED, State.APPROVED], target=State.DROPPED)
    def drop(self) -> None:
        """Nobody wanted it: nothing was issued."""

    @transition(field=state, source=State.ISSUED, target=State.UNDONE)
    def undo(self) -> None:
        """Its bills were withdrawn together, while nothing was paid on any of them."""
