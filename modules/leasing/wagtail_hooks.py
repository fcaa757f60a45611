"""Leasing in the back office."""

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_filters.filterset import filterset_factory
from wagtail import hooks
from wagtail.admin.widgets.button import HeaderButton

from rentbook.backoffice.columns import DataColumn, LinkColumn, PersonColumn
from rentbook.backoffice.home import PANELS
from rentbook.backoffice.menus import Link, ModuleGroup
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet
from rentbook.kernel.money import Money
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import books, may

from . import tenant_page
from .filters import InUseFilterSet, LeaseFilterSet
from .forms import LeaseForm, PropertyForm, TenantForm, UnitForm
from .models import Charge, Lease, Property, Tenant, Unit
from .new_lease_page import new_lease
from .panels import EndingPanel
from .selectors import activation_blocked, archive_blocked, charges_of_tenant, terms_fixed, with_homes, with_rent
from .services import (
    archive,
    cancel_leases,
    create_property,
    create_tenant,
    create_unit,
    delete_place,
    delete_tenant,
    restore,
    sign_leases,
    terminate_leases,
    update_lease,
    update_property,
    update_tenant,
    update_unit,
)

PUT_AWAY = {"archive": archive, "restore": restore}
LEASE_COLUMNS = ("__str__", "state", "start", "end")


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
    related = (Related(_("Units"), lambda row: row.units.all(), ("name",)),)


class UnitViewSet(ScopedViewSet):
    model = Unit
    icon = "key"
    list_display = ["name", PersonColumn("property", lambda unit: unit.property, label=_("Property")), "shared"]
    search_fields = ["name", "property__name"]
    select_related = ("property",)
    inspect_view_fields = ["name", "property", "shared", "archived_at", "landlord"]
    filterset_class = filterset_factory(Unit, InUseFilterSet, [])
    form_class = UnitForm
    services = {"create": create_unit, "update": update_unit, "delete": delete_place, **PUT_AWAY}
    stands_against = staticmethod(archive_blocked)
    related = (Related(_("Leases"), lambda row: row.leases.select_related("unit", "tenant__contact"), LEASE_COLUMNS),)

    @staticmethod
    def buttons(request: HttpRequest, unit: Unit):
        if not unit.archived_at and may(request.user, "add", unit.landlord, Lease):
            yield HeaderButton(_("New lease"), url=f"{reverse('new_lease')}?unit={unit.pk}", icon_name="plus")


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
        Related(_("Leases"), lambda row: row.leases.select_related("unit", "tenant__contact"), LEASE_COLUMNS),
        Related(_("Charges"), charges_of_tenant, ("stream", "amount", "start", "end")),
    )

    @staticmethod
    def facts(tenant: Tenant):
        yield _("E-mail"), tenant.contact.email
        yield _("Identity number"), tenant.contact.id_number


class LeaseViewSet(ScopedViewSet):
    model = Lease
    form_class = LeaseForm
    services = {"update": update_lease}
    unchangeable = staticmethod(terms_fixed)
    icon = "doc-full"
    filterset_class = LeaseFilterSet
    list_filter = ["state", "unit__property"]
    search_fields = ["unit__name", "unit__property__name", "tenant__contact__name", "tenant__contact__phone"]
    select_related = ("unit__property", "tenant__contact")
    inspect_view_fields = [
        "unit", "tenant", "state", "start", "end", "frequency", "alignment", "proration", "due_day",
        "billed_from", "activated_on", "landlord",
    ]  # fmt: skip
    related = (Related(_("Charges"), lambda row: row.charges.all(), ("stream", "amount", "start", "end", "due_day")),)

    def get_index_view_kwargs(self, **kwargs):
        """A new lease has a page of its own."""
        return super().get_index_view_kwargs(**{"create_url_name": "new_lease"} | kwargs)

    @property
    def list_display(self):
        return [
            LinkColumn(
                "unit.name",
                label=pgettext_lazy("unit", "Home"),
                get_url=lambda lease: reverse("lease:inspect", args=[lease.pk]),
            ),
            PersonColumn("tenant", lambda lease: lease.tenant, label=_("Tenant")),
            "state",
            "start", "end", "unit__property__name",
        ]  # fmt: skip

    prepare = staticmethod(with_rent)
    added_after = 2
    narrowed_by = {"tenant": "tenant"}

    actions = {
        "activate": Action(
            _("Activate"),
            sign_leases,
            "leases",
            _("The lease is billed from its first day on, at once, and the tenant is welcomed."),
            transition="activate",
            blocked=activation_blocked,
        ),
        "cancel": Action(
            _("Cancel"),
            cancel_leases,
            "leases",
            _("The lease never came about: nothing is billed."),
            transition="cancel",
        ),
        "terminate": Action(
            _("Terminate"),
            terminate_leases,
            "leases",
            _("The lease ends today; what is billed already stays billed."),
            transition="terminate",
        ),
    }


class ChargeViewSet(ScopedViewSet):
    model = Charge
    icon = "list-ul"
    list_display = [
        PersonColumn("lease", lambda charge: charge.lease, label=_("Lease")),
        "stream", "amount", "start", "end", "due_day",
    ]  # fmt: skip
    search_fields = ["stream", "lease__unit__name", "lease__tenant__contact__name"]
    select_related = ("lease__unit", "lease__tenant__contact")
    inspect_view_fields = ["lease", "stream", "amount", "start", "end", "due_day", "landlord"]


def rent_column(user: User) -> list[DataColumn]:
    """The agreed rent of leases in the books where the user sees money."""
    own = books(user, Charge, "view")

    def rent(lease: Lease) -> Money | None:
        return Money(lease.rent or 0, lease.currency) if lease.landlord_id in own else None

    return [DataColumn("rent", label=_("Rent"), accessor=rent)] if own else []


def deposit_fact(user: User, lease: Lease) -> list[tuple[Any, Any]]:
    return [(_("Deposit agreed"), lease.deposit)] if may(user, "view", lease.landlord, Charge) else []


slots.fill("leasing.lease.columns", rent_column)
slots.fill("leasing.lease.facts", deposit_fact)


class LeasingGroup(ModuleGroup):
    menu_label = _("Rent")
    menu_icon = "home"
    menu_order = 100
    items = (LeaseViewSet(), TenantViewSet(), PropertyViewSet(), UnitViewSet(), ChargeViewSet())
    menu = (
        "property", "unit", "tenant", "lease",
        Link(_("Ending soon"), "lease:index", Lease, "?ending=60", "date"),
        Link(_("New lease"), "new_lease", Lease, icon="plus", needs="add"),
    )  # fmt: skip


@hooks.register("register_admin_viewset")
def leasing_viewsets():
    return LeasingGroup()


@hooks.register("construct_homepage_panels", order=PANELS)
def ending_panel(request, panels):
    panels.append(EndingPanel(request.user))


@hooks.register("register_admin_urls")
def leasing_urls():
    return [path("leases/new/", new_lease, name="new_lease"), *tenant_page.urls]
