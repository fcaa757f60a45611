"""The sandbox provider's own page, where a tester decides what becomes of a payment. It takes no money."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django_q.models import Schedule
from django_q.tasks import async_task, schedule

from modules.payments.providers.sandbox import OUTCOMES, Outcome, Sandbox
from rentbook.kernel import clock
from rentbook.kernel.money import Money

from .common import Visit, asked_language, from_another_site, own_path, redirect

DELIVER = "modules.payments.tasks.deliver_sandbox_callback"


@csrf_exempt  # as in the pay page: nobody is signed in, and other sites' forms are kept out below
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, reference: str) -> HttpResponse:
    """One button for each outcome; a press has the worker deliver it, and sends the payer back where he came from."""
    order = Sandbox().order(reference) if Sandbox.code == settings.PAYMENT_PROVIDER else None
    visit = Visit(request, _language(request, order))
    with override(visit.language):
        if order is None:
            return visit.page("unknown_document", status=404)
        if request.method != "POST":
            return _page(visit, order)
        if from_another_site(request):
            return visit.page("elsewhere", status=403)
        outcome = request.POST.get("outcome", "")
        if outcome not in OUTCOMES:
            return _page(visit, order, status=400)
        deliver(reference, outcome, OUTCOMES[outcome])
        return _back(order)


def _language(request: HttpRequest, order: dict | None) -> str:
    """The language that the payer read before, which the address that leads back carries."""
    carried = parse_qs(urlsplit(order["return_url"]).query).get("lang", [""])[0] if order else ""
    return asked_language(request) or (carried if carried in dict(settings.LANGUAGES) else request.LANGUAGE_CODE)


def _page(visit: Visit, order: dict, status: int = 200) -> HttpResponse:
    amount = Money(Decimal(order["amount"]), order["currency"])
    return visit.page("sandbox", status=status, amount=amount, description=order["description"], outcomes=OUTCOMES)


def deliver(reference: str, name: str, outcome: Outcome) -> None:
    """Queue the outcome's callbacks: none, one or two, now or later."""
    if outcome.delay:
        later = clock.now() + timedelta(seconds=outcome.delay)
        schedule(DELIVER, reference, name, schedule_type=Schedule.ONCE, next_run=later)
        return
    for _time in range(outcome.times):
        async_task(DELIVER, reference, name)


def _back(order: dict) -> HttpResponse:
    if back := own_path(order["return_url"]):
        return redirect(back)
    raise Http404("The order leads back to an address that is not ours.")
