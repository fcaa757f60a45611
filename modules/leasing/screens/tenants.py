"""Tenants: who they are, what they rent, what stands beside them."""

from django.utils.translation import gettext_lazy as _
from django_filters.filterset import filterset_factory

from modules.leasing import tenant_page
from modules.leasing.filters import InUseFilterSet
from modules.leasing.forms import TenantForm
from modules.leasing.models import Tenant
from modules.leasing.selectors import archive_blocked, charges_of_tenant, with_homes
from modules.leasing.services import create_tenant, delete_tenant, update_tenant
from rentbook.backoffice.viewsets import Related, ScopedViewSet

from . import documents, people, repairs
from .places import LEASES, PUT_AWAY


class TenantViewSet(ScopedViewSet):
    model = Tenant
    icon = "user"
    list_display = tenant_page.columns()
    search_fields = ["contact__name", "contact__phone", "contact__email"]
    prepare = staticmethod(with_homes)
    inspect_view_class = tenant_page.TenantInspectView
    inspect_template = "leasing/tenant.html"
    inspect_view_fields = ["archived_at", "landlord"]
    filterset_class = filterset_factory(Tenant, InUseFilterSet, [])
    form_class = TenantForm
    services = {"create": create_tenant, "update": update_tenant, "delete": delete_tenant, **PUT_AWAY}
    stands_against = staticmethod(archive_blocked)
    related = (
        LEASES,
        Related(_("Charges"), charges_of_tenant, ("stream", "amount", "start", "end")),
        people.OTHERS,
        documents.OF_TENANT,
        repairs.OF_TENANT,
    )
    actions = {"add-contact": people.ADD_CONTACT, "add-document": documents.ADD_TO_TENANT, "erase": people.ERASE}

    @staticmethod
    def facts(tenant: Tenant):
        yield _("Kind"), tenant.contact.get_kind_display()
        yield _("E-mail"), tenant.contact.email
        yield _("Identity number"), tenant.contact.id_number
