from django.db import models
from django.utils import timezone


class Adjustment(models.Model):
    """Points a person gave or took, in one kind, until a day; automation goes on beneath."""

    class Kind(models.TextChoices):
        FIT = "fit", "Fit"
        INTENT = "intent", "Intent"

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="adjustments")
    kind = models.CharField(max_length=6, choices=Kind)
    points = models.SmallIntegerField()
    reason = models.CharField(max_length=300)
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    # Who ended it before its day.
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(points=0), name="adjustment_has_points"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="adjustment_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["fit", "intent"]), name="adjustment_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("created_at")),
                name="adjustment_ends_after_it_began",
            ),
        ]
        indexes = [
            # Read by: scoring (a batch's adjustments), lead page.
            models.Index(fields=["lead", "ends_at"], name="adjustment_of_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+} {self.kind}: {self.reason}"
