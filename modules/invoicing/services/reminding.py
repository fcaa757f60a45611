"""Reminding tenants of what they owe: what is decided here, messaging tells (docs/rules.md, D41)."""

from collections.abc import Iterable

from django.db import transaction

from modules.invoicing.events import RemindersAsked
from modules.invoicing.models import Invoice, Reminder
from modules.invoicing.selectors import remindable
from modules.leasing.models import Tenant
from rentbook.kernel import clock, log
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.states import keys_of


@transaction.atomic
def remind_tenants(*, invoices: Iterable[Invoice], by: User | None) -> list[int]:
    """Remind the tenants of these invoices, each once today, of all that is open; returns the reminders' keys.

    An invoice that nobody is reminded of (docs/rules.md, D41) is passed over; `with_skipped` says why.
    """
    rows = Invoice.unscoped.filter(pk__in=keys_of(invoices))
    # Held before it is judged who was reminded today: of two at once the second finds the first's reminders.
    held = Tenant.unscoped.filter(pk__in=rows.values("lease__tenant"))
    list(held.order_by("pk").select_for_update(of=("self",), no_key=True).values("pk"))
    chosen = held.filter(pk__in=list(remindable(rows).values_list("lease__tenant", flat=True)))
    made = []
    for landlord in Landlord.objects.filter(pk__in=chosen.values("landlord")).order_by("pk"):
        made += _remind(landlord, list(chosen.filter(landlord=landlord).select_related("contact").order_by("pk")), by)
    return made


def _remind(landlord: Landlord, tenants: list[Tenant], by: User | None) -> list[int]:
    today = clock.today(landlord)
    reminders = [Reminder(landlord=landlord, tenant=tenant, on=today, by=by) for tenant in tenants]
    Reminder.unscoped.bulk_create(reminders)
    log.record(tenants, RemindersAsked.name, by=by)
    RemindersAsked(landlord.pk).emit()
    return [reminder.pk for reminder in reminders]
