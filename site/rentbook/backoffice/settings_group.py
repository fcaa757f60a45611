"""The kernel's and exchange's own rows in the back office."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets.button import HeaderButton

from rentbook.exchange.models import Callback, ImportBatch
from rentbook.kernel.landlords import open_book, update_contact, update_landlord
from rentbook.kernel.models import Contact, Counter, Landlord, LogEntry
from rentbook.kernel.registry import slots

from .changing import ScopedEditView
from .columns import PersonColumn
from .importing.views import by_model
from .jobs import JobViewSet
from .menus import Link, ModuleGroup
from .people import LetInView, PeopleViewSet
from .settings_forms import ContactForm, LandlordForm, NewLandlordForm
from .viewsets import ScopedViewSet


class LandlordViewSet(ScopedViewSet):
    """Whose book it is: the manager's own organisation, and for the operator all that there are."""

    model = Landlord
    icon = "group"
    menu_label = _("Organisation")
    add_view_class = LetInView
    new_form_class = NewLandlordForm
    form_class = LandlordForm
    services = {"create": open_book, "update": update_landlord}
    list_display = ["name", "code", "currency", "country", "language", "locked_through"]
    inspect_view_fields = [
        "code", "name", "country", "currency", "language", "time_zone", "phone", "address", "other_ways_to_pay",
        "locked_through", "day_done",
    ]  # fmt: skip

    @staticmethod
    def buttons(request: HttpRequest, landlord: Landlord) -> Iterator[HeaderButton]:
        if landlord.logo:
            yield HeaderButton(_("Logo"), url=reverse("landlord_logo", args=[landlord.pk]), icon_name="image")


class ContactEditView(ScopedEditView):
    """A contact that belongs to somebody, such as a tenant, is changed there: modules say where by a slot."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        own = slots.first("kernel.contact.changed_at", self.get_object())
        return redirect(own) if own else super().dispatch(request, *args, **kwargs)


class ContactViewSet(ScopedViewSet):
    model = Contact
    icon = "mail"
    edit_view_class = ContactEditView
    form_class = ContactForm
    services = {"update": update_contact}
    list_display = ["name", "kind", "phone", "email", "language", "channel"]
    search_fields = ["name", "phone", "email"]
    inspect_view_fields = ["name", "kind", "phone", "email", "id_number", "language", "channel", "landlord"]


class ImportBatchViewSet(ScopedViewSet):
    model = ImportBatch
    icon = "upload"
    list_display = ["filename", "kind", "by", "created_at"]
    select_related = ("by",)
    inspect_view_fields = ["filename", "kind", "by", "created_at", "sha256", "landlord"]

    @staticmethod
    def facts(batch: ImportBatch) -> Iterator[tuple[str, str]]:
        """What the file did to each kind of row."""
        said = gettext("%(created)s created, %(updated)s updated, %(unchanged)s unchanged")
        for name, numbers in by_model(batch.counts):
            yield name, said % dict(zip(("created", "updated", "unchanged"), map(number_format, numbers), strict=True))


class CallbackViewSet(ScopedViewSet):
    model = Callback
    icon = "warning"
    list_display = ["__str__", "state", "note", "received_at"]
    list_filter = ["state"]
    inspect_view_fields = ["source", "event_key", "state", "note", "received_at", "landlord"]


class CounterViewSet(ScopedViewSet):
    model = Counter
    icon = "order"
    list_display = ["series", "last", PersonColumn("landlord", lambda row: row.landlord, label=_("Landlord"))]
    select_related = ("landlord",)
    inspect_view_fields = ["series", "last", "landlord"]


class SettingsGroup(ModuleGroup):
    menu_label = _("Settings")
    menu_name = "rentbook-settings"  # Wagtail's own is called "settings", and hidden
    menu_icon = "folder-open-inverse"
    menu_order = 900
    items = (
        LandlordViewSet(), PeopleViewSet(), ContactViewSet(), ImportBatchViewSet(), CallbackViewSet(), JobViewSet(),
        CounterViewSet(),
    )  # fmt: skip
    menu = (
        "landlord", "membership", "contact", "importbatch", "callback", "job", "counter",
        Link(_("Site history"), "wagtailadmin_reports:site_history", LogEntry, icon="history"),
    )  # fmt: skip
