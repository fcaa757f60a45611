"""What a lease bills: its streams, single charges and discounts, and its part of a shared cost."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from modules.leasing.streams import stream_word
from rentbook.kernel import clock
from rentbook.kernel.money import AmountField, show
from rentbook.kernel.people import User
from rentbook.kernel.percent import WHOLE, PercentField
from rentbook.kernel.scoping import ScopedModel

from .leases import Lease
from .places import Property
from .words import ALIGNMENTS, FREQUENCIES, PRORATIONS


class Charge(ScopedModel):
    """A stream of a lease: its rent, or an amount beside it, billed each period between two days."""

    class Kind(models.TextChoices):
        FIXED = "fixed", _("fixed amount")
        METERED = "metered", _("by meter")
        SHARED = "shared", _("part of a shared cost")

    class How(models.TextChoices):
        AGREED = "agreed", _("agreed")
        AMOUNT = "amount", _("raised by an amount")
        PERCENT = "percent", _("raised by a percentage")
        INDEX = "index", _("raised by an index")

    RENT = "rent"
    OWN_CALENDAR = ("frequency", "alignment")
    log_label = F("stream")

    lease = models.ForeignKey(Lease, models.CASCADE, related_name="charges", verbose_name=_("lease"))
    stream = models.SlugField(_("stream"), max_length=30)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.FIXED)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    amount = AmountField(_("amount a period"), default=0)
    start = models.DateField(_("from"))
    end = models.DateField(_("through"), null=True, blank=True)
    # Terms of its own; what is empty is the lease's. With a frequency or alignment of its own it is counted from its
    # own first day.
    frequency = models.CharField(_("frequency"), max_length=12, choices=FREQUENCIES, blank=True)
    alignment = models.CharField(_("alignment"), max_length=12, choices=ALIGNMENTS, blank=True)
    proration = models.CharField(_("proration"), max_length=8, choices=PRORATIONS, blank=True)
    in_arrears = models.BooleanField(_("billed in arrears"), null=True, blank=True)
    due_day = models.PositiveSmallIntegerField(_("due day of its own"), null=True, blank=True)
    due_days_after = models.PositiveSmallIntegerField(_("days until due"), null=True, blank=True)
    lead_days = models.PositiveSmallIntegerField(_("issued days ahead"), null=True, blank=True)
    tax_rate = PercentField(_("tax"), default=0)
    withholding_rate = PercentField(_("withholding tax"), default=0)
    # How the amount came about, for a step.
    how = models.CharField(_("how it came about"), max_length=8, choices=How.choices, default=How.AGREED)
    raised_by = PercentField(_("raised by"), null=True, blank=True)
    index_name = models.CharField(_("index"), max_length=40, blank=True)
    index_before = models.DecimalField(_("index before"), max_digits=10, decimal_places=4, null=True, blank=True)
    index_after = models.DecimalField(_("index after"), max_digits=10, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ["lease", "start", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["lease", "stream", "start"], name="charge_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="charge_not_negative"),
            models.CheckConstraint(condition=Q(end=None) | Q(end__gte=F("start")), name="charge_end_after_start"),
            models.CheckConstraint(condition=Q(due_day=None) | Q(due_day__range=(1, 31)), name="charge_due_day"),
            models.CheckConstraint(
                condition=Q(due_day=None) | Q(due_days_after=None), name="charge_one_due_rule_at_most"
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__range=(0, WHOLE), withholding_rate__range=(0, WHOLE)), name="charge_rates"
            ),
            models.CheckConstraint(
                condition=~Q(how="index") | Q(index_before__gt=0, index_after__gt=0) & ~Q(index_name=""),
                name="charge_index_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stream_display()} {show(self.amount, get_language() or 'en', plain=True)}"

    def get_stream_display(self) -> str:
        """The stream as people call it; Django's name for such a thing, so that every screen asks for it."""
        return stream_word(self.stream)


class OneOffCharge(ScopedModel):
    """A charge or discount that is billed once: by hand with a reason, from a meter's reading, or of a shared cost.

    A discount is below zero. It goes on the first bill of the lease that is issued on or after `bill_on`.
    """

    class Kind(models.TextChoices):
        CHARGE = "charge", _("charge")
        DISCOUNT = "discount", _("discount")
        METERED = "metered", _("by meter")
        SHARED = "shared", _("part of a shared cost")

    log_label = F("stream")

    lease = models.ForeignKey(Lease, models.PROTECT, related_name="one_offs", verbose_name=_("lease"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    stream = models.SlugField(_("stream"), max_length=30)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    amount = AmountField(_("amount"))
    tax_rate = PercentField(_("tax"), default=0)
    withholding_rate = PercentField(_("withholding tax"), default=0)
    start = models.DateField(_("from"))
    end = models.DateField(_("through"))
    bill_on = models.DateField(_("billed from"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    arithmetic = models.CharField(_("arithmetic"), max_length=200, blank=True)
    #: What it comes from, once and for ever: reading:12, shared:4:31.
    source = models.CharField(_("source"), max_length=60, null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("single charge")
        verbose_name_plural = _("single charges")
        ordering = ["-bill_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["landlord", "source"], name="one_off_once"),
            models.CheckConstraint(
                condition=Q(kind="discount", amount__lt=0) | ~Q(kind="discount") & Q(amount__gt=0),
                name="one_off_signed",
            ),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="one_off_forward"),
            models.CheckConstraint(
                condition=Q(tax_rate__range=(0, WHOLE), withholding_rate__range=(0, WHOLE)), name="one_off_rates"
            ),
            models.CheckConstraint(
                condition=~Q(reason="") | ~Q(kind__in=["charge", "discount"]), name="one_off_by_hand_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["lease", "bill_on"], name="one_off_by_lease")]

    def __str__(self) -> str:
        return f"{self.get_stream_display()} {show(self.amount, get_language() or 'en', plain=True)}"

    def get_stream_display(self) -> str:
        """The stream as people call it."""
        return stream_word(self.stream)


class SharedCost(ScopedModel):
    """A cost of a whole property that its homes share: the parts make the whole (docs/rules.md, D23)."""

    class Key(models.TextChoices):
        EQUAL = "equal", _("in equal parts")
        AREA = "area", _("by area")
        PERSONS = "persons", _("by the people who live there")

    log_label = F("stream")

    property = models.ForeignKey(Property, models.PROTECT, related_name="shared_costs", verbose_name=_("property"))
    stream = models.SlugField(_("stream"), max_length=30)
    currency = models.CharField(_("currency"), max_length=3)
    amount = AmountField(_("amount"))
    start = models.DateField(_("from"))
    end = models.DateField(_("through"))
    key = models.CharField(_("shared"), max_length=8, choices=Key.choices, default=Key.EQUAL)
    bill_on = models.DateField(_("billed from"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("shared cost")
        verbose_name_plural = _("shared costs")
        ordering = ["-start", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="shared_cost_above_zero"),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="shared_cost_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.property}, {stream_word(self.stream)}, {self.start}"

    def get_stream_display(self) -> str:
        """The stream as people call it."""
        return stream_word(self.stream)
