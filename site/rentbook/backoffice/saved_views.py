"""Keeping a list as it is now under a name, and forgetting it again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .models import SavedView

MOST = 30  # of one user


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep a list's search, filters and month for the user; a name used before gets the new ones."""
    name, query = request.POST.get("name", "").strip()[:40], request.POST.get("query", "")[:400]
    try:
        address = reverse(request.POST.get("list", ""))
    except NoReverseMatch:
        return redirect("wagtailadmin_home")
    own = SavedView.objects.filter(user=request.user)
    if name and query.startswith("?") and own.count() < MOST:
        own.update_or_create(user=request.user, list=request.POST["list"], name=name, defaults={"query": query})
        messages.success(request, _("The view %(name)s is kept.") % {"name": name})
    else:
        messages.error(request, _("Give the view a name; %(most)s views can be kept.") % {"most": MOST})
    return redirect(address + query if query.startswith("?") else address)


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view of one's own; anybody else's is 404."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    view.delete()
    return redirect(view.list)
