"""What staff keep for themselves in the back office."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rentbook.kernel.people import User


class SavedView(models.Model):
    """A list with its search, filters and month, under a name of the user's own; nobody else sees it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    list = models.CharField(max_length=80)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "list", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name
