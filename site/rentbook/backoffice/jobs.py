"""Long work as people see it: its page with progress, the buttons that stop and resume it, the panel of the home."""

from collections.abc import Callable
from datetime import timedelta
from functools import reduce
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, path, reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View
from wagtail.permissions import policy_registry

from rentbook.kernel import clock
from rentbook.kernel.choices import Role
from rentbook.kernel.jobs import Job, resume_job, stop_job
from rentbook.kernel.states import why_not

from .columns import shown, state_tag
from .home import HomePanel
from .views import RowView, UnderItsList
from .viewsets import ScopedViewSet

LIVE = (Job.State.QUEUED, Job.State.RUNNING)
RECENTLY = timedelta(days=1)
SHOWN = 5


def progress_text(job: Job) -> str:
    """3,400 of 10,000, 2 failed, about 20 s left."""
    counts = {"position": number_format(job.position), "total": number_format(job.total)}
    parts = [_("%(position)s of %(total)s") % counts]
    if job.failed:
        count = {"count": number_format(job.failed)}
        parts.append(ngettext("%(count)s failed", "%(count)s failed", job.failed) % count)
    if job.stop_asked:
        parts.append(_("stopping"))
    elif left := job.time_left:
        parts.append(_about(left))
    return reduce(lambda before, more: _("%(before)s, %(more)s") % {"before": before, "more": more}, parts)


def _about(left: timedelta) -> str:
    seconds = max(1, round(left.total_seconds()))
    if seconds < 90:
        return _("about %(count)s s left") % {"count": seconds}
    return _("about %(count)s min left") % {"count": number_format(round(seconds / 60))}


def list_of(job: Job) -> str:
    """The address of the list that the job's rows are in, by the model in its work's name; else that of jobs."""
    model, _dot, _verb = job.name.partition(".")
    try:
        return reverse(f"{model}:index")
    except NoReverseMatch:
        return reverse("job:index")


def as_seen(job: Job) -> dict[str, Any]:
    """What the page, its refreshed part and the home's panel show of a job."""
    state = state_tag(job.state, job.get_state_display())
    return {"job": job, "state": state, "text": progress_text(job), "live": job.state in LIVE}


class JobView(RowView, UnderItsList, TemplateView):
    """The page of one job, which looks again by itself until the job has ended."""

    template_name = "backoffice/job.html"
    model = Job
    header_icon = "cogs"
    index_url_name = "job:index"

    def get_page_title(self) -> str:
        return str(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = self.object
        facts = [(capfirst(_("landlord")), job.landlord), (_("Asked by"), job.by)]
        facts += [(_("Started"), job.started_at), (_("Ended"), job.ended_at)]
        own = {
            "door": self._door(),
            "facts": [(label, shown(value)) for label, value in facts],
            "untold": job.failed - len(job.problems),
            "list_url": list_of(job),
            "history_url": reverse("job:history", args=[job.pk]),
        }
        return super().get_context_data(**kwargs) | as_seen(job) | own

    def _door(self) -> str:
        """The button that this user may press now: stop, resume or none."""
        job, policy = self.object, policy_registry.get_by_type(Job)
        if job.stop_asked or not policy.user_has_permission_for_instance(self.request.user, "change", job):
            return ""
        return next((door for door in ("stop", "resume") if not why_not(job, door)), "")


class JobProgressView(JobView):
    """The part of the page that changes while the job runs."""

    template_name = "backoffice/job_progress.html"


class JobMoveView(RowView, View):
    """Stop or resume: POST only, by who may change rows of that book; a refusal is a message."""

    model = Job
    permission_required = "change"
    http_method_names = ["post"]
    service: Callable[..., Job] = staticmethod(stop_job)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.service(job=self.object, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        return redirect("job:inspect", self.object.pk)


class JobViewSet(ScopedViewSet):
    model = Job
    icon = "cogs"
    list_display = ["__str__", "state", "done", "failed", "total", "started_at", "ended_at"]

    @staticmethod
    def prepare(rows):
        return rows.defer("keys", "result")

    @property
    def inspect_view(self):
        return self.construct_view(JobView)

    def get_urlpatterns(self):
        return [
            *super().get_urlpatterns(),
            path("progress/<int:pk>/", self.construct_view(JobProgressView), name="progress"),
            path("stop/<int:pk>/", self.construct_view(JobMoveView, service=stop_job), name="stop"),
            path("resume/<int:pk>/", self.construct_view(JobMoveView, service=resume_job), name="resume"),
        ]


class JobsPanel(HomePanel):
    """Long work of the last day in the reader's books, what runs first: on the home, nothing where there is none."""

    template_name = "backoffice/jobs_panel.html"
    places = {Role.MANAGER: 80, Role.CLERK: 80, Role.ACCOUNTANT: 80}

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        recent = Q(state__in=LIVE) | Q(ended_at__gte=clock.now() - RECENTLY)
        jobs = Job.objects.visible_to(self.user).filter(recent).select_related("landlord").defer("keys", "result")
        newest = jobs.order_by(F("ended_at").desc(nulls_first=True), "-started_at")
        return {"jobs": [as_seen(job) for job in newest[:SHOWN]]}
