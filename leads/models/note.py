from django.db import models
from django.db.models import Q
from django.utils import timezone

from leadportal.db.append_only import AppendOnly


class Note(AppendOnly):
    """What somebody wants everybody who sees the lead to know."""

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="notes", db_index=False)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="note_says_something"),
        ]
        indexes = [
            # Read by: lead timeline.
            models.Index(fields=["lead", "-at"], name="note_newest"),
        ]

    def __str__(self) -> str:
        return self.text
