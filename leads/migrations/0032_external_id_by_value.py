"""An external id is found by itself, whichever integration gave it."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0031_search_anew")]

    operations = [
        AddIndexConcurrently("externalid", models.Index(fields=["value"], name="external_id_value"))
    ]
