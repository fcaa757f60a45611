"""So many tenants are reminded of what they owe, beside the statements that write the very rows by hand."""

from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from benchmarks.measuring import Ratio, in_turn
from benchmarks.overdue import LATER, NEW_UUID, late_bills
from modules.invoicing.models import Invoice
from modules.invoicing.services import remind_tenants
from modules.leasing.models import Tenant
from rentbook.kernel import clock
from rentbook.kernel.people import Landlord

LATE = """
FROM leasing_tenant t JOIN kernel_contact c ON c.id = t.contact_id WHERE t.id IN (
    SELECT l.tenant_id FROM leasing_lease l JOIN invoicing_invoice b ON b.lease_id = l.id
    WHERE b.landlord_id = %s AND b.state = 'sent' AND b.amount_paid < b.total AND b.due_date < %s)"""
ASKED = (
    f"INSERT INTO invoicing_reminder (landlord_id, tenant_id, \"on\", step) SELECT t.landlord_id, t.id, %s, '' {LATE}"
)
LOG = (
    """
INSERT INTO kernel_logentry (content_type_id, object_id, landlord_id, label, action, data, door, timestamp, uuid,
                             content_changed, deleted)
SELECT %s, CAST(t.id AS varchar(40)), t.landlord_id, c.name, 'invoicing.reminders_asked', '{{}}', 'worker', %s,
       {new_uuid}, true, false"""
    + LATE
)


def by_hand(landlord: Landlord) -> None:
    """The yardstick: two INSERT ... SELECT, for the reminders and for the log."""
    kind, late = ContentType.objects.get_for_model(Tenant).pk, [landlord.pk, LATER]
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [LATER, *late])
        cursor.execute(LOG.format(new_uuid=NEW_UUID[connection.vendor]), [kind, clock.now(), *late])


def measure(landlord: Landlord, rounds: int = 3) -> Ratio:
    bills = Invoice.objects.of(landlord)
    with clock.travel(LATER):
        return in_turn(lambda: remind_tenants(invoices=bills, by=None), lambda: by_hand(landlord), rounds=rounds)


def ratios(landlord: Landlord, leases: int) -> Iterator[tuple[str, Ratio]]:
    late_bills(landlord, leases)
    yield f"{leases:,} tenants are reminded", measure(landlord)
