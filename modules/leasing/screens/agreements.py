"""The lease agreement in the back office: its wordings, and the paper of a lease."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets.button import HeaderButton

from modules.leasing.agreements import NAMES, agreement_pdf, print_agreement
from modules.leasing.models import AgreementTemplate, Charge, Lease
from modules.leasing.services import create_wording, update_wording
from rentbook.backoffice.forms import ScopedForm
from rentbook.backoffice.views import visible
from rentbook.backoffice.viewsets import ScopedViewSet
from rentbook.exchange.pdf import pdf_response
from rentbook.kernel.editing import delete
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may


class WordingForm(ScopedForm):
    """A wording, with the names that it may use."""

    class Meta:
        model = AgreementTemplate
        fields = ["landlord", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 30, "dir": "auto"})}

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        names = "; ".join(f"{{{{ {name} }}}} {label}" for name, label in NAMES.items())
        said = gettext("A line that begins with # is the title of a clause; an empty line begins a paragraph.")
        self.fields["body"].help_text = f"{said} {names}."


class NewWordingForm(WordingForm):
    """Without a text it begins with the one that Rentbook brings."""

    class Meta(WordingForm.Meta):
        fields = ["landlord", "language", "body"]

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["body"].required = False
        self.fields["body"].help_text += " " + gettext("Empty: it begins with the text that Rentbook brings.")


class AgreementTemplateViewSet(ScopedViewSet):
    model = AgreementTemplate
    icon = "doc-full"
    list_display = ["__str__"]
    inspect_view_fields = ["language", "body", "landlord"]
    form_class = WordingForm
    new_form_class = NewWordingForm
    services = {"create": create_wording, "update": update_wording, "delete": delete}

    @staticmethod
    def buttons(request: HttpRequest, wording: AgreementTemplate):
        if may(request.user, "view", wording.landlord, Charge):
            yield HeaderButton(_("Preview"), url=reverse("agreement_preview", args=[wording.pk]), icon_name="view")


def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """The agreement of a lease as a PDF, in the tenant's language; it names the rent."""
    lease = get_object_or_404(visible(request.user, Lease).select_related("tenant__contact"), pk=pk)
    if not may(request.user, "view", lease.landlord, Charge):
        raise PermissionDenied
    return pdf_response(agreement_pdf(lease, lease.tenant.contact.language), f"{lease}.pdf")


def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The wording with the terms of the newest lease of its book."""
    wording = get_object_or_404(visible(request.user, AgreementTemplate), pk=pk)
    if not may(request.user, "view", wording.landlord, Charge):
        raise PermissionDenied
    lease = visible(request.user, Lease).filter(landlord=wording.landlord).order_by("-pk").first()
    if lease is None:
        messages.error(request, gettext("There is no lease yet: a preview shows the terms of the newest."))
        return redirect("agreementtemplate:inspect", wording.pk)
    return pdf_response(print_agreement(lease, wording.body, wording.language), f"{wording}.pdf")


def lease_buttons(request: HttpRequest, lease: Lease) -> list[HeaderButton]:
    if not may(request.user, "view", lease.landlord, Charge):
        return []
    return [HeaderButton(_("Agreement (PDF)"), url=reverse("agreement_pdf", args=[lease.pk]), icon_name="download")]


slots.fill("leasing.lease.buttons", lease_buttons)

urls = [
    path("leases/<int:pk>/agreement/", agreement, name="agreement_pdf"),
    path("leases/wording/<int:pk>/preview/", preview, name="agreement_preview"),
]
