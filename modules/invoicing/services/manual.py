"""Invoices that a person writes: a draft first, issued by hand."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from modules.invoicing.models import Invoice, InvoiceLine
from modules.leasing.models import Lease
from rentbook.kernel.money import Money


@transaction.atomic
def draft_invoice(*, lease: Lease, charges: Iterable[tuple[str, Money]], due_date: date) -> Invoice:
    """A draft with one line for each (stream, amount), for the due day alone; it has no number until it is issued.

    Raises ValidationError for another currency than the lease's, or an amount of nothing.
    """
    charges = list(charges)
    if any(str(amount.currency) != lease.currency for _stream, amount in charges):
        raise ValidationError(_("The lease is in %s: charge it in the same currency.") % lease.currency)
    if any(amount.amount <= 0 for _stream, amount in charges):
        raise ValidationError(_("Each amount must be more than zero."))
    common = {"landlord": lease.landlord, "lease": lease, "currency": lease.currency}
    span = {"period_start": due_date, "period_end": due_date}
    total = sum((amount.amount for _stream, amount in charges), start=0)
    invoice = Invoice.unscoped.create(**common, **span, due_date=due_date, total=total)
    InvoiceLine.unscoped.bulk_create(
        InvoiceLine(**common, **span, invoice=invoice, kind=InvoiceLine.Kind.CHARGE, stream=stream, amount=amount)
        for stream, amount in charges
    )
    return invoice
