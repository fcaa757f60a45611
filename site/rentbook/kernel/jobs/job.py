"""Job: a list of keys, the work to do with them, and how far it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField, transition

from rentbook.kernel import clock
from rentbook.kernel.registry import Registry
from rentbook.kernel.scoping import ScopedModel
from rentbook.kernel.states import StatefulModel


@dataclass(frozen=True)
class Work:
    """What a job can do: `step(landlord, keys, by, **params)` does a set of keys by an atomic service.

    `params` is what the job was started with, by name. It refuses with a ValidationError. `name` is "<model>.<verb>",
    `title` a lazy text for people: "Cancel bills". `chunk` is how many keys it does in one transaction, where that is
    not the usual number: more for a step that is a few statements for however many.
    """

    name: str
    title: Any
    step: Callable[..., object]
    chunk: int | None = None


works: Registry[Work] = Registry("work")


def work_named(name: str) -> Work:
    """The registered work; KeyError for one that is not, such as a work of a module that was switched off."""
    # Screens register the works that they offer, with their addresses: a worker has asked for none yet.
    import_module(settings.ROOT_URLCONF)
    return works[name]


class Job(StatefulModel, ScopedModel):
    """One run of long work for one landlord."""

    log_label = F("name")

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("job", "queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        STOPPED = "stopped", _("stopped")

    name = models.CharField(_("name"), max_length=80)
    title = models.CharField(_("title"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=5, default="en")
    state = FSMField(
        _("state"), max_length=8, choices=State.choices, default=State.QUEUED, protected=True, editable=False
    )
    keys = models.JSONField(_("keys"), default=list, editable=False)
    params = models.JSONField(_("asked with"), default=dict, blank=True, editable=False)
    total = models.PositiveIntegerField(_("total"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    stop_asked = models.BooleanField(_("stop asked"), default=False)
    result = models.JSONField(_("result"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    claimed_until = models.DateTimeField(default=clock.now, editable=False)
    started_at = models.DateTimeField(_("started"), default=clock.now)
    started_from = models.PositiveIntegerField(default=0, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-started_at"]
        constraints = [models.CheckConstraint(condition=Q(total__gte=F("done") + F("failed")), name="job_within_total")]

    def __str__(self) -> str:
        own = self.title or (works[self.name].title if self.name in works else self.name)
        return f"{own}: {number_format(self.total)}"

    @property
    def position(self) -> int:
        """How many of the keys are behind us; the next chunk begins there."""
        return self.done + self.failed

    @property
    def problems(self) -> list[str]:
        """The first refusals, a sentence each, in the language of whoever started the job."""
        return self.result.get("problems", [])

    @property
    def time_left(self) -> timedelta | None:
        """An estimate by the pace of this turn; None before the first chunk and once the job has ended."""
        behind = self.position - self.started_from
        if self.state != self.State.RUNNING or behind <= 0:
            return None
        return (clock.now() - self.started_at) / behind * (self.total - self.position)

    @transition(field=state, source=State.QUEUED, target=State.RUNNING)
    def start(self) -> None:
        """A worker has claimed it."""

    @transition(field=state, source=State.RUNNING, target=State.DONE)
    def finish(self) -> None:
        """Every key is behind it."""

    @transition(field=state, source=State.RUNNING, target=State.FAILED)
    def fail(self) -> None:
        """A fault of ours; it can be resumed."""

    @transition(field=state, source=[State.QUEUED, State.RUNNING], target=State.STOPPED)
    def stop(self) -> None:
        """Somebody asked; it can be resumed."""

    @transition(field=state, source=[State.STOPPED, State.FAILED], target=State.QUEUED)
    def resume(self) -> None:
        """Go on where it was."""
