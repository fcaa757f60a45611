"""Leases: who rents what, on which terms, and the terms that followed."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from modules.leasing.terms import Alignment, BillingTerms, Frequency, Proration, TermsError
from rentbook.kernel.contacts import Contact
from rentbook.kernel.money import AmountField
from rentbook.kernel.scoping import ScopedModel
from rentbook.kernel.states import StatefulModel, because

from .defaults import LateFeeRule
from .people import Tenant
from .places import Unit
from .words import ALIGNMENTS, FREQUENCIES, PRORATIONS, AtTheEnd


class Lease(StatefulModel, ScopedModel):
    """A tenant rents a unit, from a first day to a last day if one is agreed, in one currency."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        ACTIVE = "active", _("active")
        TERMINATED = "terminated", _("terminated")
        EXPIRED = "expired", _("expired")
        CANCELLED = "cancelled", _("cancelled")

    log_label = Concat("unit__name", Value(", "), "tenant__contact__name")

    class Giver(models.TextChoices):
        TENANT = "tenant", _("the tenant")
        LANDLORD = "landlord", pgettext_lazy("gives notice", "the landlord")

    LIVE = (State.PENDING, State.ACTIVE)
    BILLED = (State.ACTIVE, State.TERMINATED, State.EXPIRED)

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="leases", verbose_name=_("unit"))
    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="leases", verbose_name=_("tenant"))
    state = FSMField(_("state"), choices=State.choices, default=State.PENDING, protected=True, editable=False)
    start = models.DateField(_("first day"))
    end = models.DateField(_("last day"), null=True, blank=True)
    exclusive = models.BooleanField(_("exclusive"), default=True, editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    deposit = AmountField(_("deposit agreed"), default=0)
    frequency = models.CharField(_("frequency"), max_length=12, choices=FREQUENCIES, default=Frequency.monthly.value)
    alignment = models.CharField(_("alignment"), max_length=12, choices=ALIGNMENTS, default=Alignment.calendar.value)
    proration = models.CharField(_("proration"), max_length=8, choices=PRORATIONS, default=Proration.actual.value)
    in_arrears = models.BooleanField(_("billed in arrears"), default=False)
    due_day = models.PositiveSmallIntegerField(_("due day"), null=True, blank=True, default=5)
    due_days_after = models.PositiveSmallIntegerField(_("days until due"), null=True, blank=True)
    lead_days = models.PositiveSmallIntegerField(_("issued days ahead"), default=0)
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), default=0)
    late_fee = models.ForeignKey(
        LateFeeRule, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("late fee")
    )
    at_the_end = models.CharField(
        _("on the last day"), max_length=14, choices=AtTheEnd.choices, default=AtTheEnd.EXPIRE
    )
    notice_days = models.PositiveSmallIntegerField(_("days of notice"), default=0)
    occupants = models.PositiveSmallIntegerField(_("people who live there"), default=1)
    #: Which terms were taken over from the property or the landlord when it was written: {"grace_days": "property"}.
    inherited = models.JSONField(default=dict, blank=True, editable=False)
    notice_on = models.DateField(_("notice given on"), null=True, blank=True, editable=False)
    notice_by = models.CharField(_("notice given by"), max_length=8, choices=Giver.choices, blank=True, editable=False)
    #: While notice is given: the last day that it would have had without, if any.
    agreed_end = models.DateField(_("last day agreed before"), null=True, blank=True, editable=False)
    end_reason = models.CharField(_("why it ended"), max_length=200, blank=True, editable=False)
    moved_out_on = models.DateField(_("moved out on"), null=True, blank=True, editable=False)
    activated_on = models.DateField(_("activated on"), null=True, blank=True, editable=False)
    #: The local day on which it was signed in Rentbook; none where it was taken over from a sheet.
    signed_on = models.DateField(_("signed on"), null=True, blank=True, editable=False)
    billed_from = models.DateField(
        _("billed from"),
        null=True,
        blank=True,
        help_text=_(
            "What was to be issued before this day was billed elsewhere: only a run asked for by month does it."
        ),
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")
        ordering = ["unit__property__name", "unit__name", "-start"]
        constraints = [
            models.CheckConstraint(condition=Q(end=None) | Q(end__gte=F("start")), name="lease_end_after_start"),
            models.CheckConstraint(
                condition=Q(due_day__range=(1, 31), due_days_after=None) | Q(due_day=None, due_days_after__gte=0),
                name="lease_one_due_rule",
            ),
            models.CheckConstraint(
                condition=~Q(frequency="fortnightly", alignment="calendar"), name="lease_fortnights_from_its_start"
            ),
            models.CheckConstraint(condition=Q(deposit__gte=0), name="lease_deposit_not_negative"),
            models.CheckConstraint(
                condition=Q(notice_on=None, notice_by="") | Q(notice_on__isnull=False) & ~Q(notice_by=""),
                name="lease_notice_whole",
            ),
            models.CheckConstraint(
                condition=Q(agreed_end=None, notice_on=None) | Q(end__isnull=False, notice_on__isnull=False),
                name="lease_notice_has_a_last_day",
            ),
        ]
        indexes = [models.Index(fields=["landlord", "state"], name="lease_by_state")]

    def __str__(self) -> str:
        return f"{self.unit}, {self.tenant}"

    @property
    def terms(self) -> BillingTerms:
        """What the billing calendar needs to know of this lease."""
        return BillingTerms(
            start=self.start,
            end=self.end,
            frequency=Frequency(self.frequency),
            alignment=Alignment(self.alignment),
            proration=Proration(self.proration),
            in_arrears=self.in_arrears,
            due_day=self.due_day,
            due_days_after=self.due_days_after,
            lead_days=self.lead_days,
        )

    def clean(self) -> None:
        super().clean()
        try:
            self.terms  # noqa: B018
        except TermsError as error:
            raise ValidationError({name: gettext(problem) for name, problem in error.by_field.items()}) from error
        if self.late_fee and self.late_fee.currency != self.currency:
            text = gettext("The late fee is in %(other)s, and the lease is in %(currency)s.")
            said = {"other": self.late_fee.currency, "currency": self.currency}
            raise ValidationError({"late_fee": text % said})

    @because(_("It has no last day yet."))
    def has_last_day(self) -> bool:
        return self.end is not None

    @transition(field=state, source=State.PENDING, target=State.ACTIVE)
    def activate(self) -> None:
        """Both have signed: the lease is billed from its first day."""

    @transition(field=state, source=State.PENDING, target=State.CANCELLED)
    def cancel(self) -> None:
        """Never came about: nothing is billed."""

    @transition(field=state, source=State.ACTIVE, target=State.TERMINATED)
    def terminate(self) -> None:
        """Ended before its time, on the last day that is set with it."""

    @transition(field=state, source=State.ACTIVE, target=State.EXPIRED, conditions=[has_last_day])
    def expire(self) -> None:
        """Ran to its last day."""


class Term(ScopedModel):
    """A further term of a lease, from its first day; the one before ended on `follows` (docs/rules.md, D10).

    The first term begins with the lease, the last ends with it: neither is stored twice.
    """

    class Kind(models.TextChoices):
        RENEWED = "renewed", _("renewed")
        MONTH_TO_MONTH = "month_to_month", _("month to month")

    lease = models.ForeignKey(Lease, models.CASCADE, related_name="further_terms", verbose_name=_("lease"))
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    start = models.DateField(_("first day"))
    follows = models.DateField(_("last day of the term before"))
    agreed_on = models.DateField(_("agreed on"))

    class Meta:
        verbose_name = _("further term")
        verbose_name_plural = _("further terms")
        ordering = ["lease", "start"]
        constraints = [
            models.UniqueConstraint(fields=["lease", "start"], name="term_once"),
            models.CheckConstraint(condition=Q(start__gt=F("follows")), name="term_after_the_one_before"),
        ]

    def __str__(self) -> str:
        return f"{self.lease}, {self.start}"


class LeaseParty(ScopedModel):
    """Somebody beside the tenant on the same lease and its one ledger."""

    class Role(models.TextChoices):
        CO_TENANT = "co_tenant", _("co-tenant")
        GUARANTOR = "guarantor", _("guarantor")
        OCCUPANT = "occupant", _("occupant")

    log_label = F("contact__name")

    lease = models.ForeignKey(Lease, models.CASCADE, related_name="parties", verbose_name=_("lease"))
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", verbose_name=_("contact"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)

    class Meta:
        verbose_name = _("party to a lease")
        verbose_name_plural = _("parties to leases")
        ordering = ["lease", "pk"]
        constraints = [models.UniqueConstraint(fields=["lease", "contact"], name="party_once")]

    def __str__(self) -> str:
        return f"{self.contact}, {self.get_role_display()}"
