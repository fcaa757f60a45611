"""One act on many rows: a page that says number and money, then the service; a job where it is long."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import ngettext

from rentbook.kernel.jobs import Work, do_keys, start_job, works
from rentbook.kernel.keys import among
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.states import sources

from .acting import Action, Preview
from .lists import ScopedIndexView
from .views import visible

AT_ONCE = 50  # rows that are done while the user waits; more are a job
NAMED = 10
NOTHING: Mapping[str, str] = MappingProxyType({})
ASKED = "asked"  # before the names of an act's own questions, which share the address with the list's filters


def register_works(model: type[Model], actions: dict[str, Action]) -> None:
    """Let a job do each bulk act: the same service as the button of one row."""
    for name, action in actions.items():
        work = f"{model._meta.model_name}.{name}"
        if action.bulk and work not in works:
            title = format_lazy("{} ({})", action.label, model._meta.verbose_name_plural)
            works.register(Work(work, title, _step(model, action), action.chunk))


def _step(model: type[Model], action: Action) -> Any:
    def step(landlord: Landlord, keys: list[int], by: User | None, typed: Mapping[str, str] = NOTHING) -> None:
        rows = model.objects.of(landlord).filter(among(keys))
        action.service(**{action.argument: rows}, by=by, **answers(questions(action, typed)))

    return step


def questions(action: Action, typed: Mapping[str, str]) -> forms.Form | None:
    """The act's form as it was filled in, or as it begins; none where nothing is asked."""
    return action.asks(typed or None, prefix=ASKED) if action.asks else None


def answers(form: forms.Form | None) -> dict[str, Any]:
    """What the service gets. Raises ValidationError for answers that the form refuses."""
    if form is None:
        return {}
    if not form.is_valid():
        raise ValidationError([text for errors in form.errors.values() for text in errors])
    return form.cleaned_data


class BulkView(ScopedIndexView):
    """GET says what would be done to the chosen rows, or to all that match; POST does it.

    The address carries what was chosen: `pk` for each row, or `all` with the list's own search and filters; and what
    was answered, so that what is done is what was shown.
    """

    template_name = "backoffice/bulk.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.action = dict(self.actions).get(kwargs["move"])
        if self.action is None or not self.action.bulk:
            raise Http404
        if not self.permission_policy.user_has_permission(request.user, self.action.needs):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return str(self.action.label)

    @cached_property
    def chosen(self) -> QuerySet:
        """The rows that were chosen and that the user may do this to; anything else is not there."""
        rows = self.found & visible(self.request.user, self.model, [self.action.needs])
        if "all" in self.request.GET:
            return rows
        keys = [key for key in self.request.GET.getlist("pk") if key.isascii() and key.isdigit() and len(key) < 19]
        return rows.filter(pk__in=keys)

    @cached_property
    def movable(self) -> QuerySet:
        """Those of them that it can be done to; the others are named as skipped."""
        rows, transition = self.action.narrow(self.chosen), self.action.transition
        return rows.filter(state__in=sources(self.model, transition)[0]) if transition else rows

    @cached_property
    def typed(self) -> dict[str, str]:
        return {name: value for name, value in self.request.GET.items() if name.startswith(f"{ASKED}-")}

    @cached_property
    def form(self) -> forms.Form | None:
        return questions(self.action, self.typed)

    @property
    def answered(self) -> bool:
        """Whether all is said that the act asks for."""
        return self.form is None or self.form.is_valid()

    @cached_property
    def preview(self) -> Preview | None:
        if not (self.action.preview and self.answered):
            return None
        return self.action.preview(self.chosen, self.request.user, **answers(self.form))

    def around(self, context: dict[str, Any]) -> dict[str, Any]:
        """What is said instead of what stands around a list: there is nothing to search or filter here."""
        chosen, movable = self.chosen.count(), self.movable.count()
        what = self.model._meta.verbose_name if movable == 1 else self.model._meta.verbose_name_plural
        return {
            "action": self.action,
            "what": what,
            "movable": movable,
            "skipped": chosen - movable,
            "sums": self.sums(self.movable),
            "preview": self.preview,
            "form": self.form,
            "answered": self.answered,
            "said": [pair for pair in self.request.GET.lists() if pair[0] not in self.typed],
            "back": reverse(self.index_url_name),
            "search_form": None,
            "filters": None,
        }

    # --- Doing it ---------------------------------------------------------------------------------------------------

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.answered:
            return self.get(request, *args, **kwargs)
        jobs, preview = [], self.preview  # asked before: nobody could be reminded twice
        for landlord, keys in self._by_landlord():
            if len(keys) > AT_ONCE:
                asked = {"work": self.work.name, "keys": keys, "params": {"typed": self.typed}}
                jobs.append(start_job(landlord=landlord, by=request.user, **asked))
            else:
                self._do_now(landlord, keys)
        if preview:
            self._tell(preview)
        if len(jobs) == 1:
            return redirect("job:inspect", jobs[0].pk)
        return redirect("job:index" if jobs else self.index_url_name)

    @property
    def work(self) -> Work:
        return works[f"{self.model._meta.model_name}.{self.kwargs['move']}"]

    def _by_landlord(self) -> Iterator[tuple[Landlord, list[int]]]:
        keys: dict[int, list[int]] = {}
        for key, landlord_id in self.movable.order_by("pk").values_list("pk", "landlord"):
            keys.setdefault(landlord_id, []).append(key)
        for landlord in Landlord.objects.filter(pk__in=keys).order_by("pk"):
            yield landlord, keys[landlord.pk]

    def _do_now(self, landlord: Landlord, keys: list[int]) -> None:
        problems = do_keys(self.work, landlord, keys, self.request.user, typed=self.typed)
        if (done := len(keys) - len(problems)) and not self.preview:
            text = ngettext("%(what)s: %(count)s done.", "%(what)s: %(count)s done.", done)
            messages.success(self.request, text % {"what": self.action.label, "count": done})
        for sentence in problems[:NAMED]:
            messages.error(self.request, sentence)

    def _tell(self, preview: Preview) -> None:
        """What is being done, and who was passed over, as it was shown before."""
        messages.success(self.request, f"{self.action.label}: {preview.sentence}")
        for sentence in preview.skipped[:NAMED]:
            messages.warning(self.request, sentence)
