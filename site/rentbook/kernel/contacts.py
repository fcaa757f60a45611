"""Contacts: whom a landlord writes to."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from .choices import Channel, Language
from .people import User
from .scoping import ScopedModel


class Contact(ScopedModel):
    """A person or firm that is written to. Tenants and owners point to one; messaging knows nobody else."""

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        COMPANY = "company", _("company")

    log_label = models.F("name")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(_("name"), max_length=120)
    phone = PhoneNumberField(_("phone"), null=True, blank=True)
    email = models.EmailField(_("e-mail"), null=True, blank=True)
    id_number = models.CharField(_("identity number"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, default=Channel.WHATSAPP)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="contacts")

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["name"]
        indexes = [models.Index(fields=["landlord", "phone"], name="contact_phone")]

    def __str__(self) -> str:
        return self.name

    @property
    def reached_by(self) -> Channel:
        """The channel that was chosen, or e-mail where there is no phone."""
        return Channel(self.channel) if self.phone else Channel.EMAIL
