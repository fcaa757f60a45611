"""Reminding tenants of what they owe: what is decided here, messaging tells (docs/rules.md, D41)."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import BigIntegerField, F, Value

from modules.invoicing.events import RemindersAsked
from modules.invoicing.models import Invoice, Reminder
from modules.invoicing.selectors import with_skipped
from modules.leasing.models import Tenant
from rentbook.kernel import clock, log
from rentbook.kernel.inserting import insert_from
from rentbook.kernel.keys import among
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.states import keys_of


@transaction.atomic
def remind_tenants(*, invoices: Iterable[Invoice], by: User | None) -> list[int]:
    """Remind the tenants of these invoices, each once today, of all that is open; returns the reminders' keys.

    An invoice that nobody is reminded of (docs/rules.md, D41) is passed over; `with_skipped` says why.
    """
    rows = Invoice.unscoped.filter(among(keys_of(invoices)))
    # Held before it is judged who was reminded today: of two at once the second finds the first's reminders.
    held = Tenant.unscoped.filter(pk__in=rows.values("lease__tenant"))
    list(held.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))
    chosen = set(with_skipped(rows).filter(skipped="").values_list("lease__tenant", flat=True))
    made = []
    for landlord in Landlord.objects.filter(pk__in=held.values("landlord")).order_by("pk"):
        made += _remind(landlord, chosen, by)
    return made


def _remind(landlord: Landlord, chosen: set[int], by: User | None) -> list[int]:
    today, whom = clock.today(landlord), Value(by.pk if by else None, BigIntegerField())
    tenants = Tenant.objects.of(landlord).filter(among(chosen))
    if not insert_from(tenants, Reminder, landlord=F("landlord"), tenant=F("pk"), on=Value(today), by=whom):
        return []
    log.record_made(tenants, RemindersAsked.name, by=by)
    RemindersAsked(landlord.pk).emit()
    made = Reminder.objects.of(landlord).filter(on=today).values_list("pk", "tenant")
    return [pk for pk, tenant in made if tenant in chosen]
