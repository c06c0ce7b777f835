"""The one custom field the shipped criteria ask about."""

from django.db import migrations

from funnel.defaults import TIMELINES


def ship(apps, schema_editor):
    apps.get_model("leads", "CustomField").objects.get_or_create(
        name="purchase_timeline",
        defaults={"label": "Purchase timeline", "type": "choice", "choices": TIMELINES},
    )


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_append_only")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
