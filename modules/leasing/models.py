"""Properties, units, tenants, leases, and the charges that a lease bills."""

from enum import Enum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from rentbook.kernel.contacts import Contact
from rentbook.kernel.editing import Archivable
from rentbook.kernel.money import AmountField, show
from rentbook.kernel.scoping import ScopedModel
from rentbook.kernel.states import StatefulModel, because

from .streams import stream_word
from .terms import Alignment, BillingTerms, Frequency, Proration, TermsError


def labelled(enum: type[Enum], **labels: Any) -> list[tuple[str, Any]]:
    """Choices of a plain enum with its translated labels, so that the rules stay free of Django."""
    return [(member.value, labels[member.name]) for member in enum]


FREQUENCIES = labelled(
    Frequency,
    weekly=_("weekly"),
    fortnightly=_("fortnightly"),
    monthly=_("monthly"),
    quarterly=_("quarterly"),
    half_yearly=_("half-yearly"),
    yearly=_("yearly"),
)
ALIGNMENTS = labelled(Alignment, calendar=_("calendar periods"), anniversary=_("from the start day"))
PRORATIONS = labelled(Proration, actual=_("actual days"), thirty_day=_("30-day month"), year_365=_("365-day year"))


class Property(Archivable, ScopedModel):
    """A building or plot, with units in it."""

    log_label = F("name")

    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("property")
        verbose_name_plural = _("properties")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["landlord", "name"],
                name="property_once",
                violation_error_message=_("There is a property of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Unit(Archivable, ScopedModel):
    """What is let: a flat, a room, a shop. Tenants and landlords read “home”."""

    log_label = F("name")

    property = models.ForeignKey(Property, models.PROTECT, related_name="units", verbose_name=_("property"))
    name = models.CharField(_("name"), max_length=60)
    shared = models.BooleanField(_("shared"), default=False, help_text=_("Several leases may run at the same time."))

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["property__name", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["property", "name"],
                name="unit_once",
                violation_error_message=_("There is a home of this name in the property already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Tenant(Archivable, ScopedModel):
    """A person or firm that rents, now or before."""

    log_label = F("contact__name")

    contact = models.OneToOneField(Contact, models.PROTECT, related_name="tenant", verbose_name=_("contact"))

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        ordering = ["contact__name"]

    def __str__(self) -> str:
        return self.contact.name


class Lease(StatefulModel, ScopedModel):
    """A tenant rents a unit, from a first day to a last day if one is agreed, in one currency."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        ACTIVE = "active", _("active")
        TERMINATED = "terminated", _("terminated")
        EXPIRED = "expired", _("expired")
        CANCELLED = "cancelled", _("cancelled")

    log_label = Concat("unit__name", Value(", "), "tenant__contact__name")

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
            models.CheckConstraint(condition=Q(deposit__gte=0), name="lease_deposit_not_negative"),
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
            raise ValidationError([gettext(problem) for problem in error.problems]) from error

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


class Charge(ScopedModel):
    """A stream of a lease: its rent, or an amount beside it, billed each period between two days."""

    RENT = "rent"
    log_label = F("stream")

    lease = models.ForeignKey(Lease, models.CASCADE, related_name="charges", verbose_name=_("lease"))
    stream = models.SlugField(_("stream"), max_length=30)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    amount = AmountField(_("amount a period"))
    start = models.DateField(_("from"))
    end = models.DateField(_("through"), null=True, blank=True)
    due_day = models.PositiveSmallIntegerField(_("due day of its own"), null=True, blank=True)

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ["lease", "start", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["lease", "stream", "start"], name="charge_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="charge_not_negative"),
            models.CheckConstraint(condition=Q(end=None) | Q(end__gte=F("start")), name="charge_end_after_start"),
            models.CheckConstraint(condition=Q(due_day=None) | Q(due_day__range=(1, 31)), name="charge_due_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stream_display()} {show(self.amount, get_language() or 'en', plain=True)}"

    def get_stream_display(self) -> str:
        """The stream as people call it; Django's name for such a thing, so that every screen asks for it."""
        return stream_word(self.stream)
