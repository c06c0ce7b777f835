"""Files may list what people did, and who was won or lost, beside people."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0057_company_changes")]

    operations = [
        migrations.AddField(
            "import",
            "lists",
            models.CharField(
                choices=[
                    ("people", "A person"),
                    ("activities", "An activity"),
                    ("outcomes", "A deal won or lost"),
                ],
                db_default="people",
                default="people",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "import",
            "activity",
            models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddField("importline", "event_id", models.BigIntegerField(null=True)),
        migrations.AddField(
            "importline", "settled", models.BooleanField(db_default=False, default=False)
        ),
    ]
