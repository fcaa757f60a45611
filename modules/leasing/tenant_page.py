"""A tenant's screen, with all that is asked during a call; and tenants as rows of the list and of the search."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.ui.tables import Table

from rentbook.backoffice.columns import DataColumn, LinkColumn
from rentbook.backoffice.lists import added_columns, rows_with_added
from rentbook.backoffice.pages import Count, ScopedInspectView
from rentbook.backoffice.search import named, ranked
from rentbook.backoffice.timeline import Happening, acts
from rentbook.backoffice.views import visible
from rentbook.kernel import log
from rentbook.kernel.contacts import Contact
from rentbook.kernel.dates import show_day
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may

from .models import Lease, LeaseParty, Tenant, TenantContact
from .selectors import with_homes

PHONE = re.compile(r"[\d\s+().-]+")
FEWEST_DIGITS, WHOLE = 3, 8


# --- Rows of a list -------------------------------------------------------------------------------------------------


def homes(tenant: Tenant) -> str:
    """The homes that the tenant, read by `with_homes`, has now."""
    live = [lease.unit for lease in tenant.leases.all() if lease.state in Lease.LIVE]
    return "; ".join(f"{unit.name}, {unit.property.name}" for unit in live)


def columns() -> list[Any]:
    """A tenant as a row, but for what modules above add after the name."""
    name = {"label": gettext_lazy("Name"), "accessor": "contact.name", "sort_key": "contact__name"}
    return [
        LinkColumn("contact__name", url_name="tenant:inspect", **name),
        DataColumn("home", label=pgettext_lazy("unit", "Home"), accessor=homes),
        DataColumn("phone", label=gettext_lazy("Phone"), accessor="contact.phone"),
        DataColumn("language", label=gettext_lazy("Language"), accessor="contact.get_language_display"),
    ]


def people(user: User, ranks: Mapping[int, int]) -> Table:
    """The tenants whom a search has found, the best rank first."""
    rows = rows_with_added(user, with_homes(Tenant.objects.visible_to(user).filter(pk__in=ranks)))
    name, *others = columns()
    name.sort_key = None
    found = sorted(rows, key=lambda tenant: (ranks[tenant.pk], tenant.contact.name, tenant.pk))
    return Table([name, *added_columns(user, Tenant), *others], found)


# --- Search ---------------------------------------------------------------------------------------------------------


def by_person_or_home(user: User, text: str) -> list[QuerySet]:
    """Whose name, e-mail, home or property this is, or whose phone ends so; who lives there now comes first.

    A tenant is found by the people beside them too.
    """
    digits = re.sub(r"\D", "", text) if PHONE.fullmatch(text) else ""
    # A whole number as one writes it at home begins with zeros that its international form does not have.
    ending = digits.lstrip("0") if len(digits) >= WHOLE else digits
    phone = [Q(contact__phone__endswith=ending)] if len(digits) >= FEWEST_DIGITS else []
    whole, begins, inside = named(text, "unit__name", "unit__property__name")
    live = Q(state__in=Lease.LIVE)
    person = (*named(text, "contact__name", "contact__email"), *phone)
    return [
        ranked(Tenant.objects.visible_to(user), "pk", *person),
        ranked(TenantContact.objects.visible_to(user), "tenant", *person),
        ranked(LeaseParty.objects.visible_to(user), "lease__tenant", *person),
        ranked(Lease.objects.visible_to(user), "tenant", whole & live, begins & live, whole | inside),
    ]


# --- The screen -----------------------------------------------------------------------------------------------------


class TenantInspectView(ScopedInspectView):
    @cached_property
    def leases(self) -> list[Lease]:
        """The tenant's leases, the latest first, with their homes."""
        rows = Lease.objects.visible_to(self.request.user).filter(tenant=self.object)
        return list(rows.select_related("unit__property").order_by("-start", "-pk"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["homes"] = [lease.unit for lease in self.leases if lease.state in Lease.LIVE]
        return context

    def get_counts(self) -> list[Count]:
        return [*super().get_counts(), *self._lease_counts()]

    def _lease_counts(self) -> Iterator[Count]:
        for lease in self.leases:
            if lease.state in Lease.LIVE:
                last = show_day(lease.end, get_language()) if lease.end else _("without a last day")
                label = _("Lease to") if lease.end else _("Lease")
                yield Count(50, label, last, reverse("lease:inspect", args=[lease.pk]))

    def note_url(self) -> str:
        return reverse("note_tenant", args=[self.object.pk]) if "change" in self.rights else ""


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a note about a tenant; another landlord's tenant is 404."""
    tenant = get_object_or_404(visible(request.user, Tenant).select_related("contact", "landlord"), pk=pk)
    if not may(request.user, "change", tenant.landlord, Tenant):
        raise PermissionDenied
    try:
        log.note(rows=[tenant], text=request.POST.get("text", ""), by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(reverse("tenant:inspect", args=[pk]) + "#timeline")


urls = [path("tenants/<int:pk>/note/", note, name="note_tenant")]


# --- Timelines ------------------------------------------------------------------------------------------------------


def of_tenant(user: User, tenant: Tenant, most: int) -> list[Happening]:
    tenants = Tenant.objects.visible_to(user).filter(pk=tenant.pk).select_related("contact")
    leases = Lease.objects.visible_to(user).filter(tenant=tenant).select_related("unit", "tenant__contact")
    return acts(user, tenants, most) + acts(user, leases, most, tell=lambda lease: lease.unit)


def of_lease(user: User, lease: Lease, most: int) -> list[Happening]:
    leases = Lease.objects.visible_to(user).filter(pk=lease.pk).select_related("unit")
    return acts(user, leases, most, tell=lambda lease: lease.unit)


def changed_with_tenant(contact: Contact) -> str:
    """Where a tenant's contact is changed: on the tenant's own form."""
    tenant = Tenant.objects.of(contact.landlord_id).filter(contact=contact).first()
    return reverse("tenant:change", args=[tenant.pk]) if tenant else ""


slots.fill("kernel.contact.changed_at", changed_with_tenant)
slots.fill("backoffice.people", people)
slots.fill("backoffice.search", by_person_or_home)
slots.fill("leasing.tenant.timeline", of_tenant)
slots.fill("leasing.lease.timeline", of_lease)
