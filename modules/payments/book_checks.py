"""What must hold in the books of payments, whatever happened before."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import F, Q, Sum

from modules.invoicing.models import Credit, Invoice, Settlement
from rentbook.kernel.contributions import BookCheck, book_checks
from rentbook.kernel.numbering import Counter
from rentbook.kernel.people import Landlord

from .accounts import RECEIVED
from .models import Method, Payment, Receipt, Reversal


def one_receipt_a_completed_payment(landlord: Landlord) -> Iterator[str]:
    """A completed payment has its receipt, and no other has one (docs/rules.md, D28)."""
    payments = Payment.objects.of(landlord)
    done = Q(state=Payment.State.COMPLETED)
    for pk in payments.filter(done, receipt=None).values_list("pk", flat=True):
        yield f"payment {pk} is completed without a receipt"
    for pk in payments.exclude(done).exclude(receipt=None).values_list("pk", flat=True):
        yield f"payment {pk} has a receipt and is not completed"


def receipts_have_no_gap(landlord: Landlord) -> Iterator[str]:
    """Receipt numbers run from one to the counter's last."""
    numbers = Receipt.objects.of(landlord).values_list("number", flat=True)
    found = {int(number.rpartition("-")[2].removeprefix(landlord.code)) for number in numbers}
    last = Counter.objects.of(landlord).filter(series="RCT").values_list("last", flat=True).first() or 0
    if found != set(range(1, last + 1)):
        yield f"the numbers of receipts do not run from 1 to {last}"


def reservations_are_live_payments(landlord: Landlord) -> Iterator[str]:
    """What an invoice has reserved is the sum of its pending payments (docs/rules.md, R5)."""
    pending = Sum("payments__amount", filter=Q(payments__state=Payment.State.PENDING), default=0)
    rows = Invoice.objects.of(landlord).annotate(pending=pending).exclude(amount_reserved=F("pending"))
    for number in rows.values_list("number", flat=True):
        yield f"invoice {number} reserves what no payment holds"


def money_is_settled_or_credit(landlord: Landlord) -> Iterator[str]:
    """Each completed payment settled an invoice, became credit, or both, to the last unit (docs/rules.md, R4).

    It did so from the account into which its money came (docs/rules.md, D46).
    """
    found: defaultdict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for model in (Settlement, Credit):
        rows = model.objects.of(landlord).filter(source__startswith="payment:")
        for source, account, amount in rows.values_list("source", "account", "amount").iterator():
            found[int(source.split(":")[1]), account] += amount
    completed = Payment.objects.of(landlord).filter(state=Payment.State.COMPLETED)
    for key, method, amount, taken_back in completed.values_list("pk", "method", "amount", "reversal"):
        if found.get((key, RECEIVED[Method(method)])) != (0 if taken_back else amount):
            yield f"payment {key} is not what it settled and left as credit"


def only_completed_payments_are_reversed(landlord: Landlord) -> Iterator[str]:
    """What was taken back had come: a void receipt is that of a completed payment (docs/rules.md, D32, D36)."""
    rows = Reversal.objects.of(landlord).exclude(payment__state=Payment.State.COMPLETED)
    for pk in rows.values_list("payment", flat=True):
        yield f"payment {pk} was taken back and is not completed"


for check in (
    one_receipt_a_completed_payment, receipts_have_no_gap, reservations_are_live_payments, money_is_settled_or_credit,
    only_completed_payments_are_reversed,
):  # fmt: skip
    book_checks.register(BookCheck(f"payments.{check.__name__}", check))
