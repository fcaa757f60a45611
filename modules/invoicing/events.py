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
class MoneyFoundLater(Event):
    """Something settled an invoice that is dated before the day on which it was entered."""

    name = "invoicing.money_found_later"
    title = _("Found later")
    invoice_id: int


@dataclass(frozen=True)
class SettlementReversed(Event):
    """What had settled an invoice was taken back."""

    name = "invoicing.settlement_reversed"
    title = _("Taken back")
    invoice_id: int


@dataclass(frozen=True)
class DepositMoved(Event):
    """A deposit was applied to a bill or refunded, or that was taken back."""

    name = "invoicing.deposit_moved"
    title = _("Deposit moved")
    entry_id: int


@dataclass(frozen=True)
class CreditNoteIssued(Event):
    """What an invoice asked too much was taken off it."""

    name = "invoicing.credit_note_issued"
    title = _("Credit note issued")
    credit_note_id: int


@dataclass(frozen=True)
class RemindersAsked(Event):
    """Tenants are to be reminded of what they owe."""

    name = "invoicing.reminders_asked"
    title = _("Reminded")


@dataclass(frozen=True)
class RunUndone(Event):
    """Every bill of a billing run was withdrawn."""

    name = "invoicing.run_undone"
    title = _("Undone")
    run_id: int


@dataclass(frozen=True)
class LateFeesCharged(Event):
    """Late fees were charged: by the rules of leases, or by hand."""

    name = "invoicing.late_fees_charged"
    title = _("Late fee charged")


@dataclass(frozen=True)
class LateFeesWaived(Event):
    """Late fees were waived; they stay so."""

    name = "invoicing.late_fees_waived"
    title = _("Late fee waived")
