"""Billing: what leases owe is read, worked out and written in batches, for one lease or a hundred thousand."""

from .jobs import WORK, bill_leases, start_billing, start_run
from .results import RunResult
from .running import issue_due, issue_ended, issue_rent_invoices, issue_signed, preview_rent_invoices, unbilled

__all__ = [
    "WORK",
    "RunResult",
    "bill_leases",
    "issue_due",
    "issue_ended",
    "issue_rent_invoices",
    "issue_signed",
    "preview_rent_invoices",
    "start_billing",
    "start_run",
    "unbilled",
]
