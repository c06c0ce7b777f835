"""Only the unique indexes find what one integration sent.

On tables that grow faster than their statistics, the planner took the index of the foreign key
alone, and read everything the integration had ever sent to find one row of it.
"""

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import CASCADE, PROTECT


def without_index(
    model: str, name: str, field: models.ForeignKey, *, index: str, column: str
) -> Operation:
    """Drop the index alone; changing the field would check each row's foreign key anew."""
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(
                f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
                f"CREATE INDEX CONCURRENTLY {index} ON leads_{model} ({column})",
            )
        ],
        state_operations=[migrations.AlterField(model, name, field)],
    )


class Migration(migrations.Migration):
    # Leads keep coming in meanwhile.
    atomic = False

    dependencies = [("accounts", "0001_foundation"), ("leads", "0007_parked")]

    operations = [
        without_index(
            "event",
            "integration",
            models.ForeignKey(
                "accounts.integration", PROTECT, null=True, related_name="+", db_index=False
            ),
            index="leads_event_integration_id_37b47d7a",
            column="integration_id",
        ),
        without_index(
            "externalid",
            "integration",
            models.ForeignKey("accounts.integration", PROTECT, related_name="+", db_index=False),
            index="leads_externalid_integration_id_07f5e3be",
            column="integration_id",
        ),
        without_index(
            "idempotentanswer",
            "api_key",
            models.ForeignKey("accounts.apikey", CASCADE, related_name="+", db_index=False),
            index="leads_idempotentanswer_api_key_id_d1d57007",
            column="api_key_id",
        ),
    ]
