"""Writes of invoicing."""

from .billing import RunResult, issue_due, issue_rent_invoices, issue_signed, preview_rent_invoices
from .lifecycle import cancel_invoices, mark_invoices_overdue, mark_overdue, overdue_blocked, send_invoices
from .manual import draft_invoice
from .opening import OpeningBalance, open_balances
from .reminding import remind_tenants
from .reversing import reverse_credits, reverse_settlements
from .settling import (
    Overpayment,
    apply_credits,
    give_credit,
    lock_bills,
    lock_invoice,
    lock_ledgers,
    release,
    reserve,
    settle,
)

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
    "issue_signed",
    "lock_bills",
    "lock_invoice",
    "lock_ledgers",
    "mark_invoices_overdue",
    "mark_overdue",
    "open_balances",
    "overdue_blocked",
    "preview_rent_invoices",
    "release",
    "remind_tenants",
    "reserve",
    "reverse_credits",
    "reverse_settlements",
    "send_invoices",
    "settle",
]
