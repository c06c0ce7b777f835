import django.utils.timezone
from django.db import migrations, models

# Those that people were asked for already; the facts of marketing and sales are standard.
FILL = """
INSERT INTO leads_consentpurpose (name, first_seen_at)
SELECT purpose, min(received_at) FROM leads_consent
 WHERE purpose NOT IN ('marketing', 'sales') GROUP BY purpose
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0014_event_newest")]

    operations = [
        migrations.CreateModel(
            name="ConsentPurpose",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True)),
                ("first_seen_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"ordering": ["first_seen_at", "id"]},
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
