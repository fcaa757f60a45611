"""The kernel's and exchange's own rows in the back office."""

from django.utils.translation import gettext_lazy as _

from rentbook.exchange.models import Callback, ImportBatch
from rentbook.kernel.models import Contact, Counter, Job, Landlord

from .columns import PersonColumn
from .viewsets import ModelViewSetGroup, ScopedViewSet


class LandlordViewSet(ScopedViewSet):
    model = Landlord
    icon = "group"
    list_display = ["name", "code", "currency", "country", "language", "locked_through"]
    inspect_view_fields = [
        "code", "name", "country", "currency", "language", "time_zone", "phone", "address", "other_ways_to_pay",
        "locked_through", "day_done",
    ]  # fmt: skip


class ContactViewSet(ScopedViewSet):
    model = Contact
    icon = "mail"
    list_display = ["name", "kind", "phone", "email", "language", "channel"]
    search_fields = ["name", "phone", "email"]
    inspect_view_fields = ["name", "kind", "phone", "email", "id_number", "language", "channel", "landlord"]


class ImportBatchViewSet(ScopedViewSet):
    model = ImportBatch
    icon = "upload"
    list_display = ["filename", "kind", "by", "created_at"]
    select_related = ("by",)
    inspect_view_fields = ["filename", "kind", "counts", "by", "created_at", "sha256", "landlord"]


class CallbackViewSet(ScopedViewSet):
    model = Callback
    icon = "warning"
    list_display = ["__str__", "state", "note", "received_at"]
    list_filter = ["state"]
    inspect_view_fields = ["source", "event_key", "state", "note", "received_at", "landlord"]


class JobViewSet(ScopedViewSet):
    model = Job
    icon = "cogs"
    list_display = ["name", "state", "done", "total", "failed", "started_at", "ended_at"]
    inspect_view_fields = [
        "name", "state", "done", "total", "failed", "result", "started_at", "ended_at", "by", "landlord",
    ]  # fmt: skip


class CounterViewSet(ScopedViewSet):
    model = Counter
    icon = "order"
    list_display = ["series", "last", PersonColumn("landlord", lambda row: row.landlord, label=_("Landlord"))]
    select_related = ("landlord",)
    inspect_view_fields = ["series", "last", "landlord"]


class SettingsGroup(ModelViewSetGroup):
    menu_label = _("Book")
    menu_icon = "folder-open-inverse"
    menu_order = 900
    items = (
        LandlordViewSet(), ContactViewSet(), ImportBatchViewSet(), CallbackViewSet(), JobViewSet(), CounterViewSet(),
    )  # fmt: skip
