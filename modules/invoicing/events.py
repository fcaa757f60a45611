"""What invoicing announces."""

from dataclasses import dataclass

from rentbook.kernel.events import Event


@dataclass(frozen=True)
class InvoicesIssued(Event):
    """A run has issued invoices."""

    name = "invoicing.invoices_issued"
    run_id: int


@dataclass(frozen=True)
class InvoicePaid(Event):
    """An invoice was settled in full."""

    name = "invoicing.invoice_paid"
    invoice_id: int
