"""Creating, changing and putting away rows: each by a service, none by the form itself."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.forms import HiddenInput, IntegerField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.permissions import policy_registry

from rentbook.kernel.editing import history, version

from .forms import ScopedForm
from .views import FencedRow, RowView, UnderItsList

Services = dict[str, Callable[..., Any]]


class RowFormView(UnderItsList, TemplateView):
    """A page with a form: what was typed goes to a service, what it refuses is shown beside its field."""

    template_name = "backoffice/form.html"
    model: type[Model] = None
    form_class: type[ScopedForm] = None
    services: Services = {}
    index_url_name: str = ""
    inspect_url_name: str = ""
    object: Model | None = None
    button: Any = ""

    def save(self, form: ScopedForm) -> Model:
        raise NotImplementedError

    def get_form(self) -> ScopedForm:
        sent = (self.request.POST or None, self.request.FILES or None)
        return self.form_class(*sent, instance=self.object, user=self.request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._show(self.get_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if not form.is_valid():
            return self._show(form)
        try:
            row = self.save(form)
        except ValidationError as error:
            form.refuse(error)
            return self._show(form)
        messages.success(request, _("%(row)s is saved.") % {"row": row})
        return redirect(self.saved_at(row))

    def saved_at(self, row: Model) -> str:
        """Where it goes on once it is saved: to the row's page."""
        return reverse(self.inspect_url_name, args=[row.pk])

    def _show(self, form: ScopedForm) -> HttpResponse:
        back = reverse(self.inspect_url_name, args=[self.object.pk]) if self.object else reverse(self.index_url_name)
        return self.render_to_response(self.get_context_data(form=form, button=self.button, back=back))


class ScopedCreateView(RowFormView):
    """A new row. Whoever may add in no book is refused."""

    button = gettext_lazy("Create")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not policy_registry.get_by_type(self.model).user_has_permission(request.user, "add"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return _("New: %(model)s") % {"model": self.model._meta.verbose_name}

    def get_form(self) -> ScopedForm:
        """The address may say what the form begins with, such as ?property=5."""
        form = super().get_form()
        form.initial |= {name: value for name, value in self.request.GET.items() if name in form.fields}
        return form

    def save(self, form: ScopedForm) -> Model:
        return self.services["create"](by=self.request.user, **form.cleaned_data)


class ScopedEditView(FencedRow, RowFormView):
    """A change of one row; a form that was opened before somebody else's change is refused, naming who."""

    permission_required = "change"
    button = gettext_lazy("Save")
    unchangeable: Callable[[Any], str] = staticmethod(lambda row: "")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if reason := self.unchangeable(self.object):
            messages.error(request, reason)
            return redirect(self.inspect_url_name, self.object.pk)
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return str(self.object)

    def get_form(self) -> ScopedForm:
        form = super().get_form()
        form.fields["seen"] = IntegerField(widget=HiddenInput)
        form.initial["seen"] = version(self.object)
        return form

    def save(self, form: ScopedForm) -> Model:
        return self.services["update"](row=self.object, by=self.request.user, **form.cleaned_data)


class ScopedRemoveView(RowView, UnderItsList, TemplateView):
    """Put a row away, or delete one that never was used, after a page that names what stands against it."""

    permission_required = "delete"
    template_name = "backoffice/remove.html"
    model: type[Model] = None
    services: Services = {}
    stands_against: Callable[[Any], list[str]] = staticmethod(lambda row: [])
    index_url_name: str = ""
    inspect_url_name: str = ""

    def offered(self) -> list[str]:
        """What may be done with the row now: restore an archived one, delete an unused one, else archive."""
        if getattr(self.object, "archived_at", None):
            wanted = ["restore"]
        else:
            wanted = ["archive"] if history(self.object) else ["delete", "archive"]
        return [name for name in wanted if name in self.services]

    def get_page_title(self) -> str:
        return _("Remove: %(row)s") % {"row": self.object}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "object": self.object,
            "offered": self.offered(),
            "against": self.stands_against(self.object),
            "history": history(self.object) if "archive" in self.services else {},
            "back": reverse(self.inspect_url_name, args=[self.object.pk]),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.POST.get("do", "")
        if wanted not in self.offered():
            raise Http404
        name = str(self.object)
        try:
            self.services[wanted](row=self.object, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(self.inspect_url_name, self.object.pk)
        done = {"archive": _("%(row)s is archived."), "restore": _("%(row)s is back."), "delete": _("%(row)s is gone.")}
        messages.success(request, done[wanted] % {"row": name})
        return redirect(self.index_url_name) if wanted == "delete" else redirect(self.inspect_url_name, self.object.pk)
