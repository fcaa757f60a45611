"""Job: long work that shows its progress, can be stopped and says how it ended."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from . import clock
from .scoping import ScopedModel


class Job(ScopedModel):
    """One run of long work for one landlord."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        STOPPED = "stopped", _("stopped")

    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    total = models.PositiveIntegerField(_("total"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    stop_asked = models.BooleanField(_("stop asked"), default=False)
    result = models.JSONField(_("result"), default=dict, blank=True)
    started_at = models.DateTimeField(_("started"), default=clock.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.name} {self.done}/{self.total}"

    def end(self, state: str, **result: object) -> None:
        """Record how the work ended."""
        self.state, self.ended_at, self.result = state, clock.now(), result
        self.save(update_fields=["state", "ended_at", "result", "total", "done", "failed"])
