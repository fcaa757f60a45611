"""What is usual at a property, or with the landlord, and what of it a lease has taken over."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets.button import HeaderButton

from modules.leasing.models import Property, TermDefaults
from modules.leasing.services import create_usual_terms, delete_usual_terms, update_usual_terms
from modules.leasing.usual_terms import Usual, said
from rentbook.backoffice.columns import shown
from rentbook.backoffice.forms import ScopedForm
from rentbook.backoffice.pages import ScopedInspectView
from rentbook.backoffice.viewsets import ScopedViewSet
from rentbook.kernel.scoping import may


class UsualTermsForm(ScopedForm):
    """What is left empty is not set here."""

    class Meta:
        model = TermDefaults
        fields = ["landlord", "property", *TermDefaults.TERMS]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["property"].empty_label = _("all properties")
        if self.instance.pk:
            del self.fields["property"]


class UsualTermsViewSet(ScopedViewSet):
    model = TermDefaults
    icon = "sliders"
    form_class = UsualTermsForm
    services = {"create": create_usual_terms, "update": update_usual_terms, "delete": delete_usual_terms}
    list_display = ["__str__", "frequency", "due_day", "due_days_after", "grace_days", "late_fee", "notice_days"]
    select_related = ("property", "landlord", "late_fee")
    inspect_view_fields = ["property", *TermDefaults.TERMS, "landlord"]


def usual_terms_button(request: HttpRequest, property: Property) -> Iterator[HeaderButton]:
    """From a property to what is usual there, or to the form that says it first."""
    if not may(request.user, "change", property.landlord, TermDefaults):
        return
    known = TermDefaults.objects.of(property.landlord_id).filter(property=property).first()
    own = reverse("termdefaults:change", args=[known.pk]) if known else ""
    url = own or f"{reverse('termdefaults:add')}?property={property.pk}"
    yield HeaderButton(_("Usual terms"), url=url, icon_name="sliders")


class LeaseInspectView(ScopedInspectView):
    """A lease's page says of each term that it has taken over where it comes from."""

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        origin = self.object.inherited.get(field_name)
        if not origin:
            return super().get_field_display_value(field_name, field)
        usual = Usual(getattr(self.object, field_name), origin)
        return shown(said(field_name, usual, self.object.unit.property))
