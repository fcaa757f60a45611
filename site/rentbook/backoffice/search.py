"""Find a tenant during a call: what is typed is looked for in every module, what is found is a row with the balance.

Modules look by the slot backoffice.search(user, text), each with querysets that `ranked` made; who knows tenants makes
the rows by backoffice.people(user, ranks).
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import path, reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin.forms.search import SearchForm
from wagtail.admin.search import SearchArea
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from rentbook.kernel.people import User
from rentbook.kernel.registry import slots

MOST, LONGEST = 20, 100
TIERS = 4  # at most, in `ranked`


def named(text: str, *columns: str) -> tuple[Q, Q, Q]:
    """Three tiers: one of the columns is the text, begins with it, or has it somewhere."""
    ways = ("iexact", "istartswith", "icontains")
    return tuple(reduce(or_, (Q(**{f"{column}__{way}": text}) for column in columns)) for way in ways)


def ranked(rows: QuerySet, person: str, *tiers: Q) -> QuerySet:
    """The key of the `person` behind each row that a tier finds, with the place of the first tier that does."""
    whens = [When(tier, then=Value(place)) for place, tier in enumerate(tiers)]
    rows = rows.order_by().filter(reduce(or_, tiers)).annotate(rank=Case(*whens, output_field=IntegerField()))
    return rows.values_list(person, "rank").distinct()


def find(user: User, text: str) -> dict[int, int]:
    """The best rank of each person that the text finds, at most 20 of them, exact hits first; one query."""
    first, *others = [part for parts in slots.all("backoffice.search", user, text) for part in parts] or [None]
    pairs: Iterable[tuple[int, int]] = first.union(*others).order_by("rank")[: MOST * TIERS] if others else first or ()
    found: dict[int, int] = {}
    for key, rank in pairs:
        found.setdefault(key, rank)
    return dict(list(found.items())[:MOST])


class SearchView(WagtailAdminTemplateMixin, TemplateView):
    template_name = "backoffice/search.html"
    results_template_name = "backoffice/search_results.html"
    page_title = gettext_lazy("Find a tenant")
    header_icon = "search"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = SearchForm(self.request.GET, placeholder=_("Name, home, phone, bill, receipt or reference"))
        text = " ".join(form.cleaned_data["q"].split())[:LONGEST] if form.is_valid() else ""
        ranks = find(self.request.user, text) if text else {}
        return super().get_context_data(**kwargs) | {
            "search_form": form,
            "index_results_url": reverse("find_results"),
            "text": text,
            "count": len(ranks),
            "most": MOST,
            "table": slots.first("backoffice.people", self.request.user, ranks) if ranks else None,
        }


urls = [
    path("search/", SearchView.as_view(), name="find"),
    path("search/results/", SearchView.as_view(template_name=SearchView.results_template_name), name="find_results"),
]


@hooks.register("register_admin_search_area")
def tenants_first() -> SearchArea:
    return SearchArea(gettext_lazy("Tenants"), reverse_lazy("find"), name="tenants", icon_name="user", order=1)
