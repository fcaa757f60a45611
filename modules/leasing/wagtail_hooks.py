"""Leasing in the back office."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks

from rentbook.backoffice.columns import DataColumn, LinkColumn, PersonColumn
from rentbook.backoffice.viewsets import Action, ModelViewSetGroup, Related, ScopedViewSet
from rentbook.kernel.money import Money
from rentbook.kernel.registry import slots

from .models import Charge, Lease, Property, Tenant, Unit
from .selectors import with_rent
from .services import activate_leases, cancel_leases, terminate_leases

LEASE_COLUMNS = ("__str__", "get_state_display", "start", "end")


class PropertyViewSet(ScopedViewSet):
    model = Property
    icon = "home"
    list_display = ["name", "address"]
    search_fields = ["name", "address"]
    inspect_view_fields = ["name", "address", "landlord"]
    related = (Related(_("Units"), lambda row: row.units.all(), ("name",)),)


class UnitViewSet(ScopedViewSet):
    model = Unit
    icon = "key"
    list_display = ["name", PersonColumn("property", lambda unit: unit.property, label=_("Property")), "shared"]
    search_fields = ["name", "property__name"]
    select_related = ("property",)
    inspect_view_fields = ["name", "property", "shared", "landlord"]
    related = (Related(_("Leases"), lambda row: row.leases.select_related("unit", "tenant__contact"), LEASE_COLUMNS),)


class TenantViewSet(ScopedViewSet):
    model = Tenant
    icon = "user"
    list_display = ["contact__name", "contact__phone", "contact__language"]
    search_fields = ["contact__name", "contact__phone", "contact__email"]
    select_related = ("contact",)
    inspect_view_fields = ["landlord"]
    related = (Related(_("Leases"), lambda row: row.leases.select_related("unit", "tenant__contact"), LEASE_COLUMNS),)

    @staticmethod
    def facts(tenant: Tenant):
        contact = tenant.contact
        yield _("Name"), contact.name
        yield _("Phone"), contact.phone
        yield _("E-mail"), contact.email
        yield _("Identity number"), contact.id_number
        yield _("Language"), contact.get_language_display()


class LeaseViewSet(ScopedViewSet):
    model = Lease
    icon = "doc-full"
    list_filter = ["state"]
    search_fields = ["unit__name", "unit__property__name", "tenant__contact__name", "tenant__contact__phone"]
    select_related = ("unit__property", "tenant__contact")
    inspect_view_fields = [
        "unit", "tenant", "state", "start", "end", "deposit", "frequency", "alignment", "proration", "due_day",
        "billed_from", "activated_on", "landlord",
    ]  # fmt: skip
    related = (Related(_("Charges"), lambda row: row.charges.all(), ("stream", "amount", "start", "end", "due_day")),)

    @property
    def list_display(self):
        """The lease's own columns, and those of modules above."""
        added = [column for columns in slots.all("leasing.lease.columns") for column in columns]
        return [
            LinkColumn(
                "unit.name",
                label=pgettext_lazy("unit", "Home"),
                get_url=lambda lease: reverse("lease:inspect", args=[lease.pk]),
            ),
            PersonColumn("tenant", lambda lease: lease.tenant, label=_("Tenant")),
            "state",
            DataColumn("rent", label=_("Rent"), accessor=lambda lease: Money(lease.rent or 0, lease.currency)),
            *added,
            "start", "end", "unit__property__name",
        ]  # fmt: skip

    @staticmethod
    def prepare(leases):
        """The rent beside each lease, and what the columns of modules above need."""
        leases = with_rent(leases)
        for add in slots.all("leasing.lease.annotations"):
            leases = add(leases)
        return leases

    actions = {
        "activate": Action(_("Activate"), activate_leases, "leases", _("The lease is billed from its first day on.")),
        "cancel": Action(_("Cancel"), cancel_leases, "leases", _("The lease never came about: nothing is billed.")),
        "terminate": Action(
            _("Terminate"), terminate_leases, "leases", _("The lease ends today; what is billed already stays billed.")
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


class LeasingGroup(ModelViewSetGroup):
    menu_label = _("Rent")
    menu_icon = "home"
    menu_order = 100
    items = (LeaseViewSet(), TenantViewSet(), PropertyViewSet(), UnitViewSet(), ChargeViewSet())


@hooks.register("register_admin_viewset")
def leasing_viewsets():
    return LeasingGroup()
