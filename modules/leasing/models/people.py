"""Tenants, and whom else to call about them."""

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from rentbook.kernel.contacts import Contact
from rentbook.kernel.editing import Archivable
from rentbook.kernel.scoping import ScopedModel


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


class TenantContact(ScopedModel):
    """Somebody else who is called about a tenant: a firm's accounts, a relative in an emergency."""

    class Role(models.TextChoices):
        ACCOUNTS = "accounts", _("accounts")
        EMERGENCY = "emergency", _("emergency")
        HOUSEHOLD = "household", _("household")
        OTHER = "other", _("other")

    log_label = F("contact__name")

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="others", verbose_name=_("tenant"))
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", verbose_name=_("contact"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)

    class Meta:
        verbose_name = _("contact of a tenant")
        verbose_name_plural = _("contacts of tenants")
        ordering = ["tenant", "pk"]
        constraints = [models.UniqueConstraint(fields=["tenant", "contact"], name="tenant_contact_once")]

    def __str__(self) -> str:
        return f"{self.contact}, {self.get_role_display()}"
