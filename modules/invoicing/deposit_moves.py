"""What came to a lease's deposit and what left it, in the order of days (docs/rules.md, D25, D47)."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from modules.leasing.models import Lease

from .deposits import DEPOSIT, PAID, WITHHELD
from .holding import Change, movements
from .models import CreditNoteLine, DepositEntry, InvoiceLine, Settlement
from .moves import Move


def deposit_moves(lease: Lease) -> list[Move]:
    """Above zero is what left it, so that the sum of all is what is held, below zero."""
    found = [*_received(lease), *_entered(lease)]
    return sorted(found, key=lambda move: move.on)


def _received(lease: Lease) -> Iterator[Move]:
    for changes in _changes(lease).values():
        for change, part in movements(changes):
            text = _("Received") if part > 0 else _("Received: taken back")
            yield Move(change.on, "received", str(change.document or ""), text, -part, change.document)


def _changes(lease: Lease) -> dict[int, list[Change]]:
    """By bill: what its lines ask of the deposit and of all else, what was credited of that, and what came."""
    found: dict[int, list[Change]] = defaultdict(list)
    charging = Q(invoice__lines__kind=DEPOSIT, invoice__lease=lease, invoice__issue_date__isnull=False)
    own = InvoiceLine.objects.of(lease.landlord_id).filter(charging).distinct()
    for line in own.select_related("invoice", "late_fee"):
        on = line.late_fee.on if hasattr(line, "late_fee") else line.invoice.issue_date
        found[line.invoice_id].append(Change(on, **{_part(line): line.amount.amount}))
    notes = CreditNoteLine.objects.of(lease.landlord_id).filter(line__in=own)
    for credited in notes.select_related("credit_note", "line"):
        change = Change(credited.credit_note.issue_date, **{_part(credited.line): -credited.amount.amount})
        found[credited.line.invoice_id].append(change)
    rows = Settlement.objects.of(lease.landlord_id).filter(PAID | WITHHELD, invoice__in=own.values("invoice"))
    for row in rows.select_related("invoice", "reverses"):
        withheld = (row.reverses or row).kind == Settlement.Kind.WITHHOLDING
        amounts = {"others": -row.amount.amount} if withheld else {"paid": row.amount.amount}
        found[row.invoice_id].append(Change(row.entry_date, document=row.invoice, **amounts))
    return found


def _part(line: InvoiceLine) -> str:
    return "asked" if line.kind == DEPOSIT else "others"


def _entered(lease: Lease) -> Iterator[Move]:
    rows = DepositEntry.objects.of(lease.landlord_id).filter(lease=lease).select_related("settlement__invoice")
    for row in rows:
        amount = row.amount.amount * (-1 if row.kind == DepositEntry.Kind.HELD else 1)
        number = str(row.settlement.invoice) if row.settlement else row.reference
        word = capfirst(row.get_kind_display())
        text = _("%(what)s: taken back") % {"what": word} if row.reverses_id else word
        yield Move(row.on, row.kind, number, f"{text}. {row.reason}" if row.reason else text, amount, row)
