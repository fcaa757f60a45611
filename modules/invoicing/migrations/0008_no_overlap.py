"""On PostgreSQL the database itself refuses to bill a day of a stream twice (docs/rules.md, D12, R10).

A day of a stream is a text, 17/water/509862, so a line is a range of texts. One range in one SP-GiST index costs a
third of what two ranges cost in a GiST index, needs no extension, and is exact where a hash of the stream would not be.
"""

from django.db import migrations

DAY = "lease_id::text || '/' || stream || '/' || (period_{side} - date '2000-01-01' + 500000)::text"
ADD = f"""
CREATE TYPE invoicing_days AS RANGE (subtype = text, collation = "C");
ALTER TABLE invoicing_invoiceline ADD CONSTRAINT days_billed_once EXCLUDE USING spgist (
    invoicing_days({DAY.format(side="start")}, {DAY.format(side="end")}, '[]') WITH &&
) WHERE (NOT cancelled AND one_off_id IS NULL AND kind IN ('rent', 'charge', 'tax'));
"""
TAKE_AWAY = """
ALTER TABLE invoicing_invoiceline DROP CONSTRAINT days_billed_once;
DROP TYPE invoicing_days;
"""


def on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):

    dependencies = [("invoicing", "0007_settlement_proved")]

    operations = [migrations.RunPython(on_postgresql(ADD), on_postgresql(TAKE_AWAY))]
