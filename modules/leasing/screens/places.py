"""Properties and the homes in them."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters.filterset import filterset_factory
from wagtail.admin.widgets.button import HeaderButton

from modules.leasing.filters import InUseFilterSet
from modules.leasing.forms import PropertyForm, UnitForm
from modules.leasing.models import Lease, Property, Unit
from modules.leasing.selectors import archive_blocked
from modules.leasing.services import (
    archive,
    create_property,
    create_unit,
    delete_place,
    restore,
    update_property,
    update_unit,
)
from rentbook.backoffice.columns import PersonColumn
from rentbook.backoffice.viewsets import Related, ScopedViewSet
from rentbook.kernel.scoping import may

from . import repairs
from .usual_terms import usual_terms_button

PUT_AWAY = {"archive": archive, "restore": restore}
LEASES = Related(
    _("Leases"),
    lambda row: row.leases.select_related("unit", "tenant__contact"),
    ("__str__", "state", "start", "end"),
)


class PropertyViewSet(ScopedViewSet):
    model = Property
    icon = "home"
    list_display = ["name", "address"]
    search_fields = ["name", "address"]
    inspect_view_fields = ["name", "address", "archived_at", "landlord"]
    filterset_class = filterset_factory(Property, InUseFilterSet, [])
    form_class = PropertyForm
    services = {"create": create_property, "update": update_property, "delete": delete_place, **PUT_AWAY}
    stands_against = staticmethod(archive_blocked)
    related = (Related(_("Units"), lambda row: row.units.all(), ("name", "kind")),)
    buttons = staticmethod(usual_terms_button)


class UnitViewSet(ScopedViewSet):
    model = Unit
    icon = "key"
    list_display = [
        "name", PersonColumn("property", lambda unit: unit.property, label=_("Property")), "kind", "area", "shared",
    ]  # fmt: skip
    search_fields = ["name", "property__name"]
    select_related = ("property",)
    inspect_view_fields = ["name", "property", "kind", "parent", "area", "shared", "archived_at", "landlord"]
    filterset_class = filterset_factory(Unit, InUseFilterSet, [])
    form_class = UnitForm
    services = {"create": create_unit, "update": update_unit, "delete": delete_place, **PUT_AWAY}
    stands_against = staticmethod(archive_blocked)
    related = (
        LEASES,
        Related(_("Parts"), lambda row: row.parts.all(), ("name", "kind")),
        repairs.OF_UNIT,
    )

    @staticmethod
    def buttons(request: HttpRequest, unit: Unit):
        yield from repairs.report_button(request, unit)
        if not unit.archived_at and may(request.user, "add", unit.landlord, Lease):
            yield HeaderButton(_("New lease"), url=f"{reverse('new_lease')}?unit={unit.pk}", icon_name="plus")
