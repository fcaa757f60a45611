"""The page of a pay link: the bill, the press that begins a payment, and the new link for an old one."""

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import HttpResponse
from django.urls import reverse

from modules.invoicing.documents import invoice_pdf
from modules.invoicing.models import Invoice
from modules.invoicing.services import Overpayment
from modules.payments.forms import AmountForm, new_once, read_once
from modules.payments.models import Attempt, Payment
from modules.payments.providers.base import ProviderError
from modules.payments.services import ask_for_link, start_payment
from rentbook.kernel.waiting import is_lock_timeout

from .common import Visit, address, begun, own_path, pay_link, pdf, redirect, remember, way_to
from .reading import choose, latest_receipt, read_bill

FOUND = (Invoice.State.SENT, Invoice.State.OVERDUE, Invoice.State.PAID)
FORM = ("GET", "HEAD", "POST")
TRY_AGAIN, TRY_SOON = 300, 5  # seconds: after a provider's fault, after somebody else's press


@pay_link()
def bill(visit: Visit) -> HttpResponse:
    """All that is open on the lease: the bill of `?bill=` first, else the oldest. Changes nothing."""
    number = visit.request.GET.get("bill", "")
    # PostgreSQL refuses a text with a NUL in it; no number of ours has anything that is not printed.
    return show(visit, number if number.isprintable() else "")


@pay_link(methods=FORM)
def press(visit: Visit) -> HttpResponse:
    """A button was pressed: begin one payment and send the payer to the provider, or say why not."""
    if visit.request.method != "POST":
        return redirect(visit.url("bill"))
    try:
        word, key = read_once(visit.link, visit.request.POST.get("once", ""))
    except signing.BadSignature:
        return show(visit, problem="stale")
    invoice = Invoice.objects.of(visit.landlord).get(lease=visit.lease, pk=key)
    form = AmountForm(visit.request.POST, invoice=invoice)
    if not form.is_valid():
        return show(visit, invoice.number, problem=form.problem, typed=form.typed)
    once = form.once(word)
    pressed_before = Payment.objects.of(visit.landlord).filter(once=once).exists()
    if not pressed_before and (refusal := _not_now(visit, invoice)):
        return refusal
    return _begin(visit, invoice, form, once)


def _not_now(visit: Visit, invoice: Invoice) -> HttpResponse | None:
    """The page that says so when the bill is not open, or somebody is paying it: that payment comes first (D37)."""
    if invoice.state not in Invoice.OPEN:
        return show(visit, invoice.number)
    on_its_way = Payment.objects.of(visit.landlord).filter(invoice=invoice, state=Payment.State.PENDING)
    return show(visit, invoice.number) if on_its_way.exists() else None


def _begin(visit: Visit, invoice: Invoice, form: AmountForm, once: str) -> HttpResponse:
    amount = form.cleaned_data["amount"]
    try:
        attempt = start_payment(
            invoice=invoice, amount=amount, return_url=_return_url(visit), once=once, language=visit.language
        )
    except Overpayment as error:
        return show(visit, invoice.number, problem="too_much", typed=form.typed, wanted=amount, maximum=error.maximum)
    except ValidationError:
        # It was paid or withdrawn in between: the page says which.
        return show(visit, invoice.number)
    except ProviderError:
        return _try_again(visit, invoice, TRY_AGAIN)
    except OperationalError as error:
        if not is_lock_timeout(error):
            raise
        return _try_again(visit, invoice, TRY_SOON)
    return remember(visit.request, redirect(_where_to(visit, attempt)), attempt)


def _try_again(visit: Visit, invoice: Invoice, after: int) -> HttpResponse:
    response = visit.page("down", status=503, invoice=invoice, number=invoice.number)
    response["Retry-After"] = str(after)
    return response


def _return_url(visit: Visit) -> str:
    """Where the provider sends the payer back to; the service puts the reference in."""
    path = reverse("pay:payment", args=[visit.token, "REFERENCE"]).replace("REFERENCE", "{reference}")
    return address(f"{settings.BASE_URL}{path}", lang=visit.language)


def _where_to(visit: Visit, attempt: Attempt) -> str:
    """The provider's page; the payment's own where there is none, or the payment is over already."""
    if attempt.state == Payment.State.PENDING and attempt.url:
        return own_path(attempt.url) or attempt.url
    return visit.url("payment", attempt.reference)


def show(visit: Visit, number: str = "", **problem: object) -> HttpResponse:
    """The page as the bill stands now. `problem` says what was wrong with a press, if the bill can still be paid."""
    invoice, others = choose(visit.lease, number)
    if invoice is None:
        return visit.page("nothing_open", receipt=latest_receipt(visit.lease))
    bill = read_bill(invoice, visit.lease, visit.language)
    context = {"bill": bill, "invoice": invoice, "others": others, "number": invoice.number}
    if invoice.state == Invoice.State.CANCELLED:
        return visit.page("cancelled", status=410, **context)
    if invoice.state not in Invoice.OPEN or not invoice.balance:
        return visit.page("already_paid", **context)
    if attempt := bill.live_attempt:
        return _on_its_way(visit, attempt, context)
    return visit.page("bill", status=400 if problem else 200, once=new_once(visit.link, invoice), **context, **problem)


def _on_its_way(visit: Visit, attempt: Attempt, context: dict[str, object]) -> HttpResponse:
    """The bill while somebody is paying it; the browser that began that payment may go on with it."""
    resume = attempt.url if attempt.reference in begun(visit.request) else ""
    status = 409 if visit.request.method == "POST" else 200
    return visit.page("on_its_way", status=status, attempt=attempt, resume=own_path(resume) or resume, **context)


@pay_link(live=False, methods=FORM)
def send_link(visit: Visit) -> HttpResponse:
    """Have the live link sent to the number on file; a link that is live itself needs no other."""
    if visit.request.method != "POST" or not visit.link.replaced_at:
        return redirect(visit.url("bill"))
    ask_for_link(visit.link)
    contact = visit.lease.tenant.contact
    return visit.page("link_sent", contact=contact, way=way_to(contact))


@pay_link()
def bill_pdf(visit: Visit, number: str) -> HttpResponse:
    """The bill as a PDF, with no more of the tenant's name and phone than the page shows."""
    rows = Invoice.objects.of(visit.landlord).filter(lease=visit.lease, number=number, state__in=FOUND)
    invoice = rows.first()
    if invoice is None:
        return visit.page("unknown_document", status=404)
    invoice.lease, invoice.landlord = visit.lease, visit.landlord
    return pdf(invoice_pdf(invoice, visit.language, masked=True), f"{invoice.number}.pdf")
