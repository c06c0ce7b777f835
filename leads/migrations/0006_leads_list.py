"""The table of leads in the order they moved, and those of a rare country, without reading all."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Leads keep coming in while the indexes are built.
    atomic = False

    dependencies = [("leads", "0005_adjustments")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(fields=["-stage_since", "-id"], name="lead_last_moved"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(fields=["country"], name="lead_country"),
        ),
    ]
