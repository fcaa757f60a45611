"""Writes of invoicing."""

from .billing import RunResult, issue_due, issue_rent_invoices, preview_rent_invoices
from .lifecycle import cancel_invoices, mark_overdue, send_invoices
from .manual import draft_invoice
from .opening import OpeningBalance, open_balances
from .settling import Overpayment, apply_credits, give_credit, lock_bills, lock_invoice, release, reserve, settle

__all__ = [
    "OpeningBalance",
    "Overpayment",
    "RunResult",
    "apply_credits",
    "cancel_invoices",
    "draft_invoice",
    "give_credit",
    "issue_due",
    "issue_rent_invoices",
    "lock_bills",
    "lock_invoice",
    "mark_overdue",
    "open_balances",
    "preview_rent_invoices",
    "release",
    "reserve",
    "send_invoices",
    "settle",
]
