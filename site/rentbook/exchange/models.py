"""What came in: imported files, and callbacks of outside systems as they were received."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rentbook.kernel import clock
from rentbook.kernel.people import User
from rentbook.kernel.scoping import ScopedModel


class ImportBatch(ScopedModel):
    """One file that was imported: which, by whom, and what it changed."""

    kind = models.CharField(_("kind"), max_length=20)
    filename = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    counts = models.JSONField(_("counts"), default=dict)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.filename


class Draft(ScopedModel):
    """A file between its check and its import: one user's, for a day.

    `edits` are cells written over, by row and place (`row-place`, rows from 1, places from 0). Once it is imported,
    `content` is no more than the rows that were left out.
    """

    kind = models.CharField(_("kind"), max_length=20)
    filename = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(_("content"))
    edits = models.JSONField(_("mended cells"), default=dict)
    by = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("by"))
    batch = models.OneToOneField(
        ImportBatch, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("import")
    )
    created_at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("file to import")
        verbose_name_plural = _("files to import")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.filename


class Callback(models.Model):
    """A callback of a payment provider or messaging service, kept raw before anything acts on it (D34).

    It has no landlord until it is matched: what matches nothing is kept for the operator's staff.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        APPLIED = "applied", _("applied")
        REVIEW = "review", _("to review")

    source = models.CharField(_("source"), max_length=20)
    event_key = models.CharField(_("event"), max_length=120)
    body = models.BinaryField(_("body"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RECEIVED)
    note = models.CharField(_("what was wrong"), max_length=200, blank=True)
    landlord = models.ForeignKey(
        "kernel.Landlord", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("landlord")
    )
    received_at = models.DateTimeField(_("received"), default=clock.now)

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["source", "event_key"], name="callback_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.event_key}"
