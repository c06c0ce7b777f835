from django.db import models
from django.db.models import Q
from django.utils import timezone

from funnel.stages import Actor, Stage
from leadportal.db.append_only import AppendOnly


class StageChange(AppendOnly):
    """One move of one lead, for ever: who, from where, to where, why, by which version.

    Written by leads/ledger.py only.
    """

    # stage_change_of_lead begins with it.
    lead = models.ForeignKey(
        "leads.Lead", models.PROTECT, related_name="stage_changes", db_index=False
    )
    # Blank when the lead was made.
    origin = models.CharField(max_length=12, choices=Stage, blank=True)
    target = models.CharField(max_length=12, choices=Stage)
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=12, choices=Actor)
    # Nobody asks for the moves of one of these, so no index makes every move dearer.
    person = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    integration = models.ForeignKey(
        "accounts.Integration", models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=300, blank=True)
    # What judged is never deleted: the trigger funnel_version_is_frozen refuses it.
    version = models.ForeignKey(
        "funnel.CriteriaVersion", models.PROTECT, null=True, db_index=False, db_constraint=False
    )
    handoff = models.ForeignKey(
        "leads.Handoff", models.PROTECT, null=True, related_name="stage_changes", db_index=False
    )
    cycle = models.PositiveSmallIntegerField(default=1)
    total = models.SmallIntegerField(null=True)
    # At a qualification: each criterion and rule with the value it saw.
    evidence = models.JSONField(null=True)
    # What a won deal was worth.
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target__in=Stage.values) & (Q(origin="") | Q(origin__in=Stage.values)),
                name="stage_change_stages_known",
            ),
            models.CheckConstraint(
                condition=~Q(origin=models.F("target")), name="stage_change_moves"
            ),
        ]
        indexes = [
            # Read by: lead page (path, timeline), replay in check_invariants.
            models.Index(fields=["lead", "at", "id"], name="stage_change_of_lead"),
            # Read by: metrics (moves into a stage within a period).
            models.Index(fields=["target", "at"], name="stage_change_into"),
        ]

    def __str__(self) -> str:
        return f"{self.origin or '–'} → {self.target}"
