"""Who was active lately is found from the new end of the events."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Events keep coming in meanwhile.
    atomic = False

    dependencies = [("leads", "0013_rescored")]

    operations = [
        AddIndexConcurrently(
            "event", models.Index(fields=["-occurred_at", "lead"], name="event_newest")
        ),
    ]
