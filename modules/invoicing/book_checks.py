"""What must hold in the books of invoicing, whatever happened before."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from django.db.models import F, Q, QuerySet, Sum

from rentbook.kernel.contributions import BookCheck, book_checks
from rentbook.kernel.numbering import Counter
from rentbook.kernel.people import Landlord

from .ledger_checks import OF_THE_LEDGER
from .models import Credit, CreditNote, Invoice, InvoiceLine, Settlement


def totals_are_their_lines(landlord: Landlord) -> Iterator[str]:
    """An invoice's total is the sum of its lines."""
    rows = Invoice.objects.of(landlord).annotate(lines_sum=Sum("lines__amount", default=0))
    for number, pk in rows.exclude(total=F("lines_sum")).values_list("number", "pk"):
        yield f"invoice {number or pk} is not the sum of its lines"


def paid_is_settled(landlord: Landlord) -> Iterator[str]:
    """What an invoice says is paid is the sum of its settlements less what was reversed (docs/rules.md, R11)."""
    rows = Invoice.objects.of(landlord).annotate(settled=Sum("settlements__amount", default=0))
    for number, pk in rows.exclude(amount_paid=F("settled")).values_list("number", "pk"):
        yield f"invoice {number or pk} is not paid what settled it"


def states_tell_the_balance(landlord: Landlord) -> Iterator[str]:
    """A paid invoice owes nothing, an open one something."""
    rows = Invoice.objects.of(landlord)
    wrong = rows.filter(state=Invoice.State.PAID).exclude(amount_paid=F("total"))
    wrong |= rows.filter(state__in=Invoice.OPEN, amount_paid=F("total"))
    for number, state in wrong.values_list("number", "state"):
        yield f"invoice {number} is {state}, against its balance"


def numbers_have_no_gap(landlord: Landlord) -> Iterator[str]:
    """Each month's invoice numbers, and those of credit notes, run from one to the counter's last (R6)."""
    found = defaultdict(set)
    bills = Invoice.objects.of(landlord).exclude(number=None)
    numbers = (rows.values_list("number", flat=True) for rows in (bills, CreditNote.objects.of(landlord)))
    for number in chain.from_iterable(numbers):
        series, _dash, rest = number.rpartition("-")
        found[series].add(int(rest.removeprefix(landlord.code)))
    counters = Counter.objects.of(landlord).filter(Q(series__startswith="INV-") | Q(series="CRN"))
    for series, last in counters.values_list("series", "last"):
        if found[series] != set(range(1, last + 1)):
            yield f"the numbers of {series} do not run from 1 to {last}"


def one_currency_a_lease(landlord: Landlord) -> Iterator[str]:
    """Invoices, lines and settlements are in their lease's currency (docs/rules.md, D22)."""
    for model, lease in ((Invoice, "lease"), (InvoiceLine, "lease"), (Settlement, "invoice__lease"), (Credit, "lease")):
        rows = model.objects.of(landlord).exclude(currency=F(f"{lease}__currency"))
        for pk in rows.values_list("pk", flat=True):
            yield f"{model._meta.verbose_name} {pk} is in another currency than its lease"


def credit_is_what_it_settled(landlord: Landlord) -> Iterator[str]:
    """The credit that was applied is the sum of the settlements of kind credit, less what was reversed of both."""
    applied = Credit.objects.of(landlord).order_by().values("currency").annotate(sum=Sum("applied"))
    of_credit = Q(kind=Settlement.Kind.CREDIT) | Q(reverses__kind=Settlement.Kind.CREDIT)
    settled = Settlement.objects.of(landlord).filter(of_credit).order_by()
    by_currency = dict(settled.values_list("currency").annotate(sum=Sum("amount")))
    for row in applied:
        if row["sum"] != by_currency.get(row["currency"], 0):
            yield f"applied credit in {row['currency']} is not what it settled"


def reversals_are_opposites(landlord: Landlord) -> Iterator[str]:
    """A reversal takes back exactly the settlement or the credit that it names (docs/rules.md, D36)."""
    for model, owner in ((Settlement, "invoice"), (Credit, "lease")):
        opposite = Q(amount=F("reverses__amount") * -1) & Q(**{owner: F(f"reverses__{owner}")})
        rows = model.objects.of(landlord).filter(reverses__isnull=False).exclude(opposite)
        for pk in rows.values_list("pk", flat=True):
            yield f"{model._meta.verbose_name} {pk} is not the opposite of what it reverses"


def credit_notes_are_their_lines(landlord: Landlord) -> Iterator[str]:
    """A credit note is the sum of its lines, and each of these credits a line of the same invoice (D8)."""
    notes = CreditNote.objects.of(landlord)
    for number in _numbers(notes.annotate(sum=Sum("lines__amount", default=0)).exclude(total=F("sum"))):
        yield f"credit note {number} is not the sum of its lines"
    for number in _numbers(notes.filter(~Q(lines__line__invoice=F("invoice"))).distinct()):
        yield f"credit note {number} credits another invoice's line"


def no_more_is_credited_than_was_asked(landlord: Landlord) -> Iterator[str]:
    """Of no line, and of no invoice, more is credited than it asked (docs/rules.md, D24)."""
    lines = InvoiceLine.objects.of(landlord).annotate(credited_sum=Sum("credited__amount"))
    for number in lines.filter(credited_sum__gt=F("amount")).values_list("invoice__number", flat=True):
        yield f"more is credited of a line of invoice {number} than it asked"
    bills = Invoice.objects.of(landlord).annotate(credited_sum=Sum("credit_notes__total"))
    for number in _numbers(bills.filter(credited_sum__gt=F("total"))):
        yield f"more is credited of invoice {number} than it asked"


def _numbers(rows: QuerySet) -> QuerySet:
    return rows.order_by("pk").values_list("number", flat=True)


for check in (
    totals_are_their_lines, paid_is_settled, states_tell_the_balance, numbers_have_no_gap, one_currency_a_lease,
    credit_is_what_it_settled, reversals_are_opposites, credit_notes_are_their_lines,
    no_more_is_credited_than_was_asked, *OF_THE_LEDGER,
):  # fmt: skip
    book_checks.register(BookCheck(f"invoicing.{check.__name__}", check))
