from django.db import models
from django.utils import timezone

from funnel.stages import LADDER, Stage


class Override(models.Model):
    """A stage a person put a lead in, or kept it in, against the criteria until a day.

    `Lead.held_until` is what the machine reads; this is who said so, and why.
    """

    # override_of_lead begins with it.
    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="overrides", db_index=False)
    # The stage it had: the same where it is only kept.
    origin = models.CharField(max_length=12, choices=Stage)
    stage = models.CharField(max_length=12, choices=Stage)
    reason = models.CharField(max_length=300)
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    # Who ended it before its day.
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stage__in=LADDER) & models.Q(origin__in=LADDER),
                name="override_is_left_of_the_line",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="override_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("created_at")),
                name="override_ends_after_it_began",
            ),
        ]
        indexes = [
            # Read by: lead page, timeline, the end of an override.
            models.Index(fields=["lead", "ends_at"], name="override_of_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}: {self.reason}"
