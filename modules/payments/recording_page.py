"""Money in hand, recorded in two clicks: the form comes filled in, one button saves and sends the receipt."""

import secrets

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from modules.invoicing.models import Invoice
from rentbook.backoffice.views import visible
from rentbook.kernel import clock
from rentbook.kernel.money import Money, parse_amount, show
from rentbook.kernel.scoping import may
from rentbook.kernel.waiting import is_lock_timeout

from .models import Method, Payment
from .services import record_payment

BY_HAND = [Method.CASH, Method.MOBILE_MONEY, Method.BANK_TRANSFER, Method.CHEQUE]


class RecordForm(forms.Form):
    """The amount is read as people write it, in the invoice's currency."""

    amount = forms.CharField(label=gettext_lazy("Amount"), max_length=40)
    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=[(way.value, way.label) for way in BY_HAND])
    value_date = forms.DateField(
        label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=60, required=False)
    once = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args, invoice: Invoice, **kwargs):
        super().__init__(*args, **kwargs)
        self.invoice = invoice
        live = Payment.objects.of(invoice.landlord_id).filter(invoice=invoice, state=Payment.State.PENDING)
        if live.exists():
            self.fields["releasing"] = forms.ModelMultipleChoiceField(
                live,
                label=gettext_lazy("Being paid now: release it, since the money came another way"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields["releasing"].label_from_instance = self._describe

    def _describe(self, payment: Payment) -> str:
        since = clock.local(payment.created_at, self.invoice.landlord)
        return f"{show(payment.amount, get_language())}, {payment.get_method_display()}, {since:%H:%M}"

    def clean_amount(self) -> Money:
        try:
            return Money(parse_amount(self.cleaned_data["amount"], self.invoice.currency), self.invoice.currency)
        except ValueError as error:
            raise ValidationError(str(error)) from error


def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Record money for one invoice; another landlord's invoice is 404."""
    rows = visible(request.user, Invoice).select_related("lease__tenant__contact", "lease__unit", "landlord")
    invoice = get_object_or_404(rows, pk=pk)
    if not may(request.user, "add", invoice.landlord, Payment):
        raise PermissionDenied
    form = RecordForm(request.POST or None, invoice=invoice, initial=_filled_in(invoice))
    if request.method == "POST" and form.is_valid() and _save(request, invoice, form):
        return redirect("wagtailadmin_home")
    return render(request, "payments/record.html", {"form": form, "invoice": invoice})


def _filled_in(invoice: Invoice) -> dict[str, object]:
    return {
        "amount": f"{invoice.balance.amount.normalize():f}",
        "method": Method.CASH,
        "value_date": clock.today(invoice.landlord),
        "once": secrets.token_urlsafe(12),
    }


def _save(request: HttpRequest, invoice: Invoice, form: RecordForm) -> bool:
    data = form.cleaned_data
    try:
        payment = record_payment(
            invoice=invoice,
            amount=data["amount"],
            method=data["method"],
            value_date=data["value_date"],
            reference=data["reference"],
            releasing=data.get("releasing") or (),
            once=f"desk:{request.user.pk}:{data['once']}",
            by=request.user,
        )
    except ValidationError as error:
        form.add_error("amount", error)
        return False
    except OperationalError as error:
        if not is_lock_timeout(error):
            raise
        form.add_error("amount", _("Somebody else is changing this bill now. Nothing was saved: save again."))
        return False
    _tell(request, invoice, payment)
    return True


def _tell(request: HttpRequest, invoice: Invoice, payment: Payment) -> None:
    text = _("%(amount)s from %(tenant)s recorded. Receipt %(receipt)s is being sent.") % {
        "amount": show(payment.amount, get_language()),
        "tenant": invoice.lease.tenant,
        "receipt": payment.receipt.number,
    }
    link = format_html(' <a href="{}">PDF</a>', reverse("receipt_pdf", args=[payment.receipt.pk]))
    messages.success(request, format_html("{}{}", text, link))
