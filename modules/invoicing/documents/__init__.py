"""The papers of invoicing: what a tenant gets as a PDF."""

from .credit_notes import credit_note_pdf
from .invoices import invoice_pdf, invoice_pdfs, standing
from .lines import show_arithmetic, shown
from .settled import cause
from .statements import statement_pdf

__all__ = [
    "cause",
    "credit_note_pdf",
    "invoice_pdf",
    "invoice_pdfs",
    "show_arithmetic",
    "shown",
    "standing",
    "statement_pdf",
]
