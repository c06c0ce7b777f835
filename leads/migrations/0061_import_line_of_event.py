"""By which line of a file an event came, found by an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0060_what_files_list")]

    operations = [
        AddIndexConcurrently(
            "importline",
            models.Index(
                condition=models.Q(("event_id__isnull", False)),
                fields=["event_id"],
                name="import_line_of_event",
            ),
        ),
    ]
