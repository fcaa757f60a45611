"""Late fees and more time in the back office: their lists, what is answered there, and what a tenant's page tells."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from modules.invoicing.lateness import promises_of, waiver_blocked, with_left
from modules.invoicing.models import Extension, Invoice, LateFee, Promise
from modules.invoicing.services import agree_extensions, decline_extensions, waive_late_fees
from modules.leasing.models import Tenant
from rentbook.backoffice.columns import DataColumn, LinkColumn, PersonColumn
from rentbook.backoffice.forms import ReasonForm
from rentbook.backoffice.home import Need
from rentbook.backoffice.timeline import Happening, acts
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet
from rentbook.kernel.money import as_money
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may

PERSON = "invoice__lease__tenant__contact"
#: From a late fee or an extension to whose it is.
PATHS = {"tenant": "invoice__lease__tenant", "lease": "invoice__lease", "invoice": "invoice"}


class LateFeeViewSet(ScopedViewSet):
    model = LateFee
    icon = "warning"
    list_display = [
        LinkColumn("invoice.lease.tenant", label=_("Tenant"), url_name="latefee:inspect"),
        "amount",
        DataColumn("left", label=_("Left of it"), accessor=lambda fee: as_money(fee.left, fee.currency)),
        "on",
        PersonColumn("invoice", lambda fee: fee.invoice, label=_("Invoice")),
        "rule", "reason", "waived_on",
    ]  # fmt: skip
    prepare = staticmethod(with_left)
    totals = {_("Charged"): "amount"}
    month_field = "on"
    narrowed_by = PATHS
    search_fields = ["invoice__number", f"{PERSON}__name", "reason"]
    select_related = (PERSON, "rule")
    inspect_view_fields = [
        "invoice", "rule", "occurrence", "on", "base", "amount", "reason", "waived_on", "waived_by", "waived_reason",
        "landlord",
    ]  # fmt: skip
    actions = {
        "waive": Action(
            _("Waive"),
            waive_late_fees,
            "fees",
            _("The fee is credited and never falls again. Who waived it and why is kept."),
            blocked=waiver_blocked,
            asks=ReasonForm,
            narrow=lambda fees: fees.filter(waived_on=None).exclude(invoice__state=Invoice.State.CANCELLED),
        ),
    }


class ExtensionViewSet(ScopedViewSet):
    model = Extension
    icon = "time"
    list_display = [
        LinkColumn("invoice.lease.tenant", label=_("Tenant"), url_name="extension:inspect"),
        "state",
        PersonColumn("invoice", lambda row: row.invoice, label=_("Invoice")),
        "requested_on", "reason", "ended_on",
    ]  # fmt: skip
    list_filter = ["state"]
    narrowed_by = PATHS
    search_fields = ["invoice__number", f"{PERSON}__name", "reason"]
    select_related = (PERSON,)
    inspect_view_fields = [
        "invoice", "state", "requested_on", "reason", "decided_on", "decided_by", "answer", "ended_on", "landlord",
    ]  # fmt: skip
    related = (Related(_("Promises"), lambda row: row.promises.all(), ("on", "amount", "settled_by_then")),)
    actions = {
        "agree": Action(
            _("Agree"),
            agree_extensions,
            "extensions",
            _("While the promises are kept there is no fee and no reminder."),
            transition="agree",
        ),
        "decline": Action(
            _("Decline"),
            decline_extensions,
            "extensions",
            _("The due date stands."),
            transition="decline",
            asks=ReasonForm,
        ),
    }


class PromiseViewSet(ScopedViewSet):
    model = Promise
    icon = "date"
    list_display = [
        PersonColumn("extension", lambda row: row.extension, label=_("Extension")), "on", "amount", "settled_by_then",
    ]  # fmt: skip
    search_fields = ["extension__invoice__number"]
    select_related = ("extension__invoice",)
    inspect_view_fields = ["extension", "on", "amount", "settled_by_then", "landlord"]


# --- On other pages -------------------------------------------------------------------------------------------------


def to_answer(user: User) -> list[Need]:
    rows = Extension.objects.visible_to(user).filter(state=Extension.State.REQUESTED)
    return [Need(rows, so_many_ask, f"{reverse('extension:index')}?state=requested")]


def so_many_ask(count: int) -> str:
    text = ngettext("%(count)s tenant asks for more time", "%(count)s tenants ask for more time", count)
    return text % {"count": count}


def tenant_facts(user: User, tenant: Tenant) -> list[tuple[Any, Any]]:
    """How often the tenant was given more time, and kept to it."""
    found = promises_of(tenant) if may(user, "view", tenant.landlord, Extension) else {}
    kept, broken = found.get(Extension.State.KEPT, 0), found.get(Extension.State.BROKEN, 0)
    said = _("%(kept)s kept, %(broken)s broken") % {"kept": kept, "broken": broken}
    return [(_("Promises"), said)] if kept or broken else []


def happened(user: User, row: Any, most: int) -> list[Happening]:
    """What became of the fees and the promises of a tenant, a lease or a bill."""
    own = {PATHS[row._meta.model_name]: row.pk}
    kinds = (model.objects.visible_to(user).filter(**own) for model in (LateFee, Extension))
    return [each for rows in kinds for each in acts(user, rows.select_related("invoice"), most)]


def lines(model: type[Any], label: Any, *columns: str) -> Related:
    """The table of a bill's own fees, or of what was agreed about it."""
    return Related(label, lambda bill: model.objects.of(bill.landlord_id).filter(invoice=bill), columns)


slots.fill("backoffice.needs_you", to_answer)
slots.fill("leasing.tenant.facts", tenant_facts)
for place in ("leasing.tenant", "leasing.lease", "invoicing.invoice"):
    slots.fill(f"{place}.timeline", happened)
slots.fill(
    "invoicing.invoice.tables", lambda: lines(LateFee, _("Late fees"), "on", "amount", "rule", "reason", "waived_on")
)
slots.fill(
    "invoicing.invoice.tables", lambda: lines(Extension, _("More time"), "requested_on", "state", "reason", "ended_on")
)
