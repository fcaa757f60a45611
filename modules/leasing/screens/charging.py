"""Streams, single charges and shared costs in the back office."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from wagtail.admin.widgets.button import HeaderButton

from modules.leasing.charge_selectors import one_off_fixed, one_offs_of
from modules.leasing.cost_selectors import cost_fixed, landlords_part, parts_billed, parts_of
from modules.leasing.models import Charge, Lease, OneOffCharge, SharedCost, Unit
from modules.leasing.services import (
    create_one_offs,
    end_charges,
    share_cost,
    withdraw_one_offs,
    withdraw_shared_costs,
)
from modules.leasing.streams import stream_word
from rentbook.backoffice.acting import PREVIEWED, Preview
from rentbook.backoffice.changing import ScopedCreateView
from rentbook.backoffice.columns import DataColumn, LinkColumn, shown
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet
from rentbook.kernel.money import Money, parse_amount
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may

from .charge_forms import EndForm, OneOffForm, SharedCostForm
from .metering import STREAM


def charge_leases(*, leases: Iterable[Lease], amount: str, by: User, **answers: Any) -> list[OneOffCharge]:
    """create_one_offs with the amount as people write it, in the currency of the leases."""
    rows = list(leases)
    try:
        money = Money(parse_amount(amount, rows[0].currency), rows[0].currency)
    except ValueError as error:
        raise ValidationError({"amount": str(error)}) from error
    return create_one_offs(leases=rows, amount=money, by=by, **answers)


def to_be_charged(leases: QuerySet[Lease], user: User, *, amount: str, stream: str, **answers: Any) -> Preview:
    """Each live lease with what it is charged; those that are not live are passed over."""
    live, over = leases.filter(state__in=Lease.LIVE), leases.exclude(state__in=Lease.LIVE)
    rows = [(shown(lease), stream_word(stream), amount) for lease in _first(live)]
    count = live.count()
    text = ngettext("%(count)s lease is charged %(amount)s.", "%(count)s leases are charged %(amount)s each.", count)
    skipped = [f"{lease}: {_('Only a live lease is charged.')}" for lease in _first(over)]
    headings = (_("Lease"), _("Stream"), _("Amount"))
    return Preview(headings, rows, text % {"count": count, "amount": amount}, skipped)


def _first(leases: QuerySet[Lease]) -> QuerySet[Lease]:
    return leases.select_related("unit", "tenant__contact")[:PREVIEWED]


ONE_OFF = {
    "charge": Action(
        pgettext_lazy("act", "Charge"),
        charge_leases,
        "leases",
        _("A single charge or discount with its reason, on the next bill."),
        blocked=lambda lease: "" if lease.state in Lease.LIVE else str(_("Only a live lease is charged.")),
        asks=OneOffForm,
        narrow=lambda leases: leases.filter(state__in=Lease.LIVE),
        preview=to_be_charged,
    )
}
ENDING = {
    "end": Action(
        pgettext_lazy("act", "End"),
        end_charges,
        "charges",
        _("The last day on which it is owed; not before what is billed already."),
        asks=EndForm,
        bulk=False,
    )
}


class OneOffChargeViewSet(ScopedViewSet):
    model = OneOffCharge
    icon = "plus"
    list_display = [
        LinkColumn("lease", label=_("Lease"), url_name="oneoffcharge:inspect"),
        STREAM, "kind", "amount", "bill_on", "reason", "withdrawn_at",
    ]  # fmt: skip
    search_fields = ["stream", "reason", "lease__unit__name", "lease__tenant__contact__name"]
    select_related = ("lease__unit", "lease__tenant__contact")
    list_filter = ["kind"]
    month_field = "bill_on"
    totals = {_("Amount"): "amount"}
    inspect_view_fields = [
        "lease", "kind", "stream", "amount", "tax_rate", "withholding_rate", "start", "end", "bill_on", "reason",
        "arithmetic", "withdrawn_at", "by", "created_at", "landlord",
    ]  # fmt: skip
    actions = {
        "withdraw": Action(
            _("Withdraw"),
            withdraw_one_offs,
            "charges",
            _("It is taken back; it stays to be read."),
            blocked=one_off_fixed,
        )
    }


class ShareCostView(ScopedCreateView):
    """A cost and what falls on each home, before anything is charged."""

    template_name = "leasing/share_cost.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if "preview" not in request.POST or not form.is_valid():
            return super().post(request, *args, **kwargs)
        self.extra_context = {"parts": self._parts(form)}
        return self._show(form)

    def _parts(self, form: SharedCostForm) -> list[tuple[Unit, Lease | None, Money, str]]:
        """A line for each part: the home, whose it is, how much, and the equation."""
        data = form.cleaned_data
        landlord = data["property"].landlord
        cost = SharedCost(landlord=landlord, currency=landlord.currency, **data)
        try:
            parts = parts_of(cost)
        except ValidationError as error:
            form.refuse(error)
            return []
        units = Unit.objects.of(landlord).in_bulk([part.unit for part in parts])
        keys = [part.living.lease for part in parts if part.living]
        leases = Lease.objects.of(landlord).select_related("tenant__contact").in_bulk(keys)
        return [
            (
                units[part.unit], part.living and leases[part.living.lease], Money(part.amount, cost.currency),
                part.arithmetic,
            )
            for part in parts
        ]  # fmt: skip


class SharedCostViewSet(ScopedViewSet):
    model = SharedCost
    icon = "group"
    list_display = [
        LinkColumn("property", label=_("Property"), url_name="sharedcost:inspect"),
        DataColumn("stream", label=_("Stream")), "amount", "start", "end", "key", "bill_on",
    ]  # fmt: skip
    search_fields = ["property__name", "stream", "note"]
    select_related = ("property",)
    inspect_view_fields = ["property", "stream", "amount", "start", "end", "key", "bill_on", "note", "by", "landlord"]
    add_view_class = ShareCostView
    form_class = SharedCostForm
    services = {"create": share_cost}
    related = (Related(_("Parts"), parts_billed, ("lease", "amount", "arithmetic")),)
    actions = {
        "withdraw": Action(
            _("Withdraw"),
            withdraw_shared_costs,
            "costs",
            _("Nobody is charged a part of it; all of it stays with the landlord."),
            blocked=cost_fixed,
        )
    }

    @staticmethod
    def facts(cost: SharedCost):
        yield _("Stays with the landlord"), landlords_part(cost)


def charge_button(request: HttpRequest, lease: Lease) -> list[HeaderButton]:
    """A new stream, for a lease that is live."""
    if lease.state not in Lease.LIVE or not may(request.user, "add", lease.landlord, Charge):
        return []
    return [HeaderButton(_("New charge"), url=f"{reverse('charge:add')}?lease={lease.pk}", icon_name="plus")]


slots.fill("leasing.lease.buttons", charge_button)
slots.fill(
    "leasing.lease.tables",
    lambda: Related(_("Single charges"), one_offs_of, ("stream", "amount", "bill_on", "reason", "arithmetic")),
)
