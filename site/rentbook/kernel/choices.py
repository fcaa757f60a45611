"""The few closed lists that everybody shares."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    KISWAHILI = "sw", "Kiswahili"
    FRENCH = "fr", "Français"
    ARABIC = "ar", "العربية"


class Channel(models.TextChoices):
    WHATSAPP = "whatsapp", "WhatsApp"
    SMS = "sms", "SMS"
    EMAIL = "email", _("e-mail")


class Role(models.TextChoices):
    MANAGER = "manager", _("manager")
    OWNER = "owner", _("owner")


# What a role may do with the rows of the landlord whose book it is a role in.
MAY = {Role.MANAGER: ("view", "add", "change", "delete"), Role.OWNER: ("view",)}
