"""The statement of a lease's account as a PDF (docs/rules.md, D47)."""

from modules.invoicing.statements import Statement
from rentbook.exchange.pdf import render_pdf
from rentbook.exchange.pictures import logo


def statement_pdf(statement: Statement, language: str) -> bytes:
    """The statement in the language: it opens with all before its first day, and the deposit stands apart."""
    lease = statement.lease
    context = {
        "statement": statement,
        "landlord": lease.landlord,
        "logo": logo(lease.landlord),
        "tenant": lease.tenant.contact,
        "unit": lease.unit,
        "in_credit": -statement.closing,
    }
    return render_pdf("invoicing/papers/statement.html", context, language)
