"""The lease agreement: a wording with the lease's own terms in it, as a PDF to sign."""

from .paper import agreement_pdf, print_agreement
from .texts import Clause, clauses, shipped, wording_for
from .values import NAMES, values

__all__ = ["NAMES", "Clause", "agreement_pdf", "clauses", "print_agreement", "shipped", "values", "wording_for"]
