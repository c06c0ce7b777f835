from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F


class DayScore(models.Model):
    """A lead's result at the end of a day of the company's time zone on which it changed."""

    pk = models.CompositePrimaryKey("lead_id", "day")
    # The primary key begins with it. Without foreign keys, as Judgement.
    lead = models.ForeignKey(
        "leads.Lead",
        models.PROTECT,
        related_name="day_scores",
        db_index=False,
        db_constraint=False,
    )
    day = models.DateField()
    fit = models.SmallIntegerField()
    intent = models.SmallIntegerField()
    total = models.SmallIntegerField()
    # A version is never deleted; an index would only make scoring dearer.
    version = models.ForeignKey(
        "funnel.CriteriaVersion",
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(total=F("fit") + F("intent")), name="day_score_adds_up"
            ),
        ]
        indexes = [
            # Read by: forgetting what is too old (leads/judging/history.py). Rows come day by day.
            BrinIndex(fields=["day"], name="day_score_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.total} on {self.day}"
