"""A payment's own page: waiting for the provider's word, then what came of it; and its receipt."""

from itertools import accumulate
from urllib.parse import urlencode

from django.http import HttpResponse

from modules.invoicing.models import Credit
from modules.invoicing.selectors import open_invoices
from modules.payments.documents import receipt_pdf
from modules.payments.models import Attempt, Payment, Receipt
from modules.payments.services import link_url, live_link
from rentbook.kernel import clock

from .common import Visit, begun, own_path, pay_link, pdf, replaced

# Seconds until the waiting page looks again; after three minutes it stops by itself.
PAUSES = (5, 5, 10, *[15] * 10, 10)
LEFT = [sum(PAUSES) - gone for gone in accumulate(PAUSES, initial=0)]

STOPPED_BY = {"expired": "expired", "released at the desk": "stopped"}


@pay_link(live=False)
def payment(visit: Visit, reference: str) -> HttpResponse:
    """What became of a payment of this lease. With a replaced link only the browser that began it may look (R8)."""
    if visit.link.replaced_at and reference not in begun(visit.request):
        return replaced(visit)
    attempts = Attempt.objects.of(visit.landlord).filter(payment__invoice__lease=visit.lease, reference=reference)
    attempt = attempts.select_related("payment__invoice", "payment__receipt", "payment__reversal").first()
    if attempt is None:
        return visit.page("unknown_document", status=404)
    if attempt.payment.state == Payment.State.PENDING:
        return _waiting(visit, attempt)
    if attempt.payment.state == Payment.State.COMPLETED and not attempt.payment.is_reversed:
        return _received(visit, attempt.payment)
    return _ended(visit, attempt.payment)


def _waiting(visit: Visit, attempt: Attempt) -> HttpResponse:
    step = _step(visit)
    again = visit.url("payment", attempt.reference, step=str(min(step + 1, len(PAUSES))))
    resume = attempt.url if attempt.reference in begun(visit.request) else ""
    return visit.page(
        "waiting" if step < len(PAUSES) else "still_waiting",
        status=202,
        payment=attempt.payment,
        invoice=attempt.payment.invoice,
        again=again,
        pause=PAUSES[step] if step < len(PAUSES) else None,
        left=LEFT[step],
        resume=own_path(resume) or resume,
    )


def _step(visit: Visit) -> int:
    """How often the page has looked already; nonsense counts as not yet."""
    text = visit.request.GET.get("step", "")
    return min(int(text), len(PAUSES)) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _received(visit: Visit, paid: Payment) -> HttpResponse:
    """The money is there: the receipt, what is still owed, and the link that lives now."""
    others = [invoice for invoice in open_invoices(visit.lease) if invoice.pk != paid.invoice_id]
    owing = bool(others or paid.invoice.balance)
    kept = Credit.objects.of(visit.landlord).filter(source=f"payment:{paid.pk}:rest").first()
    return visit.page(
        "received",
        payment=paid,
        invoice=paid.invoice,
        receipt=paid.receipt,
        received_on=clock.local(paid.receipt.issued_at, visit.landlord).date(),
        others=others,
        kept=kept,
        live=_live_url(visit, paid) if owing else "",
    )


def _ended(visit: Visit, ended: Payment) -> HttpResponse:
    """No money came, or none that stayed, and why; from here the payer may try again."""
    again = _live_url(visit, ended) if visit.link.replaced_at else visit.url("bill", bill=ended.invoice.number)
    return visit.page("ended", what=_why(ended), payment=ended, invoice=ended.invoice, again=again)


def _why(ended: Payment) -> str:
    if ended.is_reversed:
        return "taken_back"
    return "failed" if ended.state == Payment.State.FAILED else STOPPED_BY.get(ended.reason, "cancelled_by_payer")


def _live_url(visit: Visit, paid: Payment) -> str:
    """The link that lives now, made here when there is none; on the payment's bill while that is open."""
    url = link_url(live_link(visit.lease), bill=paid.invoice.number if paid.invoice.balance else "")
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'lang': visit.chosen})}" if visit.chosen else url


@pay_link(live=False)
def receipt(visit: Visit, number: str) -> HttpResponse:
    """The receipt of a payment of this lease; with a replaced link, of one that this browser made."""
    receipts = Receipt.objects.of(visit.landlord).filter(number=number, payment__invoice__lease=visit.lease)
    if visit.link.replaced_at:
        receipts = receipts.filter(payment__attempts__reference__in=begun(visit.request))
    found = receipts.select_related("landlord", "payment__invoice").first()
    if found is None:
        return replaced(visit) if visit.link.replaced_at else visit.page("unknown_document", status=404)
    found.payment.invoice.lease = visit.lease
    return pdf(receipt_pdf(found, visit.language, masked=True), f"{found.number}.pdf")
