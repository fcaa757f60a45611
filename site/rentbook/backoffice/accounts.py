"""Signing in: allauth's pages, and a gate before the back office."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from rentbook.kernel.people import User


class Entrance(AuthenticationBackend):
    """Who signs in is checked by allauth; each request reads them with one query, and what they may do with another."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("wagtail_userprofile").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def _get_user_permissions(self, user: User) -> QuerySet[Permission]:
        return Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()

    def _get_group_permissions(self, user: User) -> QuerySet[Permission]:
        return Permission.objects.none()


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
