"""Leases, and the streams that they bill."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from modules.leasing.filters import LeaseFilterSet
from modules.leasing.forms import LeaseForm
from modules.leasing.models import Charge, Lease
from modules.leasing.selectors import activation_blocked, terms_fixed, with_rent
from modules.leasing.services import cancel_leases, create_charge, sign_leases, update_lease
from rentbook.backoffice.columns import DataColumn, LinkColumn, PersonColumn
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet
from rentbook.kernel.money import Money
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import books, may

from . import documents, people
from .charge_forms import ChargeForm
from .charging import ENDING, ONE_OFF
from .life import LIFE, STEPS
from .usual_terms import LeaseInspectView


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
        "unit", "tenant", "state", "start", "end", "frequency", "alignment", "proration", "in_arrears", "due_day",
        "due_days_after", "lead_days", "grace_days", "late_fee", "at_the_end", "notice_days", "occupants",
        "billed_from", "activated_on", "landlord",
    ]  # fmt: skip
    inspect_view_class = LeaseInspectView
    related = (
        Related(_("Charges"), lambda row: row.charges.all(), ("stream", "kind", "amount", "start", "end", "due_day")),
        people.PARTIES,
        documents.OF_LEASE,
    )

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
        **ONE_OFF,
        **LIFE,
        "add-person": people.ADD_PARTY,
        "add-document": documents.ADD_TO_LEASE,
    }


class ChargeViewSet(ScopedViewSet):
    model = Charge
    icon = "list-ul"
    list_display = [
        PersonColumn("lease", lambda charge: charge.lease, label=_("Lease")),
        "stream", "kind", "amount", "start", "end", "due_day",
    ]  # fmt: skip
    search_fields = ["stream", "lease__unit__name", "lease__tenant__contact__name"]
    select_related = ("lease__unit", "lease__tenant__contact")
    inspect_view_fields = [
        "lease", "stream", "kind", "amount", "start", "end", "frequency", "alignment", "proration", "in_arrears",
        "due_day", "due_days_after", "lead_days", "tax_rate", "withholding_rate", "how", "raised_by", "index_name",
        "index_before", "index_after", "landlord",
    ]  # fmt: skip
    form_class = ChargeForm
    services = {"create": create_charge}
    actions = ENDING | STEPS


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
