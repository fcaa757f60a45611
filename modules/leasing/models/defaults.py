"""What a landlord or a property usually agrees, from which a new lease takes what nobody set."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rentbook.kernel.money import AmountField
from rentbook.kernel.percent import WHOLE, PercentField
from rentbook.kernel.scoping import ScopedModel

from .places import Property
from .words import ALIGNMENTS, FREQUENCIES, PRORATIONS, AtTheEnd


class LateFeeRule(ScopedModel):
    """What a late rent costs: flat, or a part of the unpaid rent; once or every so many days (docs/rules.md, D18)."""

    class Kind(models.TextChoices):
        FLAT = "flat", _("a fixed amount")
        PERCENT = "percent", _("a percentage of the unpaid rent")

    log_label = F("name")

    name = models.CharField(_("name"), max_length=60)
    currency = models.CharField(_("currency"), max_length=3)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    amount = AmountField(_("amount"), default=0)
    rate = PercentField(_("percentage"), default=0)
    every_days = models.PositiveSmallIntegerField(
        _("again every so many days"), null=True, blank=True, help_text=_("Empty: once for a bill.")
    )
    maximum = AmountField(_("most for one bill"), null=True, blank=True)

    class Meta:
        verbose_name = _("late fee rule")
        verbose_name_plural = _("late fee rules")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["landlord", "name"],
                name="late_fee_rule_once",
                violation_error_message=_("There is a late fee rule of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(kind="flat", amount__gt=0, rate=0) | Q(kind="percent", amount=0, rate__range=(1, WHOLE)),
                name="late_fee_rule_whole",
            ),
            models.CheckConstraint(
                condition=Q(every_days=None) | Q(every_days__gte=1), name="late_fee_rule_not_every_moment"
            ),
            models.CheckConstraint(condition=Q(maximum=None) | Q(maximum__gt=0), name="late_fee_rule_maximum"),
        ]

    def __str__(self) -> str:
        return self.name


class TermDefaults(ScopedModel):
    """The usual terms of a property, or of the landlord where no property is named; what is empty is not set here."""

    TERMS = (
        "frequency", "alignment", "proration", "in_arrears", "due_day", "due_days_after", "lead_days", "grace_days",
        "late_fee", "at_the_end", "notice_days",
    )  # fmt: skip

    property = models.OneToOneField(
        Property, models.CASCADE, null=True, blank=True, related_name="usual_terms", verbose_name=_("property")
    )
    frequency = models.CharField(_("frequency"), max_length=12, choices=FREQUENCIES, blank=True)
    alignment = models.CharField(_("alignment"), max_length=12, choices=ALIGNMENTS, blank=True)
    proration = models.CharField(_("proration"), max_length=8, choices=PRORATIONS, blank=True)
    in_arrears = models.BooleanField(_("billed in arrears"), null=True, blank=True)
    due_day = models.PositiveSmallIntegerField(_("due day"), null=True, blank=True)
    due_days_after = models.PositiveSmallIntegerField(_("days until due"), null=True, blank=True)
    lead_days = models.PositiveSmallIntegerField(_("issued days ahead"), null=True, blank=True)
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), null=True, blank=True)
    late_fee = models.ForeignKey(
        LateFeeRule, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("late fee")
    )
    at_the_end = models.CharField(_("on the last day"), max_length=14, choices=AtTheEnd.choices, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("days of notice"), null=True, blank=True)

    class Meta:
        verbose_name = _("usual terms")
        verbose_name_plural = _("usual terms")
        ordering = ["property__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["landlord"], condition=Q(property=None), name="usual_terms_of_the_landlord_once"
            ),
            models.CheckConstraint(
                condition=Q(due_day=None) | Q(due_day__range=(1, 31), due_days_after=None),
                name="usual_terms_one_due_rule",
                violation_error_message=_("Choose either a due day, from 1 to 31, or a number of days after issue."),
            ),
            models.CheckConstraint(
                condition=~Q(frequency="fortnightly", alignment="calendar"),
                name="usual_fortnights_from_a_start",
                violation_error_message=_("Fortnights have no calendar: align them to the anniversary."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.property or self.landlord)
