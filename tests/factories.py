"""Rows for tests, made by the services that make them in life. Modules are imported where they are needed: one of
them may be off."""

from datetime import date
from itertools import count

from django.apps import apps
from django.db import transaction
from phonenumbers import PhoneNumberFormat, PhoneNumberType, example_number_for_type, format_number

from rentbook.kernel import landlords
from rentbook.kernel.choices import Role
from rentbook.kernel.contacts import Contact
from rentbook.kernel.money import Money
from rentbook.kernel.numbering import take_numbers
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.roles import add_member
from tests.rows import invoicing_rows, leasing_rows

LANDLORDS = {
    "DAR": {"name": "Jengo la Bahari", "country": "TZ", "currency": "TZS"},
    "DLA": {"name": "Résidence du Wouri", "country": "CM", "currency": "XAF", "language": "fr"},
    "KWT": {"name": "عقارات الخليج", "country": "KW", "currency": "KWD", "language": "ar"},
}
numbers = count(1)


def make_landlord(*, code: str = "DAR", **changes) -> Landlord:
    """A landlord with an empty book; a code that is not among LANDLORDS is one of Tanzania."""
    landlord, _owner = landlords.create_landlord(code=code, **(LANDLORDS.get(code, LANDLORDS["DAR"]) | changes))
    return landlord


def make_user(*, name: str = "someone", **fields) -> User:
    return User.objects.create_user(f"{name}@example.org", "a-password", **{"first_name": name.title()} | fields)


def staff_of(landlord: Landlord, *, role: str = Role.MANAGER, name: str | None = None) -> User:
    """A user with a role in the landlord's book."""
    user = make_user(name=name or f"{role}{next(numbers)}")
    add_member(user=user, landlord=landlord, role=Role(role))
    return user


def example_phone(country: str) -> str:
    """A well-formed mobile number of the country, which belongs to nobody."""
    return format_number(example_number_for_type(country, PhoneNumberType.MOBILE), PhoneNumberFormat.E164)


def make_contact(landlord: Landlord, *, name: str = "Neema Mushi", phone: str | None = None, **fields) -> Contact:
    """A person with a phone; `phone=""` is one without."""
    phone = example_phone(landlord.country) if phone is None else phone or None
    return Contact.unscoped.create(landlord=landlord, name=name, phone=phone, **{"language": "en"} | fields)


def make_unit(landlord: Landlord, *, name: str | None = None, building: str = "Bahari", shared: bool = False):
    from modules.leasing.models import Property, Unit

    building, _created = Property.objects.of(landlord).get_or_create(name=building, defaults={"landlord": landlord})
    name = name or f"A-{Unit.objects.of(landlord).count() + 1:02}"
    return Unit.unscoped.create(landlord=landlord, property=building, name=name, shared=shared)


def make_lease(
    landlord: Landlord,
    *,
    rent: str = "500000",
    start: date = date(2026, 1, 1),
    end: date | None = None,
    unit=None,
    tenant: str = "Neema Mushi",
    phone: str | None = None,
    language: str = "en",
    charges: dict[str, str] | None = None,
    charge_due_days: dict[str, int] | None = None,
    due_day: int | None = 5,
    signed: bool = True,
    **terms,
):
    """A lease with its rent and other charges a period; active unless it is not `signed`."""
    from modules.leasing.models import Charge, Lease, Tenant
    from modules.leasing.services import activate_leases

    contact = make_contact(landlord, name=tenant, phone=phone, language=language)
    unit = unit or make_unit(landlord)
    lease = Lease(
        landlord=landlord,
        tenant=Tenant.unscoped.create(landlord=landlord, contact=contact),
        unit=unit,
        exclusive=not unit.shared,
        start=start,
        end=end,
        due_day=None if "due_days_after" in terms else due_day,
        **{"currency": landlord.currency} | terms,
    )
    lease.save()
    due_days = charge_due_days or {}
    for stream, amount in ({Charge.RENT: rent} | (charges or {})).items():
        own = {"stream": stream, "amount": amount, "due_day": due_days.get(stream)}
        Charge.unscoped.create(landlord=landlord, lease=lease, currency=lease.currency, start=start, **own)
    if signed:
        activate_leases(leases=[lease], by=None)
    lease.refresh_from_db()
    return lease


