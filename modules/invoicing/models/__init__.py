"""Invoices, their lines, what settles them, deposits, fees, and the credit a tenant has."""

from .deposits import DepositEntry
from .invoices import Invoice, InvoiceLine
from .lateness import Extension, LateFee, Promise
from .reminders import Reminder
from .runs import BillingPolicy, BillingRun
from .settlements import Credit, CreditNote, CreditNoteLine, Settlement

__all__ = [
    "BillingPolicy",
    "BillingRun",
    "Credit",
    "CreditNote",
    "CreditNoteLine",
    "DepositEntry",
    "Extension",
    "Invoice",
    "InvoiceLine",
    "LateFee",
    "Promise",
    "Reminder",
    "Settlement",
]
