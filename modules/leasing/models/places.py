"""Properties, and the units in them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rentbook.kernel.editing import Archivable
from rentbook.kernel.scoping import ScopedModel


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

    class Kind(models.TextChoices):
        HOUSE = "house", _("house")
        FLAT = "flat", _("flat")
        ROOM = "room", _("room")
        SHOP = "shop", _("shop")
        STALL = "stall", _("stall")
        OFFICE = "office", _("office")
        PARKING = "parking", _("parking space")
        OTHER = "other", _("other")

    log_label = F("name")

    property = models.ForeignKey(Property, models.PROTECT, related_name="units", verbose_name=_("property"))
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.FLAT)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
        help_text=_("The larger home that this one lies in, such as the house of a room."),
    )
    area = models.DecimalField(_("area in m²"), max_digits=8, decimal_places=2, null=True, blank=True)
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
            ),
            models.CheckConstraint(condition=Q(area=None) | Q(area__gt=0), name="unit_area_above_zero"),
            models.CheckConstraint(condition=~Q(parent=F("pk")), name="unit_not_in_itself"),
        ]

    def __str__(self) -> str:
        return self.name
