"""Forms of the back office: choices narrowed to what the user may see, refusals of services beside their fields."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from rentbook.kernel.people import Landlord, User
from rentbook.kernel.scoping import ScopedModel, landlord_ids

from .views import visible


class ReasonForm(forms.Form):
    """Why something is done: kept in the log, and told to the tenant where the act is."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True}))


class KeptFileInput(forms.ClearableFileInput):
    """A file to send in the place of one that is kept, or to take that away; it links to nothing."""

    template_name = "backoffice/kept_file.html"


class ScopedForm(forms.ModelForm):
    """What staff type about one row. It checks, and never saves: the cleaned data go to a service.

    Every choice among rows holds only those that the user sees; a `landlord` is asked for only where the user may add
    in more than one book, and never changes afterwards.
    """

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            model = field.queryset.model if isinstance(field, forms.ModelChoiceField) else None
            if model is not None and issubclass(model, ScopedModel):
                field.queryset = field.queryset & visible(user, model)
        if "landlord" in self.fields:
            self._ask_landlord(user)

    def _ask_landlord(self, user: User) -> None:
        if self.instance.pk:
            del self.fields["landlord"]
            return
        books = Landlord.objects.filter(pk__in=landlord_ids(user, self._meta.model, ["add"]))
        self.fields["landlord"].queryset = books
        if len(books) == 1:
            self.fields["landlord"].widget = forms.HiddenInput()
            self.initial["landlord"] = books[0].pk

    def _post_clean(self) -> None:
        # A row without a landlord field of its own stands in the book of what it belongs to.
        if isinstance(self.instance, ScopedModel) and not self.instance.landlord_id:
            parents = (value for value in self.cleaned_data.values() if isinstance(value, ScopedModel))
            self.instance.landlord_id = next((parent.landlord_id for parent in parents), None)
        super()._post_clean()

    def refuse(self, error: ValidationError) -> None:
        """Show what a service refused beside the field it is about, or above the form."""
        put_errors(self, error)


def put_errors(form: forms.Form, error: ValidationError) -> None:
    """Add a service's refusal to a form: by field where the form has it, else above all fields."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for name, errors in by_field.items():
        form.add_error(name if name in form.fields else None, errors)
