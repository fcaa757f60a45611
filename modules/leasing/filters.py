"""Filters of leasing's lists."""

from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from rentbook.backoffice.lists import ScopedFilterSet
from rentbook.kernel.scoping import by_local_day, landlords

from .life_selectors import staying
from .models import Lease
from .selectors import ends_within

HORIZONS = (30, 60)  # days


class LeaseFilterSet(ScopedFilterSet):
    ending = ChoiceFilter(
        label=_("Ending"),
        choices=[(days, format_lazy(_("within {days} days"), days=days)) for days in HORIZONS],
        method="ends",
    )

    staying = ChoiceFilter(label=_("Moved out"), choices=[("1", _("ended, not moved out"))], method="stays")

    class Meta:
        model = Lease
        fields = ["state", "unit__property"]

    def ends(self, leases: QuerySet[Lease], name: str, days: str) -> QuerySet[Lease]:
        own = landlords(self.request.user, Lease)
        return leases.filter(by_local_day(own, ends_within(int(days))))

    def stays(self, leases: QuerySet[Lease], name: str, chosen: str) -> QuerySet[Lease]:
        return leases.filter(by_local_day(landlords(self.request.user, Lease), staying))


class InUseFilterSet(ScopedFilterSet):
    """Rows in use; those that are put away where they are asked for (docs/rules.md, D45)."""

    archived = ChoiceFilter(
        label=_("Archived"),
        choices=[("only", _("archived only"))],
        empty_label=_("in use"),
        method=lambda rows, name, chosen: rows,
    )

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        wanted = bool(self.form.cleaned_data["archived"])
        return super().filter_queryset(queryset).filter(archived_at__isnull=not wanted)
