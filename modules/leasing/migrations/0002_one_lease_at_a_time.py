"""On PostgreSQL the database itself refuses two live leases on a unit (docs/rules.md, D15)."""

from django.db import migrations

NAME = "lease_one_at_a_time"
ADD = f"""
ALTER TABLE leasing_lease ADD CONSTRAINT {NAME} EXCLUDE USING gist (
    int8range(unit_id, unit_id, '[]') WITH &&, daterange(start, "end", '[]') WITH &&
) WHERE (exclusive AND state IN ('pending', 'active'))
"""


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(ADD)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE leasing_lease DROP CONSTRAINT {NAME}")


class Migration(migrations.Migration):
    dependencies = [("leasing", "0001_initial")]
    operations = [migrations.RunPython(add, drop)]
