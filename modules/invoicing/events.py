"""What invoicing announces."""

from dataclasses import dataclass

from rentbook.kernel.events import Event


@dataclass(frozen=True)
class InvoicesIssued(Event):
    """Invoices were issued: by a run, or one by hand, and then there is no run."""

    name = "invoicing.invoices_issued"
    run_id: int | None


@dataclass(frozen=True)
class InvoicePaid(Event):
    """An invoice was settled in full."""

    name = "invoicing.invoice_paid"
    invoice_id: int
