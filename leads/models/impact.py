from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from funnel.stages import Stage

# The world goes on: a number older than this is counted again before it is confirmed.
COUNT_LASTS = timedelta(minutes=15)
# "sql>mql": a move, as a key of JSON.
ARROW = ">"


class ImpactCountQuerySet(models.QuerySet["ImpactCount"]):
    def unfinished(self) -> "ImpactCountQuerySet":
        return self.filter(finished_at=None, error="")


class ImpactCount(models.Model):
    """One reading of all leads: who would move were a version switched on."""

    version = models.ForeignKey("funnel.CriteriaVersion", models.PROTECT, related_name="counts")
    # What was counted, and against what: the number says nothing of anything else.
    content_hash = models.CharField(max_length=64)
    live = models.ForeignKey("funnel.CriteriaVersion", models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    # Nobody: it was begun by the second signature.
    started_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    # The ids still to read, both included; chunk by chunk, so a killed worker loses one chunk.
    next_lead = models.BigIntegerField()
    last_lead = models.BigIntegerField()
    total = models.PositiveIntegerField()
    judged = models.PositiveIntegerField(default=0)
    # {"sql>mql": 61}
    moves = models.JSONField(default=dict)
    # Claimed leads that would fall below an SQL: they stay where they are.
    staying = models.PositiveIntegerField(default=0)
    # Leads that make the judging itself fail, as one that is parked does.
    unreadable = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImpactCountQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            # Two readings of the same leads at once would only be slower.
            models.UniqueConstraint(
                fields=["version", "content_hash", "live"],
                condition=Q(finished_at=None, error=""),
                name="impact_count_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(error=""),
                name="impact_count_finished_or_failed",
            ),
        ]
        indexes = [
            # Read by: the counting sweep (leads/impact/counting.py).
            models.Index(
                fields=["started_at"],
                condition=Q(finished_at=None, error=""),
                name="impact_count_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judged:,} of {self.total:,} by {self.version}"

    @property
    def new_sqls(self) -> int:
        return joining(self.moves)

    @property
    def lost_sqls(self) -> int:
        return leaving(self.moves)

    def is_old(self, at: datetime) -> bool:
        return self.finished_at is not None and at - self.finished_at > COUNT_LASTS


class Rescored(models.Model):
    """What one batch did to leads that another version had judged before."""

    # rescored_by_version begins with it.
    version = models.ForeignKey(
        "funnel.CriteriaVersion", models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    judged = models.PositiveIntegerField()
    # {"sql>mql": 61}
    moves = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            # Read by: the progress of a rescoring (leads/switch_on/rescoring.py).
            models.Index(fields=["version", "at"], name="rescored_by_version"),
        ]

    def __str__(self) -> str:
        return f"{self.judged:,} judged by {self.version}"


def joining(moves: dict[str, int]) -> int:
    return sum(n for move, n in moves.items() if move.endswith(f"{ARROW}{Stage.SQL}"))


def leaving(moves: dict[str, int]) -> int:
    return sum(n for move, n in moves.items() if move.startswith(f"{Stage.SQL}{ARROW}"))
