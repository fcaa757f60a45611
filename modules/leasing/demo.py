"""Leases of every state in the demo."""

from datetime import date, timedelta

from rentbook.kernel import clock
from rentbook.kernel.contributions import DemoStep, demo_steps
from rentbook.kernel.people import Landlord, User

from .models import Charge, Lease
from .selectors import vacant_units
from .services import cancel_leases, terminate_leases


def run(landlord: Landlord, today: date, by: User) -> None:
    """One tenant moves out early, one lease never comes about, one is signed for next month."""
    leaving = Lease.objects.of(landlord).filter(state=Lease.State.ACTIVE, end=None).order_by("-pk")[:1]
    with clock.travel(today.replace(day=1) - timedelta(days=10)):
        terminate_leases(leases=leaving, by=by)
    homes = list(vacant_units(landlord, today)[:1])
    for unit in homes:
        tenant = leaving[0].tenant if leaving else unit.leases.first().tenant
        common = {"landlord": landlord, "unit": unit, "currency": landlord.currency}
        never = Lease.unscoped.create(tenant=tenant, start=today, end=today + timedelta(days=30), **common)
        cancel_leases(leases=[never], by=by)
        signed = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        newcomer = Lease.objects.of(landlord).filter(state=Lease.State.EXPIRED).first() or never
        lease = Lease.unscoped.create(tenant=newcomer.tenant, start=signed, **common)
        rent = Charge.objects.of(landlord).filter(stream=Charge.RENT).first()
        Charge.unscoped.create(
            landlord=landlord, lease=lease, stream=Charge.RENT, currency=rent.currency, amount=rent.amount, start=signed
        )


demo_steps.register(DemoStep("leasing", 40, run))
