"""Keeping a list as it is now under a name, and forgetting it again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .models import SavedView

MOST = 30  # of one user
LONGEST = {name: SavedView._meta.get_field(name).max_length for name in ("name", "query")}


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep a list's search, filters and month for the user; a name used before gets the new ones."""
    wanted, name = request.POST.get("list", ""), request.POST.get("name", "").strip()
    query = request.POST.get("query", "")
    try:
        address = reverse(wanted if wanted.endswith(":index") else "")
    except NoReverseMatch:
        return redirect("wagtailadmin_home")
    if reason := _against(request, wanted, name, query):
        messages.error(request, reason)
    else:
        own = SavedView.objects.filter(user=request.user)
        own.update_or_create(user=request.user, list=wanted, name=name, defaults={"query": query})
        messages.success(request, _("The view %(name)s is kept.") % {"name": name})
    return redirect(address + query if query.startswith("?") else address)


def _against(request: HttpRequest, wanted: str, name: str, query: str) -> str:
    """Why a view cannot be kept, as a sentence; empty when it can."""
    others = SavedView.objects.filter(user=request.user).exclude(list=wanted, name=name)
    if not 0 < len(name) <= LONGEST["name"]:
        return _("Give the view a name of at most %(most)s letters.") % {"most": LONGEST["name"]}
    if not query.startswith("?") or len(query) > LONGEST["query"]:
        return _("This view is too long to be kept: take a filter away.")
    if others.count() >= MOST:
        return _("%(most)s views are kept already: forget one first.") % {"most": MOST}
    return ""


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view of one's own; anybody else's is 404."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    view.delete()
    return redirect(view.list)
