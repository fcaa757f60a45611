"""Credit notes: what an invoice asked too much, as a document of its own; the invoice is never edited (D8, D24)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from modules.invoicing.corrections import credit_blocked, creditable, uncredited
from modules.invoicing.events import CreditNoteIssued
from modules.invoicing.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, Settlement
from rentbook.kernel import clock, log
from rentbook.kernel.money import Money, show
from rentbook.kernel.numbering import lock_series, take_numbers
from rentbook.kernel.people import Landlord, User, check_open
from rentbook.kernel.states import Refused

from .settling import apply_credits, give_credit, is_exact, lock_bills, lock_invoice, settle

SERIES = "CRN"
LONGEST_REASON = 200


@dataclass(frozen=True)
class Part:
    """What of a line is credited, for which of its days, and how the amount came about."""

    line: InvoiceLine
    amount: Money
    start: date
    end: date
    arithmetic: str = ""


def credit_lines(
    *,
    invoice: Invoice,
    lines: Sequence[tuple[InvoiceLine, Money]],
    reason: str,
    on: date,
    by: User | None,
    source: str | None = None,
) -> CreditNote:
    """Credit amounts of an issued invoice's lines by a numbered note dated `on`.

    It settles what is open of the invoice; the rest is the tenant's credit, which settles what else is open on the
    lease, oldest due first (D26). `source` names a cause once and for ever: a second call with it returns the first
    note. Raises ValidationError where more is asked than is left of a line or of the invoice, without a reason and for
    a day to come, Refused for an invoice that is not issued, and BooksLocked for a day in a closed month.
    """
    parts = [Part(line, amount, line.period_start, line.period_end) for line, amount in lines]
    return issue_note(invoice=invoice, parts=parts, reason=reason, on=on, by=by, source=source)


@transaction.atomic
def issue_note(
    *, invoice: Invoice, parts: Sequence[Part], reason: str, on: date, by: User | None, source: str | None
) -> CreditNote:
    """What credit_lines does, for lines of which only some days are credited."""
    landlord = invoice.landlord
    lock_series(landlord, SERIES)
    locked, own = lock_bills(invoice), CreditNote.objects.of(landlord)
    if source and (known := own.filter(source=source).first()):
        return known
    reason = checked_reason(reason)
    _refuse(locked, parts, on)
    [number] = take_numbers(landlord, SERIES, 1)
    total = sum((part.amount for part in parts), Money(0, locked.currency))
    note = own.create(
        landlord=landlord,
        invoice=locked,
        number=number,
        issue_date=on,
        currency=locked.currency,
        total=total,
        reason=reason,
        source=source,
        by=by,
    )
    CreditNoteLine.objects.of(landlord).bulk_create(_line(note, part) for part in parts)
    log.record([note], CreditNoteIssued.name, by=by, reason=reason, invoice=str(locked))
    _settle(note, by)
    CreditNoteIssued(landlord.pk, note.pk).emit()
    return note


def checked_reason(reason: str) -> str:
    """The reason in one line. Raises ValidationError for none, and for one that is too long to be kept."""
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= LONGEST_REASON:
        text = _("Say why, in at most %(most)s letters.")
        raise ValidationError({"reason": text % {"most": LONGEST_REASON}}, code="reason")
    return reason


def check_day(landlord: Landlord, on: date) -> None:
    """Raise ValidationError for a day to come, BooksLocked for one in a closed month."""
    today = clock.today(landlord)
    if on > today:
        text = _("%(day)s is still to come: today, %(today)s, or an earlier day is expected.")
        raise ValidationError({"on": text % {"day": on, "today": today}}, code="day")
    check_open(landlord, on)


def _refuse(invoice: Invoice, parts: Sequence[Part], on: date) -> None:
    if blocked := credit_blocked(invoice):
        raise Refused(blocked, code="state")
    check_day(invoice.landlord, on)
    if invoice.issue_date and on < invoice.issue_date:
        text = _("%(invoice)s was issued on %(day)s: date the credit note on that day or later.")
        raise ValidationError({"on": text % {"invoice": invoice, "day": invoice.issue_date}}, code="day")
    left = creditable(invoice)
    for part in parts:
        _refuse_part(invoice, part, left.get(part.line, Money(0, invoice.currency)))
        left[part.line] -= part.amount
    most, total = uncredited(invoice), sum((part.amount for part in parts), Money(0, invoice.currency))
    if not parts:
        raise ValidationError(_("Say how much of which line is credited."), code="amount")
    if total > most:
        raise ValidationError(_too_much(invoice, most, total), code="amount")


def _refuse_part(invoice: Invoice, part: Part, left: Money) -> None:
    line = str(part.line)
    if part.line.invoice_id != invoice.pk:
        text = _("%(line)s is no line of %(invoice)s.")
        raise ValidationError(text % {"line": line, "invoice": invoice}, code="line")
    if part.amount.currency != invoice.total.currency or not is_exact(part.amount) or part.amount.amount <= 0:
        text = _("%(line)s: an amount above zero in %(currency)s is expected.")
        raise ValidationError(text % {"line": line, "currency": invoice.currency}, code="amount")
    if part.amount > left:
        raise ValidationError(_too_much(f"{line} ({invoice})", left, part.amount), code="amount")


def _too_much(what: object, most: Money, asked: Money) -> str:
    text = _("%(asked)s is more than can be credited of %(what)s: at most %(most)s is left.")
    amounts = {name: show(amount, get_language(), plain=True) for name, amount in (("most", most), ("asked", asked))}
    return text % {"what": what, **amounts}


def _line(note: CreditNote, part: Part) -> CreditNoteLine:
    return CreditNoteLine(
        landlord_id=note.landlord_id,
        credit_note=note,
        line=part.line,
        period_start=part.start,
        period_end=part.end,
        currency=note.currency,
        amount=part.amount,
        arithmetic=part.arithmetic,
        account=part.line.account,
    )


def _settle(note: CreditNote, by: User | None) -> None:
    """Settle what is open of the note's invoice, and keep the rest as the tenant's credit."""
    invoice, source, day = lock_invoice(note.invoice), f"credit_note:{note.pk}", note.issue_date
    part = min(note.total, invoice.available)
    if part.amount > 0:
        settle(
            invoice=invoice,
            kind=Settlement.Kind.CREDIT_NOTE,
            amount=part,
            value_date=day,
            entry_date=day,
            source=source,
            reference=note.number,
            reason=note.reason,
            by=by,
        )
    if rest := note.total - part:
        give_credit(lease=invoice.lease, amount=rest, value_date=day, source=source, note=f"Credit note {note}")
        apply_credits(landlord=note.landlord, leases=[invoice.lease_id], on=day)


def within(parts: Iterable[Part], most: Money) -> list[Part]:
    """The parts, the first ones first, as far as they go into an amount."""
    kept = []
    for part in parts:
        amount = min(part.amount, most)
        if amount.amount > 0:
            kept.append(replace(part, amount=amount))
            most -= amount
    return kept
