"""Leases of every state in the demo; meters, a shared cost and a single charge."""

from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from rentbook.kernel.contributions import DemoStep, demo_steps
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord, User

from .life_selectors import staying
from .meter_book import NewReading
from .metering import Block
from .models import Charge, Lease, Meter, SharedCost, Tariff
from .selectors import vacant_units
from .services import (
    cancel_leases,
    create_charge,
    create_meter,
    create_one_offs,
    create_tariff,
    move_out_leases,
    record_readings,
    share_cost,
    terminate_leases,
)

# What a unit of power costs first and then, and what the guards of a month do.
POWER = {"TZS": ("100", "292"), "XAF": ("50", "79"), "KWD": ("0.002", "0.004")}
GUARDS = {"TZS": 70_000, "XAF": 35_000, "KWD": 70}
METERS = 4


def run(landlord: Landlord, today: date, by: User) -> None:
    """One tenant moves out early, one stays too long, one lease never comes about, one is signed for next month."""
    leaving = Lease.objects.of(landlord).filter(state=Lease.State.ACTIVE, end=None).order_by("-pk")[:1]
    terminate_leases(leases=leaving, on=today.replace(day=1) - timedelta(days=10), by=by)
    move_out_leases(leases=Lease.objects.of(landlord).filter(staying(today)).order_by("pk")[1:], by=by)
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


def measure(landlord: Landlord, today: date, by: User) -> None:
    """Some homes pay power by meter since last month and share the guards; one tenant has lost a key."""
    since = today.replace(day=1) - relativedelta(months=1)
    leases = _by_meter(landlord, since)
    if not leases:
        return
    blocks = [
        Block(Decimal(above), Decimal(price)) for above, price in zip((0, 50), POWER[landlord.currency], strict=True)
    ]
    power = {"name": "Power", "stream": "electricity", "measure": "kWh", "valid_from": since, "blocks": blocks}
    tariff = create_tariff(landlord=landlord, by=by, **power)
    meters = [_meter(lease, tariff, 1_200 + 90 * place, since, by) for place, lease in enumerate(leases)]
    ended = today.replace(day=1) - timedelta(days=1)
    read = [NewReading(meter, ended, meter.first_value + 96 + place) for place, meter in enumerate(meters)]
    record_readings(readings=[*read, NewReading(meters[0], today, read[0].value + 12)], by=by)
    amount, place = Money(GUARDS[landlord.currency], landlord.currency), leases[0].unit.property
    days = {"start": since, "end": ended, "bill_on": today}
    share_cost(property=place, stream="security", amount=amount, key=SharedCost.Key.EQUAL, by=by, **days)
    create_one_offs(leases=leases[:1], stream="keys", amount=amount / 10, reason="A lost key", bill_on=today, by=by)


def _by_meter(landlord: Landlord, since: date) -> list[Lease]:
    """Leases that run on and pay no fixed amount for power."""
    rows = Lease.objects.of(landlord).filter(state=Lease.State.ACTIVE, end=None, start__lte=since)
    rows = rows.filter(currency=landlord.currency).exclude(charges__stream="electricity")
    return list(rows.select_related("unit__property").order_by("pk")[:METERS])


def _meter(lease: Lease, tariff: Tariff, value: int, since: date, by: User) -> Meter:
    for stream, kind in (("electricity", Charge.Kind.METERED), ("security", Charge.Kind.SHARED)):
        create_charge(lease=lease, stream=stream, kind=kind, start=since, by=by)
    named = {"serial": f"{tariff.landlord.code}-{value}", "first_value": Decimal(value)}
    return create_meter(unit=lease.unit, tariff=tariff, installed_on=since, by=by, **named)


demo_steps.register(DemoStep("leasing", 40, run))
demo_steps.register(DemoStep("leasing.meters", 92, measure))
