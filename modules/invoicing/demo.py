"""Three months of bills in the demo, of every state."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from modules.leasing.models import Lease
from rentbook.kernel import clock
from rentbook.kernel.contributions import DemoStep, demo_steps
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.scheduling import run_day

from .models import Invoice
from .services import ManualLine, cancel_invoices, draft_invoice, issue_due


def bill(landlord: Landlord, today: date, by: User) -> None:
    """Issue the bills of the last three months on their first days; only this month's are told to the tenants."""
    for months in (2, 1):
        first = today.replace(day=1) - relativedelta(months=months)
        with clock.travel(first):
            issue_due(landlord=landlord, on=first)
    for day in (1, 5, 10, 15, 20, 25):
        if day <= today.day:
            with clock.travel(today.replace(day=day)):
                run_day(landlord, today.replace(day=day))


def finish(landlord: Landlord, today: date, by: User) -> None:
    """A repair that is not billed yet, a bill that was withdrawn; and the days up to today."""
    leases = Lease.objects.of(landlord).filter(state=Lease.State.ACTIVE).order_by("pk")
    for lease, cancelled in zip(leases[:2], (False, True), strict=False):
        amount = Money({"TZS": 40_000, "XAF": 15_000}.get(lease.currency, 12), lease.currency)
        invoice = draft_invoice(lease=lease, lines=[ManualLine("repair", amount)], due_date=today + timedelta(days=10))
        if cancelled:
            cancel_invoices(invoices=[invoice], by=by)
    run_day(landlord, today)
    Landlord.objects.filter(pk=landlord.pk).update(day_done=today)


def still_open(landlord: Landlord, through: date) -> list[Invoice]:
    """What is open and fell due by a day, in the order of the leases."""
    rows = Invoice.objects.of(landlord).filter(state__in=Invoice.OPEN, due_date__lte=through)
    return list(rows.select_related("lease__tenant__contact", "landlord").order_by("lease", "due_date", "pk"))


demo_steps.register(DemoStep("invoicing.bill", 10, bill))
demo_steps.register(DemoStep("invoicing.finish", 90, finish))
