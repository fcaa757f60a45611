"""Credit notes in the back office: their lists, and the page that writes one."""

from typing import Any

from django import forms
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from modules.invoicing.corrections import credit_blocked, creditable
from modules.invoicing.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine
from modules.invoicing.services import credit_lines
from modules.leasing.forms import WrittenAmount
from rentbook.backoffice.columns import LinkColumn, PersonColumn
from rentbook.backoffice.viewsets import Related, ScopedViewSet
from rentbook.kernel import clock
from rentbook.kernel.dates import show_period
from rentbook.kernel.money import Money
from rentbook.kernel.registry import slots
from rentbook.kernel.templatetags.rentbook import money

from .bills import BillForm, BillFormView, button


class CreditNoteViewSet(ScopedViewSet):
    model = CreditNote
    icon = "undo"
    list_display = [
        LinkColumn("invoice.lease.tenant", label=gettext_lazy("Tenant"), url_name="creditnote:inspect"),
        "total", "number",
        PersonColumn("invoice", lambda note: note.invoice, label=gettext_lazy("Invoice")),
        "issue_date", "reason",
    ]  # fmt: skip
    totals = {gettext_lazy("Credited"): "total"}
    month_field = "issue_date"
    narrowed_by = {"tenant": "invoice__lease__tenant", "lease": "invoice__lease"}
    search_fields = ["number", "reason", "invoice__number", "invoice__lease__tenant__contact__name"]
    select_related = ("invoice__lease__tenant__contact",)
    inspect_view_fields = ["number", "invoice", "issue_date", "total", "reason", "by", "landlord"]
    related = (
        Related(
            gettext_lazy("Lines"),
            lambda note: note.lines.select_related("line"),
            ("line", "period_start", "period_end", "amount", "arithmetic"),
        ),
    )


class CreditNoteLineViewSet(ScopedViewSet):
    model = CreditNoteLine
    icon = "list-ul"
    list_display = [
        PersonColumn("credit_note", lambda row: row.credit_note, label=gettext_lazy("Credit note")),
        PersonColumn("line", lambda row: row.line, label=gettext_lazy("Invoice line")),
        "period_start", "period_end", "amount", "arithmetic",
    ]  # fmt: skip
    search_fields = ["credit_note__number", "line__stream", "line__invoice__number"]
    select_related = ("credit_note", "line")
    inspect_view_fields = [
        "credit_note", "line", "period_start", "period_end", "amount", "arithmetic", "landlord",
    ]  # fmt: skip


class CreditForm(BillForm):
    """How much of each line is credited, in the bill's currency, and why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.left = creditable(invoice)
        asked = {_name(line): _field(line, most) for line, most in self.left.items()}
        self.fields = asked | self.fields

    def lines(self) -> list[tuple[InvoiceLine, Money]]:
        """What credit_lines takes: the lines that something was written for."""
        given = ((line, self.cleaned_data[_name(line)]) for line in self.left)
        return [(line, Money(amount, line.currency)) for line, amount in given if amount]


def _name(line: InvoiceLine) -> str:
    return f"line_{line.pk}"


def _field(line: InvoiceLine, most: Money) -> WrittenAmount:
    language = get_language()
    days = show_period(line.period_start, line.period_end, language)
    told = format_html(_("At most %(most)s").replace("%(most)s", "{}"), money(most))
    field = WrittenAmount(label=f"{line.get_stream_display()}, {days}", help_text=told, required=False)
    field.currency = line.currency
    return field


class CreditView(BillFormView):
    """Write a credit note for a bill: amounts of its lines, and a reason."""

    label = button = gettext_lazy("Credit")
    form_class = CreditForm
    unchangeable = staticmethod(credit_blocked)

    def save(self, form: CreditForm) -> CreditNote:
        day, reason = clock.today(self.object.landlord), form.cleaned_data["reason"]
        return credit_lines(invoice=self.object, lines=form.lines(), reason=reason, on=day, by=self.request.user)

    def saved_at(self, row: CreditNote) -> str:
        return reverse("creditnote:inspect", args=[row.pk])


urls = [path("invoicing/invoice/<int:pk>/credit/", CreditView.as_view(), name="credit_bill")]
slots.fill("invoicing.invoice.buttons", button(CreditView, "credit_bill"))
slots.fill(
    "invoicing.invoice.tables",
    lambda: Related(
        gettext_lazy("Credit notes"), lambda bill: bill.credit_notes.all(), ("number", "total", "issue_date", "reason")
    ),
)
