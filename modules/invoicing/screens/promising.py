"""Pages about a late bill: a fee by hand, and up to three promised days."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets.button import HeaderButton

from modules.invoicing.lateness import extension_blocked, fee_blocked
from modules.invoicing.models import Extension, Invoice
from modules.invoicing.promises import Promised
from modules.invoicing.services import add_late_fee, agree_extensions, give_more_time
from modules.leasing.forms import DayInput, WrittenAmount, written
from rentbook.backoffice.changing import ScopedEditView
from rentbook.kernel.money import Money
from rentbook.kernel.registry import slots
from rentbook.kernel.scoping import may
from rentbook.kernel.states import why_not

from .bills import BillForm, BillFormView, button

PLACES = (1, 2, 3)  # of promised days


class FeeForm(BillForm):
    """An amount in the bill's currency, and why."""

    amount = WrittenAmount(label=gettext_lazy("Amount"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = self.fields["amount"].help_text = invoice.currency


class FeeView(BillFormView):
    """Charge a late fee by hand."""

    label = button = gettext_lazy("Late fee")
    form_class = FeeForm
    unchangeable = staticmethod(fee_blocked)

    def save(self, form: FeeForm) -> Invoice:
        amount = Money(form.cleaned_data["amount"], self.object.currency)
        add_late_fee(invoices=[self.object], amount=amount, reason=form.cleaned_data["reason"], by=self.request.user)
        return self.object


class PromisesForm(BillForm):
    """Up to three days, each with what is paid by its end, in the bill's currency."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any):
        super().__init__(*args, **{"initial": {"amount_1": written(invoice.balance.amount)}} | kwargs)
        self.currency = invoice.currency
        self.fields = dict(pair for place in PLACES for pair in self._pair(place)) | self.fields

    def _pair(self, place: int) -> Iterator[tuple[str, forms.Field]]:
        asked = {"required": place == PLACES[0]}
        yield f"day_{place}", forms.DateField(label=_("Day %(place)s") % {"place": place}, widget=DayInput, **asked)
        amount = WrittenAmount(label=_("Amount by day %(place)s") % {"place": place}, **asked)
        amount.currency = self.currency
        yield f"amount_{place}", amount

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for place in PLACES:
            if not self.errors and bool(data[f"day_{place}"]) != bool(data[f"amount_{place}"]):
                raise ValidationError(_("Write a day and an amount, or neither."))
        return data

    def promises(self) -> list[Promised]:
        """What was promised, as the services take it."""
        data = self.cleaned_data
        pairs = ((data[f"day_{place}"], data[f"amount_{place}"]) for place in PLACES)
        return [Promised(day, Money(amount, self.currency)) for day, amount in pairs if day]


class MoreTimeView(BillFormView):
    """Give a tenant more time for a bill."""

    label = button = gettext_lazy("Give more time")
    form_class = PromisesForm
    unchangeable = staticmethod(extension_blocked)

    def save(self, form: PromisesForm) -> Extension:
        reason = form.cleaned_data["reason"]
        [key] = give_more_time(invoices=[self.object], promises=form.promises(), reason=reason, by=self.request.user)
        return Extension.objects.of(self.object.landlord_id).get(pk=key)

    def saved_at(self, row: Extension) -> str:
        return reverse("extension:inspect", args=[row.pk])


class OtherDaysView(ScopedEditView):
    """Agree to more time with other days than were asked for; it begins with those."""

    model = Extension
    index_url_name, inspect_url_name = "extension:index", "extension:inspect"
    button = gettext_lazy("Agree")
    label = gettext_lazy("Agree to other days")

    @staticmethod
    def unchangeable(extension: Extension) -> str:
        return why_not(extension, "agree")

    def get_page_title(self) -> str:
        return f"{self.label}: {self.object}"

    def get_form(self) -> "AnswerForm":
        promises = zip(PLACES, self.object.promises.all(), strict=False)
        asked = {
            name: value
            for place, each in promises
            for name, value in ((f"day_{place}", each.on), (f"amount_{place}", written(each.amount.amount)))
        }
        return AnswerForm(self.request.POST or None, invoice=self.object.invoice, initial=asked)

    def save(self, form: "AnswerForm") -> Extension:
        agree_extensions(extensions=[self.object], by=self.request.user, promises=form.promises())
        return self.object


class AnswerForm(PromisesForm):
    """The days alone: why was said when they were asked for."""

    reason = None


def other_days(request: HttpRequest, extension: Extension) -> list[HeaderButton]:
    """From an extension that waits for an answer to the page that agrees to other days."""
    if why_not(extension, "agree") or not may(request.user, "change", extension.landlord, Extension):
        return []
    address = reverse("agree_to_other_days", args=[extension.pk])
    return [HeaderButton(OtherDaysView.label, url=address, icon_name="edit")]


urls = [
    path("invoicing/invoice/<int:pk>/late-fee/", FeeView.as_view(), name="add_late_fee"),
    path("invoicing/invoice/<int:pk>/more-time/", MoreTimeView.as_view(), name="give_more_time"),
    path("invoicing/extension/<int:pk>/other-days/", OtherDaysView.as_view(), name="agree_to_other_days"),
]
slots.fill("invoicing.invoice.buttons", button(FeeView, "add_late_fee"))
slots.fill("invoicing.invoice.buttons", button(MoreTimeView, "give_more_time"))
slots.fill("invoicing.extension.buttons", other_days)
