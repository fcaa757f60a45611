"""What becomes of the bills of a lease that has ended: days that were billed and not used are credited (D4, D8)."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import override

from modules.invoicing.corrections import ISSUED, uncredited
from modules.invoicing.crediting import BilledLine, unused, unused_tax
from modules.invoicing.models import CreditNote, Invoice, InvoiceLine
from modules.invoicing.periods import DAY
from modules.invoicing.proration import Share
from modules.invoicing.selectors import billing_step
from modules.leasing.models import Charge, Lease
from modules.leasing.streams import TAX
from modules.leasing.terms import Frequency, Proration
from rentbook.kernel import clock
from rentbook.kernel.dates import show_day
from rentbook.kernel.keys import among
from rentbook.kernel.money import Money
from rentbook.kernel.numbering import lock_series
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.states import keys_of

from .crediting import SERIES, Part, issue_note, within
from .lifecycle import send_invoices
from .settling import lock_ledgers

ENDED = (Lease.State.TERMINATED, Lease.State.EXPIRED)
CAUSE = "end:"
LIVE = Q(one_off=None, cancelled=False)
BY_RULE = Q(kind__in=(InvoiceLine.Kind.RENT, InvoiceLine.Kind.CHARGE), price__isnull=False)
Credited = Any  # an InvoiceLine as _with_credited reads it


@transaction.atomic
def credit_unused(*, landlord: Landlord, leases: Iterable[Lease], by: User | None) -> list[CreditNote]:
    """Credit what was billed for days after the last day of leases that have ended: a note for each invoice.

    Rent and other streams with the tax on them; never single charges, fees or deposits, nor what was credited for this
    reason before. A draft of such days is issued first. Raises BooksLocked where there is something to credit and
    today is in a closed month.
    """
    Landlord.objects.select_for_update(no_key=True).get(pk=landlord.pk)
    ended = Lease.objects.of(landlord).filter(among(keys_of(leases)), state__in=ENDED)
    beyond = InvoiceLine.objects.of(landlord).filter(LIVE & BY_RULE, lease__in=ended, period_end__gt=F("lease__end"))
    bills = Invoice.objects.of(landlord).filter(pk__in=beyond.values("invoice")).select_related("lease", "landlord")
    send_invoices(invoices=bills.filter(state=Invoice.State.DRAFT), by=by)
    lock_series(landlord, SERIES)
    lock_ledgers(list(bills.values_list("lease", flat=True)))
    notes = (_credit(invoice, by) for invoice in bills.filter(state__in=ISSUED).order_by("pk"))
    return [note for note in notes if note]


def _credit(invoice: Invoice, by: User | None) -> CreditNote | None:
    landlord, last = invoice.landlord, invoice.lease.end or date.max
    parts = within(_parts(invoice, last), uncredited(invoice))
    if not parts:
        return None
    with override(landlord.language):
        reason = _("The lease ended on %(day)s.") % {"day": show_day(last, landlord.language)}
    source = f"{CAUSE}{invoice.lease_id}:{invoice.pk}:{last}"
    return issue_note(invoice=invoice, parts=parts, reason=reason, on=clock.today(landlord), by=by, source=source)


def _parts(invoice: Invoice, last: date) -> Iterator[Part]:
    """What of each line is for days after the last one, and of the tax on it."""
    own = _with_credited(InvoiceLine.objects.of(invoice.landlord_id).filter(LIVE, invoice=invoice))
    taxes = {(tax.stream, tax.period_start): tax for tax in own.filter(kind=InvoiceLine.Kind.TAX)}
    step = billing_step(invoice.landlord_id, invoice.currency)
    for line in own.filter(BY_RULE, period_end__gt=last).select_related("lease"):
        billed = _billed(line, step)
        rest, first = unused(billed, last), max(line.period_start, last + DAY)
        yield from _part(line, rest, first)
        if tax := taxes.get((f"{TAX}{line.stream}", line.period_start)):
            yield from _part(tax, unused_tax(tax.amount.amount, billed, rest), first)


def _with_credited(lines: QuerySet[InvoiceLine]) -> QuerySet[Credited]:
    """Lines with `taken`, all that is credited of them, and `ended`, what of it is for the end of their lease."""
    for_the_end = Q(credited__credit_note__source__startswith=CAUSE)
    taken = Sum("credited__amount", default=0)
    return lines.annotate(taken=taken, ended=Sum("credited__amount", filter=for_the_end, default=0)).order_by("pk")


def _billed(line: Credited, step: Decimal) -> BilledLine:
    return BilledLine(
        start=line.period_start,
        end=line.period_end,
        method=Proration(line.rule),
        price=line.price.amount,
        of_days=line.of_days,
        amount=line.amount.amount,
        step=step,
        per_year=_per_year(line) if line.rule == Proration.year_365 else 1,
    )


def _per_year(line: Credited) -> int:
    """How many periods of the line's stream make a year: by its own frequency, else by the lease's."""
    charges = Charge.objects.of(line.landlord_id).filter(lease=line.lease_id, stream=line.stream)
    own = charges.exclude(frequency="").values_list("frequency", flat=True).first()
    return Frequency(own or line.lease.frequency).per_year


def _part(line: Credited, rest: Share, first: date) -> Iterator[Part]:
    """What is left to credit of a line, if anything is; it is explained where nothing was credited before."""
    amount = min(rest.amount - line.ended, line.amount.amount - line.taken)
    if amount > 0:
        told = rest.explain() if amount == rest.amount else ""
        yield Part(line, Money(amount, line.currency), first, line.period_end, told)
