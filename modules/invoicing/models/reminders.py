"""Who was reminded, and when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from modules.leasing.models import Tenant
from rentbook.kernel.people import User
from rentbook.kernel.scoping import ScopedModel


class Reminder(ScopedModel):
    """Somebody decided to remind a tenant of all that is open: once a day, whatever the door (D41)."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="reminders", verbose_name=_("tenant"))
    on = models.DateField(_("on"))
    #: The step of a ladder; none for a reminder by hand.
    step = models.CharField(_("step"), max_length=20, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["tenant", "on"], name="reminder_once_a_day")]
        indexes = [models.Index(fields=["landlord", "on"], name="reminder_by_day")]

    def __str__(self) -> str:
        return f"{self.tenant}, {self.on}"
