"""The overview counts the few leads that scoring gave up on without reading the many others."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Leads keep coming in while the index is built.
    atomic = False

    dependencies = [("leads", "0006_leads_list")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                fields=["id"], condition=~models.Q(parked_error=""), name="lead_parked"
            ),
        ),
    ]