def make_invoice(lease, *, total: str | None = None, month: date | None = None, on: date | None = None):
    """The invoice of the lease's rent for a month (its first one by default), issued on that month's first day.

    `total` becomes the lease's rent first.
    """
    from modules.invoicing.models import Invoice
    from modules.invoicing.selectors import month_of
    from modules.invoicing.services import issue_rent_invoices
    from modules.leasing.models import Charge

    if total is not None:
        for charge in Charge.objects.of(lease.landlord_id).filter(lease=lease, stream=Charge.RENT):
            charge.amount = Money(total, lease.currency)
            charge.save()
    first, last = month_of(month or lease.start)
    issue_rent_invoices(landlord=lease.landlord, first=first, last=last, on=on or first)
    issued = Invoice.objects.of(lease.landlord_id).filter(lease=lease, issue_date=on or first)
    return issued.latest("pk")


def make_book(
    landlord: Landlord, *, name: str = "Neema Mushi", building: str = "Bahari", phone: str | None = None
) -> None:
    """At least one row of every model of the modules that are on; the texts in it hold the names."""
    from rentbook.exchange.models import Draft, ImportBatch
    from rentbook.kernel import clock
    from rentbook.kernel.jobs import Job

    Job.unscoped.create(landlord=landlord, name="a job")
    ImportBatch.unscoped.create(landlord=landlord, kind="leases", filename=f"{building}.csv")
    Draft.unscoped.create(
        landlord=landlord, kind="leases", filename=f"{building}.csv", content=b"", by=staff_of(landlord)
    )
    make_contact(landlord, name=name, phone=phone)
    with transaction.atomic():
        take_numbers(landlord, "TEST", 1)
    if apps.is_installed("modules.leasing"):
        unit = make_unit(landlord, building=building)
        lease = make_lease(landlord, unit=unit, tenant=name, phone=phone)
        leasing_rows(lease, name=name, building=building)
    if apps.is_installed("modules.invoicing"):
        from modules.invoicing.services import give_credit, remind_tenants

        credit = Money(1000, landlord.currency)
        give_credit(lease=lease, amount=credit, value_date=lease.start, source=f"test:{lease.pk}", note="")
        invoice = make_invoice(lease, on=clock.today(landlord))
        remind_tenants(invoices=[invoice], by=None)
        invoicing_rows(invoice, name=name)
    if apps.is_installed("modules.payments"):
        from modules.payments import services

        record = {"return_url": "http://127.0.0.1/", "once": f"test:{invoice.pk}", "language": "en"}
        services.start_payment(invoice=invoice, amount=Money(1000, landlord.currency), **record)
        wrong = services.record_payment(invoice=invoice, amount=Money(3000, landlord.currency), by=None)
        services.reverse_payments(payments=[wrong], reason="the wrong home", by=None)
        services.record_payment(invoice=invoice, amount=Money(2000, landlord.currency), by=None)
        services.ask_for_link(services.live_link(lease))
    if apps.is_installed("modules.messaging"):
        from modules.messaging.services import queue_due

        with message_about(Contact):
            queue_due(landlord=landlord, on=clock.today(landlord))


def message_about(model, **changes):
    """A message template for the length of a `with` block: everybody in the book is greeted once."""
    from rentbook.kernel.contributions import MessageTemplate, message_templates

    given = {
        "name": "greeting",
        "title": "Greeting",
        "text": "Hello {{ name }}.",
        "due": lambda landlord, on: model.objects.of(landlord).order_by("pk"),
        "subjects": lambda landlord: model.objects.of(landlord),
        "to": lambda row: row,
        "key": lambda row: f"greeting:{row.pk}",
        "values": lambda row, language: {"name": row.name},
    }
    return message_templates.temporarily(MessageTemplate(**given | changes))
