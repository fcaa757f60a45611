"""Meters, what they were read at, and what a unit of it costs.

Quantities and prices of a unit are decimals of at most 15 digits, which both engines give back exactly; what comes of
them is an amount, computed in Python and rounded once (docs/rules.md, D2).
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from modules.leasing.streams import stream_word
from rentbook.kernel import clock
from rentbook.kernel.money import AmountField
from rentbook.kernel.people import User
from rentbook.kernel.scoping import ScopedModel

from .charges import OneOffCharge
from .places import Unit


class Tariff(ScopedModel):
    """What a measured unit costs, in blocks; `standing` is charged with each reading."""

    log_label = F("name")

    name = models.CharField(_("name"), max_length=60)
    stream = models.SlugField(_("stream"), max_length=30)
    measure = models.CharField(_("measured in"), max_length=10, default="kWh")
    currency = models.CharField(_("currency"), max_length=3)
    standing = AmountField(_("standing charge"), default=0)

    class Meta:
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["landlord", "name"],
                name="tariff_once",
                violation_error_message=_("There is a tariff of this name already."),
            ),
            models.CheckConstraint(condition=Q(standing__gte=0), name="tariff_standing_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_stream_display(self) -> str:
        """The stream as people call it."""
        return stream_word(self.stream)


class TariffBlock(ScopedModel):
    """From `above` so many units on, each costs `price`; valid for readings from a day on."""

    tariff = models.ForeignKey(Tariff, models.CASCADE, related_name="blocks", verbose_name=_("tariff"))
    valid_from = models.DateField(_("valid from"))
    above = models.DecimalField(_("above"), max_digits=12, decimal_places=3, default=0)
    price = models.DecimalField(_("price of a unit"), max_digits=14, decimal_places=6)

    class Meta:
        verbose_name = _("tariff block")
        verbose_name_plural = _("tariff blocks")
        ordering = ["tariff", "-valid_from", "above"]
        constraints = [
            models.UniqueConstraint(fields=["tariff", "valid_from", "above"], name="tariff_block_once"),
            models.CheckConstraint(condition=Q(above__gte=0, price__gte=0), name="tariff_block_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.tariff}, {self.valid_from}, > {self.above}"


class Meter(ScopedModel):
    """A meter in a unit; one that replaces another begins at its own first value."""

    log_label = F("serial")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="meters", verbose_name=_("unit"))
    stream = models.SlugField(_("stream"), max_length=30)
    serial = models.CharField(_("serial number"), max_length=40)
    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="meters", verbose_name=_("tariff"))
    installed_on = models.DateField(_("installed on"))
    first_value = models.DecimalField(_("first value"), max_digits=12, decimal_places=3, default=0)
    removed_on = models.DateField(_("removed on"), null=True, blank=True, editable=False)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", editable=False
    )

    class Meta:
        verbose_name = _("meter")
        verbose_name_plural = _("meters")
        ordering = ["unit__property__name", "unit__name", "stream", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["landlord", "serial"],
                name="meter_once",
                violation_error_message=_("There is a meter of this number already."),
            ),
            models.CheckConstraint(condition=Q(first_value__gte=0), name="meter_first_value_not_negative"),
            models.CheckConstraint(
                condition=Q(removed_on=None) | Q(removed_on__gte=F("installed_on")), name="meter_removed_after"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stream_display()} {self.serial}"

    def get_stream_display(self) -> str:
        """The stream as people call it."""
        return stream_word(self.stream)


class Reading(ScopedModel):
    """What a meter stood at on a day; `charge` is what it billed."""

    meter = models.ForeignKey(Meter, models.PROTECT, related_name="readings", verbose_name=_("meter"))
    on = models.DateField(_("on"))
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=3)
    estimated = models.BooleanField(_("estimated"), default=False)
    photo = models.FileField(_("photo"), upload_to="readings/", blank=True)
    charge = models.OneToOneField(
        OneOffCharge, models.PROTECT, null=True, blank=True, related_name="reading", editable=False
    )
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meter", "on"],
                name="reading_once_a_day",
                violation_error_message=_("This meter was read on that day already."),
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="reading_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.meter}, {self.on}"
