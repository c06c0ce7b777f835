from django.db import models
from django.db.models import Q
from django.utils import timezone

from leadportal.db.append_only import AppendOnly


class Event(AppendOnly):
    """Something a person did."""

    # The indexes below begin with the lead; one of its own would only make writing dearer.
    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="events", db_index=False)
    type = models.CharField(max_length=60)
    # Never in the future: a clock ahead of ours counts as now, and says so below.
    occurred_at = models.DateTimeField()
    stated_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(default=timezone.now)
    properties = models.JSONField(default=dict)
    # Normalised twins of the text properties, so conditions compare plain keys.
    property_keys = models.JSONField(default=dict)
    # {"topic": " node js "}: of properties whose words their twin does not hold as such.
    word_keys = models.JSONField(null=True)
    # An index of its own would tempt the planner to read all events of the integration.
    integration = models.ForeignKey(
        "accounts.Integration", models.PROTECT, null=True, related_name="+", db_index=False
    )
    external_id = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-occurred_at", "-id"]
        constraints = [
            # A resent event is the same event.
            models.UniqueConstraint(
                fields=["integration", "external_id"],
                condition=~Q(external_id=""),
                name="event_external_id_once",
            ),
        ]
        indexes = [
            # Read by: scoring (a batch's events, by the index alone where no property is asked),
            # lead timeline.
            models.Index(
                fields=["lead", "-occurred_at", "-id"], include=["type"], name="event_of_lead"
            ),
            # Read by: the preview of criteria, who was active lately (leads/impact/recent.py).
            models.Index(fields=["-occurred_at", "lead"], name="event_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.type} at {self.occurred_at:%Y-%m-%d %H:%M}"
