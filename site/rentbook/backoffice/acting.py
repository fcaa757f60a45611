"""Moves of one row: a button, a page that asks, a service that does it; and the bar that shows the states."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from rentbook.kernel.states import sources, why_not

from .forms import put_errors
from .views import RowView, UnderItsList

PREVIEWED = 100  # rows


@dataclass(frozen=True)
class Preview:
    """What a bulk act would do: headings, a cell for each heading of the first rows, and all of it in a sentence.

    `skipped` names the first of those that are passed over, each with the reason.
    """

    headings: tuple[Any, ...]
    rows: list[tuple[Any, ...]]
    sentence: str
    skipped: list[str]


@dataclass(frozen=True)
class Action:
    """A button that acts on rows: its words, and the service that does it for a set of rows, `by` a user.

    `needs` is the right that it takes. `transition` is the move whose conditions are asked, where the act is one;
    `blocked(row)` says in a sentence what else is in the way. `asks` is a form whose answers the service gets, and
    `begins(row)` what it holds at first for one row.
    `chunk` is how many a job does in one transaction, where that is not the usual number.
    A bulk act passes over what `narrow(rows)` leaves out, and `preview(rows, user, **answers)` shows what it would do.
    """

    label: Any
    service: Callable[..., Any]
    argument: str
    sentence: Any
    icon: str = "arrow-right"
    transition: str = ""
    needs: str = "change"
    blocked: Callable[[Any], str] = lambda row: ""
    asks: type[forms.Form] | None = None
    begins: Callable[[Any], dict[str, Any]] = lambda row: {}
    bulk: bool = True
    chunk: int | None = None
    narrow: Callable[[QuerySet], QuerySet] = lambda rows: rows
    preview: Callable[..., Preview] | None = None

    def why_not(self, row: Model) -> str:
        """Why this cannot be done to the row now; empty when it can."""
        if self.transition and row.state not in sources(type(row), self.transition)[0]:
            return _("Only while %(states)s.") % {"states": self._while(row)}
        return (self.transition and why_not(row, self.transition)) or str(self.blocked(row))

    def _while(self, row: Model) -> str:
        """The states in which this can be done, in the words of people."""
        allowed = sources(type(row), self.transition)[0]
        return " / ".join(str(label) for value, label in type(row).State.choices if value in allowed)


def steps(row: Model) -> Iterator[dict[str, Any]]:
    """The states of the row's life in order, with the one where it stands."""
    for value, label in type(row).State.choices:
        yield {"value": value, "label": label, "here": value == row.state}


def moves(actions: dict[str, Action], row: Model, door: str, may: Callable[[str], bool]) -> Iterable[dict[str, Any]]:
    """Each act that the user has the right to, with its address, or with the reason why it is blocked."""
    for name, action in actions.items():
        if may(action.needs):
            yield {"label": action.label, "why_not": action.why_not(row), "url": reverse(door, args=[row.pk, name])}


class ActionView(RowView, UnderItsList, TemplateView):
    """Ask, then act on one row by its service: POST only, with permission, a refusal as a message."""

    template_name = "backoffice/confirm.html"
    model: type[Model] = None
    actions: dict[str, Action] = {}
    index_url_name: str = ""
    inspect_url_name: str = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if kwargs["move"] not in self.actions:
            raise Http404
        self.action = self.actions[kwargs["move"]]

    @cached_property
    def form(self) -> forms.Form | None:
        if not self.action.asks:
            return None
        typed = (self.request.POST or None, self.request.FILES or None)
        return self.action.asks(*typed, initial=self.action.begins(self.object))

    @property
    def permission_required(self) -> str:
        return self.action.needs

    def get_page_title(self) -> str:
        return f"{self.action.label}: {self.object}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        back = reverse(self.inspect_url_name, args=[self.object.pk])
        why_not = self.action.why_not(self.object)
        return context | {
            "action": self.action, "object": self.object, "back": back, "form": self.form, "why_not": why_not
        }  # fmt: skip

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.form and not self.form.is_valid():
            return self.render_to_response(self.get_context_data())
        answers = self.form.cleaned_data if self.form else {}
        try:
            self.action.service(**{self.action.argument: [self.object]}, by=request.user, **answers)
        except ValidationError as error:
            return self._refused(error)
        messages.success(request, f"{self.action.label}: {self.object}")
        return redirect(self.inspect_url_name, self.object.pk)

    def _refused(self, error: ValidationError) -> HttpResponse:
        if self.form:
            put_errors(self.form, error)
            return self.render_to_response(self.get_context_data())
        messages.error(self.request, " ".join(error.messages))
        return redirect(self.inspect_url_name, self.object.pk)
