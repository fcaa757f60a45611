"""What must hold in the books of invoicing, whatever happened before."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import F, Q, Sum

from rentbook.kernel.contributions import BookCheck, book_checks
from rentbook.kernel.numbering import Counter
from rentbook.kernel.people import Landlord

from .models import Credit, Invoice, InvoiceLine, Settlement


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
    wrong |= rows.filter(state__in=Invoice.OPEN, amount_paid=F("total"), total__gt=0)
    for number, state in wrong.values_list("number", "state"):
        yield f"invoice {number} is {state}, against its balance"


def numbers_have_no_gap(landlord: Landlord) -> Iterator[str]:
    """Each month's invoice numbers run from one to the counter's last (docs/rules.md, R6)."""
    found = defaultdict(set)
    for number in Invoice.objects.of(landlord).exclude(number=None).values_list("number", flat=True):
        series, _dash, rest = number.rpartition("-")
        found[series].add(int(rest.removeprefix(landlord.code)))
    counters = Counter.objects.of(landlord).filter(series__startswith="INV-")
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


for check in (
    totals_are_their_lines, paid_is_settled, states_tell_the_balance, numbers_have_no_gap, one_currency_a_lease,
    credit_is_what_it_settled, reversals_are_opposites,
):  # fmt: skip
    book_checks.register(BookCheck(f"invoicing.{check.__name__}", check))
