"""What is broken: reported, seen to, done; with pictures."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django_filters import ChoiceFilter
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets.button import HeaderButton

from modules.leasing.forms import DayInput
from modules.leasing.models import RepairPhoto, RepairRequest, Tenant, Unit
from modules.leasing.services import add_photos, decline_repairs, finish_repairs, report_repair, start_repairs
from rentbook.backoffice.columns import PersonColumn
from rentbook.backoffice.forms import ReasonForm, ScopedForm
from rentbook.backoffice.home import Need
from rentbook.backoffice.kept_files import file_path
from rentbook.backoffice.lists import ScopedFilterSet
from rentbook.backoffice.timeline import Happening, acts
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may

PICTURE = {"label": _("Photo"), "help_text": _("A PNG or JPEG picture, 5 MB at most.")}


class PictureInput(forms.FileInput):
    """On a phone this opens the camera."""

    def __init__(self) -> None:
        super().__init__({"accept": "image/png,image/jpeg"})


class OutcomeForm(forms.Form):
    outcome = forms.CharField(label=_("What was done"), max_length=200, required=False)


class PhotoForm(forms.Form):
    file = forms.FileField(widget=PictureInput, **PICTURE)


class RepairForm(ScopedForm):
    reported_on = forms.DateField(label=_("Reported on"), widget=DayInput, required=False, help_text=_("Empty: today."))
    photo = forms.FileField(widget=PictureInput, required=False, **PICTURE)

    class Meta:
        model = RepairRequest
        fields = ["unit", "title", "urgency", "description", "reported_on"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        homes = self.fields["unit"]
        homes.queryset = homes.queryset.filter(archived_at=None).select_related("property")
        homes.label_from_instance = lambda unit: f"{unit.property}, {unit.name}"


class RepairFilterSet(ScopedFilterSet):
    ended = ChoiceFilter(label=_("Ended"), choices=[("no", _("not ended"))], method="still_open")

    class Meta:
        model = RepairRequest
        fields = ["state", "urgency", "unit__property"]

    def still_open(self, requests: QuerySet[RepairRequest], name: str, chosen: str) -> QuerySet[RepairRequest]:
        return requests.filter(ended_on=None)


class RepairRequestViewSet(ScopedViewSet):
    model = RepairRequest
    icon = "cog"
    form_class = RepairForm
    services = {"create": report_repair}
    filterset_class = RepairFilterSet
    list_filter = ["state", "urgency", "unit__property"]
    list_display = [
        "title", "urgency", "state", PersonColumn("unit", lambda row: row.unit, label=pgettext_lazy("unit", "Home")),
        "unit__property__name", "reported_on", "ended_on",
    ]  # fmt: skip
    search_fields = ["title", "unit__name", "unit__property__name", "lease__tenant__contact__name"]
    narrowed_by = {"unit": "unit", "tenant": "lease__tenant"}
    select_related = ("unit__property",)
    inspect_view_fields = [
        "unit", "lease", "title", "urgency", "state", "description", "reported_on", "reported_by", "ended_on",
        "outcome", "landlord",
    ]  # fmt: skip
    actions = {
        "start": Action(
            _("Start"), start_repairs, "requests", _("Somebody sees to it from now on."), transition="start"
        ),
        "finish": Action(
            _("Done"),
            finish_repairs,
            "requests",
            _("It works again."),
            transition="finish",
            asks=OutcomeForm,
            bulk=False,
        ),
        "decline": Action(
            _("Decline"),
            decline_repairs,
            "requests",
            _("Nothing is done about it; the reason is kept."),
            transition="decline",
            asks=ReasonForm,
            bulk=False,
        ),
        "add-photo": Action(
            _("Add a photo"),
            add_photos,
            "requests",
            _("Of what is broken, or of what was done."),
            asks=PhotoForm,
            bulk=False,
        ),
    }


class RepairPhotoViewSet(ScopedViewSet):
    model = RepairPhoto
    icon = "image"
    list_display = ["request", "created_at"]
    select_related = ("request",)
    inspect_view_fields = ["request", "created_at", "landlord"]

    @staticmethod
    def buttons(request: HttpRequest, photo: RepairPhoto) -> Iterator[HeaderButton]:
        yield HeaderButton(_("Photo"), url=reverse("repairphoto_file", args=[photo.pk]), icon_name="image")


# --- On other pages -------------------------------------------------------------------------------------------------

COLUMNS = ("title", "urgency", "state", "reported_on")
OF_UNIT = Related(_("Repairs"), lambda unit: unit.repairs.all(), COLUMNS)


def of_tenant(tenant: Tenant) -> QuerySet[RepairRequest]:
    return RepairRequest.objects.of(tenant.landlord_id).filter(lease__tenant=tenant)


OF_TENANT = Related(_("Repairs"), of_tenant, COLUMNS)


def report_button(request: HttpRequest, unit: Unit) -> Iterator[HeaderButton]:
    if not unit.archived_at and may(request.user, "add", unit.landlord, RepairRequest):
        yield HeaderButton(_("Report a repair"), url=f"{reverse('repairrequest:add')}?unit={unit.pk}", icon_name="cog")


class Photos(Component):
    """The pictures of a request, small, each leading to itself."""

    template_name = "leasing/photos.html"

    def __init__(self, photos: list[RepairPhoto]):
        self.photos = photos

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"photos": self.photos}


def photos(user: User, request: RepairRequest) -> Photos | None:
    rows = list(RepairPhoto.objects.visible_to(user).filter(request=request))
    return Photos(rows) if rows else None


def timeline(user: User, request: RepairRequest, most: int) -> list[Happening]:
    return acts(user, RepairRequest.objects.visible_to(user).filter(pk=request.pk), most)


def urgent(user: User) -> list[Need]:
    rows = RepairRequest.objects.visible_to(user).filter(ended_on=None, urgency=RepairRequest.Urgency.URGENT)
    return [Need(rows, to_see_to, f"{reverse('repairrequest:index')}?urgency=urgent&ended=no")]


def to_see_to(count: int) -> str:
    return ngettext("%(count)s urgent repair", "%(count)s urgent repairs", count) % {"count": count}


slots.fill("backoffice.needs_you", urgent)
slots.fill("leasing.repairrequest.panels", photos)
slots.fill("leasing.repairrequest.timeline", timeline)
urls = [file_path(RepairPhoto, "file")]
