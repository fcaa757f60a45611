"""The life of a lease in the back office: what can be done with it, its terms, and who has not moved out."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component

from modules.leasing.life_selectors import (
    costs_fixed,
    last_day_by,
    moving_out_blocked,
    notice_blocked,
    renewable,
    renewal_blocked,
    staying,
    terms_of,
    with_term,
    withdrawal_blocked,
    withdrawing_blocked,
)
from modules.leasing.models import AtTheEnd, Lease, Term
from modules.leasing.services import (
    add_steps,
    give_notice,
    move_out_leases,
    renew_leases,
    terminate_leases,
    withdraw_notice,
    withdraw_steps,
)
from rentbook.backoffice.columns import DataColumn, PersonColumn
from rentbook.backoffice.home import Need
from rentbook.backoffice.viewsets import Action, ScopedViewSet
from rentbook.kernel import clock
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import by_local_day, landlords

from .life_forms import EndForm, NoticeForm, RaiseForm, RenewForm
from .life_previews import renewal_preview, step_preview


def active(leases: QuerySet[Lease]) -> QuerySet[Lease]:
    return leases.filter(state=Lease.State.ACTIVE)


def last_day(lease: Lease) -> dict[str, Any]:
    """Today, or the lease's own last day where that was before."""
    today = clock.today(lease.landlord)
    return {"on": min(today, lease.end or today)}


def notice_today(lease: Lease) -> dict[str, Any]:
    today = clock.today(lease.landlord)
    return {"on": today, "leaves_on": last_day_by(lease, today)}


LIFE = {
    "renew": Action(
        _("Renew"),
        renew_leases,
        "leases",
        _("The lease goes on in a further term, with its bills, deposit and credit; the tenant is told."),
        blocked=renewal_blocked,
        asks=RenewForm,
        narrow=renewable,
        preview=renewal_preview,
    ),
    "raise": Action(
        _("Change the amount"),
        add_steps,
        "leases",
        _("From that day on the lease is billed at the new amount; what is billed already stays as it is."),
        blocked=costs_fixed,
        asks=RaiseForm,
        narrow=lambda leases: leases.filter(state__in=Lease.LIVE),
        preview=step_preview,
    ),
    "notice": Action(
        _("Give notice"),
        give_notice,
        "leases",
        _("The lease ends on the last day of the notice and does not go on after it."),
        blocked=notice_blocked,
        asks=NoticeForm,
        begins=notice_today,
        narrow=lambda leases: active(leases).filter(notice_on=None),
    ),
    "withdraw-notice": Action(
        _("Withdraw notice"),
        withdraw_notice,
        "leases",
        _("The lease runs to the last day that was agreed before, if there was one."),
        blocked=withdrawing_blocked,
        narrow=lambda leases: active(leases).filter(notice_on__isnull=False),
    ),
    "terminate": Action(
        _("Terminate"),
        terminate_leases,
        "leases",
        _("The lease ends on that day: it is billed up to it, and what was billed beyond it is credited."),
        transition="terminate",
        asks=EndForm,
        begins=last_day,
    ),
    "moved-out": Action(
        _("Moved out"),
        move_out_leases,
        "leases",
        _("They have left the home. A lease that is active ends on that day."),
        blocked=moving_out_blocked,
        asks=EndForm,
        begins=last_day,
        narrow=lambda leases: leases.filter(state__in=Lease.BILLED, moved_out_on=None),
    ),
}

STEPS = {
    "withdraw": Action(
        _("Withdraw"),
        withdraw_steps,
        "charges",
        _("The amount before runs on, as if this one had never been agreed."),
        blocked=withdrawal_blocked,
    )
}


class TermViewSet(ScopedViewSet):
    model = Term
    icon = "date"
    list_display = [
        PersonColumn("lease", lambda term: term.lease, label=_("Lease")),
        "kind", "start",
        DataColumn("through", label=_("through")),
        "agreed_on",
    ]  # fmt: skip
    list_filter = ["kind"]
    search_fields = ["lease__unit__name", "lease__tenant__contact__name"]
    select_related = ("lease__unit", "lease__tenant__contact")
    prepare = staticmethod(with_term)
    inspect_view_fields = ["lease", "kind", "start", "follows", "agreed_on", "landlord"]


# --- On the lease's page --------------------------------------------------------------------------------------------


class TermsPanel(Component):
    """The terms of a lease, one after the other."""

    template_name = "leasing/terms_panel.html"

    def __init__(self, lease: Lease):
        self.lease = lease

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"terms": terms_of(self.lease)}


def facts(user: User, lease: Lease) -> list[tuple[Any, Any]]:
    """What is known of the lease's end; what does not apply is left out."""
    given = f"{lease.get_notice_by_display()}" if lease.notice_on else ""
    going = lease.get_at_the_end_display() if lease.at_the_end != AtTheEnd.EXPIRE else ""
    found = [
        (_("On the last day"), going),
        (_("Days of notice"), lease.notice_days),
        (_("Notice given on"), lease.notice_on),
        (_("Notice given by"), given),
        (_("Last day agreed before"), lease.agreed_end),
        (_("Why it ended"), lease.end_reason),
        (_("Moved out on"), lease.moved_out_on),
    ]
    return [(label, value) for label, value in found if value]


# --- What waits for a person ----------------------------------------------------------------------------------------


def not_moved_out(user: User) -> list[Need]:
    rows = Lease.objects.visible_to(user).filter(by_local_day(landlords(user, Lease), staying))
    return [Need(rows, to_look_for, f"{reverse('lease:index')}?staying=1")]


def to_look_for(count: int) -> str:
    text = ngettext("%(count)s lease ended, not moved out", "%(count)s leases ended, not moved out", count)
    return text % {"count": count}


slots.fill("backoffice.needs_you", not_moved_out)
slots.fill("leasing.lease.facts", facts)
slots.fill("leasing.lease.panels", lambda user, lease: TermsPanel(lease))
