"""Late fees on so many bills, beside the statements that write the very rows by hand."""

from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from benchmarks.measuring import Ratio, in_turn
from benchmarks.overdue import LATER, NEW_UUID, late_bills
from modules.invoicing.models import LateFee
from modules.invoicing.services import apply_late_fees
from modules.leasing.models import LateFeeRule, Lease
from rentbook.kernel import clock
from rentbook.kernel.people import Landlord

LATE = "b.landlord_id = %s AND b.state = 'sent' AND b.amount_paid < b.total AND b.due_date < %s"
LINES = f"""
INSERT INTO invoicing_invoiceline (landlord_id, invoice_id, lease_id, kind, stream, period_start, period_end, currency,
                                   amount, rule, price, arithmetic, tax_rate, withheld, account, cancelled)
SELECT b.landlord_id, b.id, b.lease_id, 'late_fee', 'late-fee', %s, %s, b.currency,
       b.total / 10, '', b.total, '10 %% x 500,000 = 50,000', 0, 0, '4200', false
FROM invoicing_invoice b WHERE {LATE}"""
FEES = """
INSERT INTO invoicing_latefee (landlord_id, invoice_id, rule_id, occurrence, "on", currency, base, amount, line_id,
                               reason, waived_reason)
SELECT landlord_id, invoice_id, %s, 1, period_start, currency, price, amount, id, '', ''
FROM invoicing_invoiceline WHERE landlord_id = %s AND kind = 'late_fee'"""
RAISE = f"UPDATE invoicing_invoice AS b SET total = b.total + b.total / 10 WHERE {LATE}"
LOG = """
INSERT INTO kernel_logentry (content_type_id, object_id, landlord_id, label, action, data, door, timestamp, uuid,
                             content_changed, deleted)
SELECT %s, CAST(f.id AS varchar(40)), f.landlord_id, COALESCE(b.number, ''), 'invoicing.late_fees_charged', '{{}}',
       'worker', %s, {new_uuid}, true, false
FROM invoicing_latefee f JOIN invoicing_invoice b ON b.id = f.invoice_id WHERE f.landlord_id = %s"""


def charged_bills(landlord: Landlord, count: int, **terms: object) -> LateFeeRule:
    """So many late bills of leases with a rule: by default a tenth of the unpaid rent, after three days of grace."""
    late_bills(landlord, count)
    given = {"name": "Late rent", "currency": landlord.currency} | (terms or {"kind": "percent", "rate": 1000})
    rule = LateFeeRule.unscoped.create(landlord=landlord, **given)
    Lease.objects.of(landlord).update(late_fee=rule, grace_days=3)
    return rule


def by_hand(landlord: Landlord, rule: LateFeeRule) -> None:
    """The yardstick: three INSERT ... SELECT for lines, fees and log, and one UPDATE for the totals."""
    kind = ContentType.objects.get_for_model(LateFee).pk
    late = [landlord.pk, LATER]
    with connection.cursor() as cursor:
        cursor.execute(LINES, [LATER, LATER, *late])
        cursor.execute(FEES, [rule.pk, landlord.pk])
        cursor.execute(RAISE, late)
        cursor.execute(LOG.format(new_uuid=NEW_UUID[connection.vendor]), [kind, clock.now(), landlord.pk])


def measure(landlord: Landlord, rule: LateFeeRule, rounds: int = 3) -> Ratio:
    with clock.travel(LATER):
        return in_turn(
            lambda: apply_late_fees(landlord=landlord, on=LATER), lambda: by_hand(landlord, rule), rounds=rounds
        )


def ratios(landlord: Landlord, leases: int) -> Iterator[tuple[str, Ratio]]:
    rule = charged_bills(landlord, leases)
    yield f"{leases:,} late fees by the daily tick", measure(landlord, rule)
