"""A book of any size, written by the database itself: the services would make ten thousand leases for minutes.

The shares are the same at every size: of ten leases, seven have paid all their bills and three none.
"""

from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import connection
from django.db.models import CharField, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, LPad, Substr

from modules.invoicing.models import Invoice, InvoiceLine, Settlement
from modules.leasing.models import Charge, Lease, Property, Tenant, Unit
from modules.messaging.models import Message
from modules.payments.models import Payment, Receipt
from rentbook.kernel import clock, log
from rentbook.kernel.contacts import Contact
from rentbook.kernel.inserting import insert_from
from rentbook.kernel.people import Landlord

RENT, DEPOSIT = "500000", "1000000"
PAYING = 7  # of ten, by the last digit of the tenant's name
NAMELESS = Value("")


def make_large_book(landlord: Landlord, *, leases: int, months: int = 4, paying: int = PAYING) -> None:
    """So many leases with a bill for each of the last months, this one included; of ten, `paying` have paid them."""
    first = clock.today(landlord).replace(day=1) - relativedelta(months=months - 1)
    _people(landlord, leases)
    _homes(landlord)
    _leases(landlord, first)
    for month in range(months):
        _bills(landlord, first + relativedelta(months=month), paying)
    _money(landlord)
    _told(landlord)
    settle_down()


def settle_down() -> None:
    """What PostgreSQL does by itself a while after many rows came."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _people(landlord: Landlord, count: int) -> None:
    names = (f"Neema {number:06}" for number in range(count))
    people = (
        Contact(landlord=landlord, name=name, phone=f"+25571{number:07}", language="en")
        for number, name in enumerate(names)
    )
    Contact.unscoped.bulk_create(people, batch_size=2000)
    insert_from(_of(Contact, landlord), Tenant, landlord=F("landlord"), contact=F("pk"))


def _homes(landlord: Landlord) -> None:
    """A hundred homes in a property; tenant and home have the same last letters."""
    people = _of(Contact, landlord).annotate(house=Substr("name", 7, 4))
    houses = people.filter(name__endswith="00")
    insert_from(houses, Property, landlord=F("landlord"), name=F("house"), address=NAMELESS)
    house = Property.unscoped.filter(landlord=landlord, name=OuterRef("house")).values("pk")
    named = {"name": Substr("name", 7, 6), "shared": Value(False)}
    insert_from(people, Unit, landlord=F("landlord"), property=Subquery(house), **named)


def _leases(landlord: Landlord, start: date) -> None:
    home = Unit.unscoped.filter(
        property__landlord=landlord,
        property__name=Substr(OuterRef("contact__name"), 7, 4),
        name=Substr(OuterRef("contact__name"), 7, 6),
    )
    insert_from(
        _of(Tenant, landlord),
        Lease,
        **_values(Lease, state="active", start=start, exclusive=True, currency=landlord.currency, deposit=DEPOSIT),
        **_values(Lease, frequency="monthly", alignment="calendar", proration="actual", in_arrears=False, due_day=5),
        **_values(Lease, lead_days=0, activated_on=start, updated_at=clock.now()),
        landlord=F("landlord"),
        tenant=F("pk"),
        unit=Subquery(home.values("pk")),
    )
    rent = _values(Charge, stream=Charge.RENT, amount=RENT, start=start)
    insert_from(_of(Lease, landlord), Charge, landlord=F("landlord"), lease=F("pk"), currency=F("currency"), **rent)


def _bills(landlord: Landlord, first: date, paying: int) -> None:
    due, last = first.replace(day=5), first + relativedelta(months=1, days=-1)
    late = Invoice.State.OVERDUE if due < clock.today(landlord) else Invoice.State.SENT
    leases = _of(Lease, landlord).annotate(place=Cast(Substr("tenant__contact__name", 12, 1), IntegerField()))
    shares = {(Invoice.State.PAID, RENT): Q(place__lt=paying), (late, "0"): Q(place__gte=paying)}
    for (state, paid), share in shares.items():
        insert_from(
            leases.filter(share),
            Invoice,
            **_values(Invoice, state=state, amount_paid=paid, amount_reserved="0", total=RENT, issue_date=first),
            **_values(Invoice, due_date=due, period_start=first, period_end=last),
            landlord=F("landlord"),
            lease=F("pk"),
            number=Concat(Value(f"{landlord.code}-{first:%Y-%m}-"), _digits("pk")),
            currency=F("currency"),
        )
    insert_from(
        _of(Invoice, landlord).filter(period_start=first),
        InvoiceLine,
        **{name: F(name) for name in ("landlord", "lease", "period_start", "period_end", "currency")},
        **_values(InvoiceLine, kind="rent", stream=Charge.RENT, rule="D3", arithmetic="", cancelled=False),
        invoice=F("pk"),
        amount=F("total"),
    )


def _money(landlord: Landlord) -> None:
    paid = _of(Invoice, landlord).filter(state=Invoice.State.PAID)
    own = {name: F(name) for name in ("landlord", "currency")}
    days = {"value_date": F("due_date"), "entry_date": F("due_date")}
    kept = _values(Payment, state="completed", method="cash", reference="", reason="", created_at=clock.now())
    insert_from(paid, Payment, **own, **days, **kept, invoice=F("pk"), amount=F("total"))
    source = Concat(Value("payment:"), _digits("pk"))
    insert_from(
        _of(Payment, landlord), Settlement, **own, **_values(Settlement, kind="payment"), source=source,
        **{name: F(name) for name in ("invoice", "amount", "value_date", "entry_date")},
    )  # fmt: skip
    number = Concat(Value(f"{landlord.code}-R-"), _digits("pk"))
    kept = _values(Receipt, balance_left="0", issued_at=clock.now())
    insert_from(
        _of(Payment, landlord), Receipt, **own, **kept, payment=F("pk"), number=number, issued_on=F("entry_date")
    )


def _told(landlord: Landlord) -> None:
    """A message about each bill, and a line about it in the log."""
    bills = _of(Invoice, landlord)
    kept = {"state": "sent", "template": "invoicing.rent_bill", "language": "en", "channel": "whatsapp"}
    kept |= {"to": "+255710000000", "text": "Your bill.", "reason": "", "provider_reference": ""}
    insert_from(
        bills,
        Message,
        **_values(Message, **kept, created_at=clock.now(), sent_at=clock.now()),
        landlord=F("landlord"),
        contact=F("lease__tenant__contact"),
        key=Concat(Value("bill:"), _digits("pk")),
        subject_id=F("pk"),
    )
    log.record_moves(bills, "send", "sent", by=None, note="")


def _of(model: Any, landlord: Landlord) -> QuerySet:
    return model.unscoped.filter(landlord=landlord)


def _digits(column: str) -> Any:
    return LPad(Cast(column, CharField()), 7, Value("0"))


def _values(model: Any, **values: Any) -> dict[str, Any]:
    """Plain values for columns of the model, each as its column keeps it."""
    return {name: Value(value, model._meta.get_field(name)) for name, value in values.items()}
