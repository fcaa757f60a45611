"""What tenants have ahead, and when they were reminded of what they owe."""

from django.utils.translation import gettext_lazy as _

from modules.invoicing.models import Credit, Reminder
from rentbook.backoffice.columns import PersonColumn
from rentbook.backoffice.viewsets import ScopedViewSet


class CreditViewSet(ScopedViewSet):
    model = Credit
    icon = "plus-inverse"
    list_display = [
        PersonColumn("lease", lambda row: row.lease, label=_("Lease")), "amount", "applied", "value_date", "note",
    ]  # fmt: skip
    search_fields = ["lease__unit__name", "lease__tenant__contact__name", "note"]
    select_related = ("lease__unit", "lease__tenant__contact")
    inspect_view_fields = ["lease", "amount", "applied", "value_date", "note", "landlord"]


class ReminderViewSet(ScopedViewSet):
    model = Reminder
    icon = "mail"
    list_display = [PersonColumn("tenant", lambda row: row.tenant, label=_("Tenant")), "on", "by"]
    narrowed_by = {"tenant": "tenant"}
    search_fields = ["tenant__contact__name"]
    select_related = ("tenant__contact", "by")
    inspect_view_fields = ["tenant", "on", "step", "by", "landlord"]
