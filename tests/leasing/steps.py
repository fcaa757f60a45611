"""Short words for what tests of meters and charges do."""

from datetime import date
from decimal import Decimal

from modules.leasing.meter_book import NewReading
from modules.leasing.metering import Block
from modules.leasing.models import Charge, Lease, Meter, OneOffCharge, Reading, Tariff
from modules.leasing.services import create_meter, create_tariff, record_readings
from rentbook.kernel.people import Landlord

BLOCKS = (Block(Decimal(0), Decimal(100)), Block(Decimal(50), Decimal(292)))
NEW_YEAR = date(2026, 1, 1)


def power(landlord: Landlord, **changes) -> Tariff:
    """The first 50 kWh at 100, the next at 292."""
    values = {"name": "Power", "stream": "electricity", "measure": "kWh", "valid_from": NEW_YEAR, "blocks": BLOCKS}
    return create_tariff(landlord=landlord, by=None, **values | changes)


def meter_of(lease: Lease, *, serial: str = "M-1", tariff: Tariff | None = None, **changes) -> Meter:
    """A meter that showed 120 on the lease's first day, for which the lease pays."""
    tariff = tariff or power(lease.landlord)
    values = {"installed_on": lease.start, "first_value": Decimal(120)} | changes
    pays(lease)
    return create_meter(unit=lease.unit, tariff=tariff, serial=serial, by=None, **values)


def pays(lease: Lease, *, stream: str = "electricity", kind: str = "metered", **changes) -> Charge:
    values = {"currency": lease.currency, "start": lease.start} | changes
    return Charge.unscoped.create(landlord=lease.landlord, lease=lease, stream=stream, kind=kind, **values)


def read(meter: Meter, on: date, value: str | int) -> Reading:
    [reading] = record_readings(readings=[NewReading(meter, on, Decimal(value))], by=None)
    return reading


def charged(landlord: Landlord) -> list[OneOffCharge]:
    """The single charges that stand, oldest first."""
    return list(OneOffCharge.objects.of(landlord).filter(withdrawn_at=None).order_by("pk"))
