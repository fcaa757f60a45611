"""Papers of leases and tenants: kept, found before they expire, and shown to whoever may see them."""

from collections.abc import Iterator

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_filters import ChoiceFilter
from wagtail.admin.widgets.button import HeaderButton

from modules.leasing.filters import HORIZONS
from modules.leasing.forms import DayInput
from modules.leasing.models import Document, Tenant
from modules.leasing.selectors import expires_within
from modules.leasing.services import add_documents, remove_document
from rentbook.backoffice.home import Need
from rentbook.backoffice.kept_files import file_path
from rentbook.backoffice.lists import ScopedFilterSet
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import by_local_day, landlords


class PaperForm(forms.Form):
    """A paper, with or without its file."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Document.Kind.choices)
    title = forms.CharField(label=_("Title"), max_length=120)
    number = forms.CharField(label=_("Number"), max_length=60, required=False)
    expires_on = forms.DateField(label=_("Expires on"), widget=DayInput, required=False)
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("A PNG or JPEG picture or a PDF, 5 MB at most."),
        widget=forms.FileInput({"accept": "image/png,image/jpeg,application/pdf"}),
    )


SAID = _("It is kept with the lease or tenant, and shown to managers and clerks alone.")
ADD_TO_LEASE = Action(_("Add a document"), add_documents, "leases", SAID, asks=PaperForm, bulk=False)
ADD_TO_TENANT = Action(_("Add a document"), add_documents, "tenants", SAID, asks=PaperForm, bulk=False)
COLUMNS = ("title", "kind", "expires_on")


def of_tenant(tenant: Tenant) -> QuerySet[Document]:
    """The papers of the tenant and of the tenant's leases."""
    papers = Document.objects.of(tenant.landlord_id)
    return papers.filter(Q(tenant=tenant) | Q(lease__tenant=tenant))


OF_LEASE = Related(_("Documents"), lambda lease: lease.documents.all(), COLUMNS)
OF_TENANT = Related(_("Documents"), of_tenant, COLUMNS)


class DocumentFilterSet(ScopedFilterSet):
    expiring = ChoiceFilter(
        label=_("Expiring"),
        choices=[(days, format_lazy(_("within {days} days"), days=days)) for days in HORIZONS],
        method="expires",
    )

    class Meta:
        model = Document
        fields = ["kind"]

    def expires(self, papers: QuerySet[Document], name: str, days: str) -> QuerySet[Document]:
        own = landlords(self.request.user, Document)
        return papers.filter(by_local_day(own, expires_within(int(days))))


class DocumentViewSet(ScopedViewSet):
    model = Document
    icon = "doc-full"
    services = {"delete": remove_document}
    filterset_class = DocumentFilterSet
    list_display = [*COLUMNS, "lease", "tenant"]
    narrowed_by = {"tenant": "tenant", "lease": "lease"}
    search_fields = ["title", "number", "tenant__contact__name", "lease__tenant__contact__name", "lease__unit__name"]
    select_related = ("tenant__contact", "lease__unit", "lease__tenant__contact")
    inspect_view_fields = ["title", "kind", "number", "expires_on", "lease", "tenant", "by", "created_at", "landlord"]

    @staticmethod
    def buttons(request: HttpRequest, document: Document) -> Iterator[HeaderButton]:
        if document.file:
            yield HeaderButton(_("File"), url=reverse("document_file", args=[document.pk]), icon_name="download")


def expiring(user: User) -> list[Need]:
    soon = min(HORIZONS)
    rows = Document.objects.visible_to(user).filter(by_local_day(landlords(user, Document), expires_within(soon)))
    return [Need(rows, expire_soon, f"{reverse('document:index')}?expiring={soon}")]


def expire_soon(count: int) -> str:
    return ngettext("%(count)s document expires soon", "%(count)s documents expire soon", count) % {"count": count}


slots.fill("backoffice.needs_you", expiring)
urls = [file_path(Document, "file")]
