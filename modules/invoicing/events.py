"""What invoicing announces."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from rentbook.kernel.events import Event


@dataclass(frozen=True)
class InvoicesIssued(Event):
    """Invoices were issued: by a run, or one by hand, and then there is no run."""

    name = "invoicing.invoices_issued"
    title = _("Issued")
    run_id: int | None


@dataclass(frozen=True)
class InvoicePaid(Event):
    """An invoice was settled in full."""

    name = "invoicing.invoice_paid"
    title = _("Settled in full")
    invoice_id: int


@dataclass(frozen=True)
class SettlementReversed(Event):
    """What had settled an invoice was taken back."""

    name = "invoicing.settlement_reversed"
    title = _("Taken back")
    invoice_id: int


@dataclass(frozen=True)
class RemindersAsked(Event):
    """Tenants are to be reminded of what they owe."""

    name = "invoicing.reminders_asked"
    title = _("Reminded")
