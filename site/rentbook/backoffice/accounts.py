"""Signing in: allauth's pages, and a gate before the back office."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse


class StaffOnly(DefaultAccountAdapter):
    """Accounts are made by the operator until landlords can sign up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def staff_gate(request: HttpRequest) -> HttpResponse:
    """Send a visitor to sign in; tell one who is signed in without a back office so, once, instead of in circles."""
    if request.user.is_authenticated and not request.user.has_perm("wagtailadmin.access_admin"):
        return render(request, "backoffice/no_access.html", status=403)
    query = request.GET.urlencode()
    return redirect(reverse("account_login") + (f"?{query}" if query else ""))
