from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts import policy
from accounts.models import User
from funnel.stages import IN_WORK


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: User) -> "FollowUpQuerySet":
        """One's own; managers see everybody's."""
        if user.has_role(*policy.SEES_EVERY_FOLLOW_UP):
            return self
        return self.filter(owner=user)

    def open(self) -> "FollowUpQuerySet":
        """Those still to be done. A lead one does not hold, or that is settled, is owed nothing."""
        return self.filter(done_at=None, lead__owner=F("owner"), lead__stage__in=sorted(IN_WORK))

    def due_before(self, at: datetime) -> "FollowUpQuerySet":
        return self.open().filter(due_at__lt=at)


class FollowUp(models.Model):
    """What a rep promised themselves to do next for a lead they hold, and when."""

    lead = models.ForeignKey(
        "leads.Lead", models.PROTECT, related_name="follow_ups", db_index=False
    )
    # What it follows from: the handoff whose touches it goes on with.
    handoff = models.ForeignKey(
        "leads.Handoff", models.PROTECT, null=True, related_name="+", db_index=False
    )
    owner = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="follow_ups", db_index=False
    )
    due_at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            # The next try is one: planning another moves it.
            models.UniqueConstraint(
                fields=["lead", "owner"],
                condition=Q(done_at=None),
                name="follow_up_one_open_per_lead_and_owner",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(done_at__gte=F("made_at")),
                name="follow_up_done_after_it_was_made",
            ),
        ]
        indexes = [
            # Read by: a person's follow-ups by day, and their number in the navigation.
            models.Index(
                fields=["owner", "due_at", "id"],
                condition=Q(done_at=None),
                name="follow_up_open_by_due",
            ),
        ]

    def __str__(self) -> str:
        return f"Follow-up {self.pk}"
