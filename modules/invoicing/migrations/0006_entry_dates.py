from zoneinfo import ZoneInfo

from django.db import migrations, models
from django.db.models import F, Q

CREDITED = {"opening:": "3000", "credit_note:": "1100"}


def as_it_was(apps, schema_editor):
    """When credit was entered and where it came from, and the day in the log on which a bill was withdrawn."""
    credits = apps.get_model("invoicing", "Credit").unscoped
    credits.update(entry_date=F("value_date"))
    for cause, account in CREDITED.items():
        credits.filter(source__startswith=cause).update(account=account)
    for invoice in apps.get_model("invoicing", "Invoice").unscoped.filter(state="cancelled").exclude(issue_date=None):
        invoice.cancelled_on = _withdrawn(apps, invoice) or invoice.issue_date
        invoice.save(update_fields=["cancelled_on"])


def _withdrawn(apps, invoice):
    kind = {"content_type__app_label": "invoicing", "content_type__model": "invoice"}
    moves = apps.get_model("kernel", "LogEntry").objects.filter(**kind, object_id=str(invoice.pk))
    moved = moves.filter(action="rentbook.transition", data__to="cancelled").order_by("pk").last()
    return moved and moved.timestamp.astimezone(ZoneInfo(invoice.landlord.time_zone)).date()


class Migration(migrations.Migration):

    dependencies = [("invoicing", "0005_lines"), ("kernel", "0006_logo")]

    operations = [
        migrations.AddField(
            model_name="credit",
            name="entry_date",
            field=models.DateField(null=True, verbose_name="entry date"),
        ),
        migrations.AddField(
            model_name="credit",
            name="account",
            field=models.CharField(default="1000", editable=False, max_length=12, verbose_name="account"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="cancelled_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="cancelled on"),
        ),
        migrations.RunPython(as_it_was, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="credit",
            name="entry_date",
            field=models.DateField(verbose_name="entry date"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=~Q(state="cancelled") | Q(issue_date=None) | Q(cancelled_on__isnull=False),
                name="invoice_cancelled_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(
                fields=["lease", "stream", "period_start"],
                condition=Q(cancelled=False, kind="deposit"),
                name="deposit_charged_once",
            ),
        ),
    ]
