"""Tax that a tenant must withhold: the certificate settles its part of the bill (docs/rules.md, D27)."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from modules.invoicing.corrections import STANDING, withhold_blocked
from modules.invoicing.models import Invoice, Settlement
from rentbook.kernel import clock
from rentbook.kernel.money import Money, show
from rentbook.kernel.people import User
from rentbook.kernel.states import Refused

from .crediting import check_day
from .settling import is_exact, lock_invoice, next_source, settle

LONGEST = 60
KIND = Settlement.Kind.WITHHOLDING


@transaction.atomic
def withhold(*, invoice: Invoice, amount: Money, certificate: str, on: date, by: User | None) -> Invoice:
    """Settle what the tenant withheld by the certificate of day `on`, entered today; returns the invoice as it is then.

    Raises ValidationError by field: no certificate, or one that stands on this invoice already; no amount, or more
    than is left to pay; a day to come. Refused for an invoice that is not open, BooksLocked for closed books.
    """
    locked, certificate = lock_invoice(invoice), " ".join(certificate.split())
    if blocked := withhold_blocked(locked):
        raise Refused(blocked, code="state")
    check_day(locked.landlord, on)
    _check_certificate(locked, certificate)
    _check_amount(locked, amount)
    settle(
        invoice=locked,
        kind=KIND,
        amount=amount,
        value_date=on,
        entry_date=clock.today(locked.landlord),
        source=next_source(locked, KIND),
        reference=certificate,
        by=by,
    )
    return lock_invoice(locked)


def _check_certificate(invoice: Invoice, certificate: str) -> None:
    if not 0 < len(certificate) <= LONGEST:
        text = _("Give the number of the certificate, in at most %(most)s letters.") % {"most": LONGEST}
        raise ValidationError({"certificate": text})
    if invoice.settlements.filter(STANDING, kind=KIND, reference=certificate).exists():
        text = _("Certificate %(number)s stands on %(invoice)s already.")
        raise ValidationError({"certificate": text % {"number": certificate, "invoice": invoice}})


def _check_amount(invoice: Invoice, amount: Money) -> None:
    most = invoice.available
    if amount.currency != most.currency or not is_exact(amount) or not 0 < amount.amount <= most.amount:
        text = _("An amount above zero is expected, and at most %(most)s: that is left to pay on %(invoice)s.")
        shown = show(most, get_language(), plain=True)
        raise ValidationError({"amount": text % {"most": shown, "invoice": invoice}})
