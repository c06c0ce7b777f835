"""An index that begins with the lead serves its foreign key too: the extra ones only cost."""

import django.db.models.deletion
from django.db import migrations, models

EXTRA = {
    "consent": ("leads_consent_lead_id_ae2239b3", "consents"),
    "event": ("leads_event_lead_id_feb552a3", "events"),
    "stagechange": ("leads_stagechange_lead_id_ff957079", "stage_changes"),
}


class Migration(migrations.Migration):
    # Leads keep coming in meanwhile.
    atomic = False

    dependencies = [("leads", "0008_key_indexes")]

    operations = [
        # The index alone; changing the field would check each row's foreign key anew.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
                    f"CREATE INDEX CONCURRENTLY {index} ON leads_{model} (lead_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model,
                    "lead",
                    models.ForeignKey(
                        "leads.lead",
                        django.db.models.deletion.PROTECT,
                        related_name=related,
                        db_index=False,
                    ),
                )
            ],
        )
        for model, (index, related) in EXTRA.items()
    ]
