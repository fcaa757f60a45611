"""What a lease keeps while notice is given, and the day on which people left; who was gone before stays gone."""

from django.db import migrations, models
from django.db.models import F, Q


def left_on_the_last_day(apps, schema_editor):
    ended = apps.get_model("leasing", "Lease")._base_manager.filter(state__in=["terminated", "expired"])
    ended.update(moved_out_on=F("end"))


class Migration(migrations.Migration):
    dependencies = [("leasing", "0004_terms_meters_keeping")]
    operations = [
        migrations.AddField(
            "lease",
            "agreed_end",
            models.DateField(blank=True, editable=False, null=True, verbose_name="last day agreed before"),
        ),
        migrations.AddField(
            "lease",
            "moved_out_on",
            models.DateField(blank=True, editable=False, null=True, verbose_name="moved out on"),
        ),
        migrations.AddConstraint(
            "lease",
            models.CheckConstraint(
                condition=Q(agreed_end=None, notice_on=None) | Q(end__isnull=False, notice_on__isnull=False),
                name="lease_notice_has_a_last_day",
            ),
        ),
        migrations.RunPython(left_on_the_last_day, migrations.RunPython.noop),
    ]
