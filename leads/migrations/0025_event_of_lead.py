"""The index of a lead's events knows their types, so most criteria need no more than it."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0024_words_filled")]

    operations = [
        AddIndexConcurrently(
            "event",
            models.Index(
                fields=["lead", "-occurred_at", "-id"], include=["type"], name="event_of_lead"
            ),
        ),
        RemoveIndexConcurrently("event", "event_lead_newest"),
    ]
