"""Leasing in the back office."""

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from rentbook.backoffice.home import PANELS
from rentbook.backoffice.kept_files import file_path
from rentbook.backoffice.menus import Link, ModuleGroup

from . import tenant_page
from .models import Lease, Reading
from .new_lease_page import new_lease
from .panels import EndingPanel
from .screens import (
    agreements,
    charging,
    documents,
    late_fee_rules,
    leases,
    life,
    metering,
    people,
    places,
    repairs,
    tenants,
    usual_terms,
)
from .screens.meter_round import meter_round
from .services import ERASED


class LeasingGroup(ModuleGroup):
    menu_label = _("Rent")
    menu_icon = "home"
    menu_order = 100
    items = (
        leases.LeaseViewSet(), leases.ChargeViewSet(), life.TermViewSet(),
        tenants.TenantViewSet(), people.TenantContactViewSet(), people.LeasePartyViewSet(),
        places.PropertyViewSet(), places.UnitViewSet(),
        charging.OneOffChargeViewSet(), charging.SharedCostViewSet(),
        metering.MeterViewSet(), metering.ReadingViewSet(), metering.TariffViewSet(),
        usual_terms.UsualTermsViewSet(), late_fee_rules.LateFeeRuleViewSet(), agreements.AgreementTemplateViewSet(),
        documents.DocumentViewSet(), repairs.RepairRequestViewSet(), repairs.RepairPhotoViewSet(),
    )  # fmt: skip
    menu = (
        "property", "unit", "tenant", "lease",
        Link(_("Ending soon"), "lease:index", Lease, "?ending=60", "date"),
        Link(_("New lease"), "new_lease", Lease, icon="plus", needs="add"),
        "repairrequest", "document",
        Link(_("Meter round"), "readings", Reading, icon="edit", needs="add"),
        "meter", "tariff", "sharedcost", "oneoffcharge", "termdefaults", "latefeerule", "agreementtemplate",
    )  # fmt: skip


@hooks.register("register_admin_viewset")
def leasing_viewsets():
    return LeasingGroup()


@hooks.register("register_log_actions")
def erased(actions):
    actions.register_action(ERASED, _("Erased"), _("Erased"))


@hooks.register("construct_homepage_panels", order=PANELS)
def ending_panel(request, panels):
    panels.append(EndingPanel(request.user))


@hooks.register("register_admin_urls")
def leasing_urls():
    return [
        path("leases/new/", new_lease, name="new_lease"),
        path("leases/readings/", meter_round, name="readings"),
        file_path(Reading, "photo"),
        *(url for page in (tenant_page, agreements, documents, repairs) for url in page.urls),
    ]
