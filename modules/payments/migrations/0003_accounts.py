from django.db import migrations
from django.db.models import Q

RECEIVED = {"mobile_money": "1010", "online": "1030", "bank_transfer": "1020", "cheque": "1020"}


def as_it_came(apps, schema_editor):
    """The account of the money that settled a bill or became credit, by the method of its payment."""
    payments = apps.get_model("payments", "Payment").unscoped.filter(state="completed", method__in=RECEIVED)
    for key, method in payments.values_list("pk", "method"):
        cause = Q(source=f"payment:{key}") | Q(source__startswith=f"payment:{key}:")
        for name in ("Settlement", "Credit"):
            apps.get_model("invoicing", name).unscoped.filter(cause).update(account=RECEIVED[method])


class Migration(migrations.Migration):

    dependencies = [("payments", "0002_reversal"), ("invoicing", "0006_entry_dates")]

    operations = [migrations.RunPython(as_it_came, migrations.RunPython.noop)]
