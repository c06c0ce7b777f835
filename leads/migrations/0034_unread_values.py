"""What was not understood is kept as it came, and goes with whoever is erased."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

ERASED = """
CREATE OR REPLACE FUNCTION leads_lead_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM leads_unreadvalue WHERE lead_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_lead_erased AFTER UPDATE OF stage ON leads_lead
    FOR EACH ROW WHEN (NEW.stage = 'erased') EXECUTE FUNCTION leads_lead_erased();
"""
NOT_ERASED = """
DROP TRIGGER IF EXISTS leads_lead_erased ON leads_lead;
DROP FUNCTION IF EXISTS leads_lead_erased();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_strict_keys"),
        ("leads", "0033_what_people_typed"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnreadValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=80)),
                ("value", models.TextField()),
                ("value_key", models.CharField(blank=True, max_length=200)),
                ("code", models.CharField(max_length=20)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("edition", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "integration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.integration",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unread_values",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(
                        fields=["integration", "field", "value_key", "lead"],
                        name="unread_value_said",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lead", "integration", "field"), name="unread_value_newest"
                    )
                ],
            },
        ),
        migrations.RunSQL(ERASED, NOT_ERASED),
    ]
