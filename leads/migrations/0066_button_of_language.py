"""A button without words of its own says what its form's language says."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0065_fetched_once")]

    operations = [
        migrations.AlterField("webform", "button", models.CharField(blank=True, max_length=40)),
        migrations.RunSQL(
            "UPDATE leads_webform SET button = '' WHERE button = 'Send'",
            "UPDATE leads_webform SET button = 'Send' WHERE button = ''",
        ),
    ]
