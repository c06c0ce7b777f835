from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from leadportal.db.loaded import Loaded


class Judgement(Loaded):
    """How the criteria last judged a lead, and when they will again: one row from its beginning.

    Written by judging and by what a person says against it; whatever else makes a lead due is News.
    """

    # Added with the lead by the trigger leads_lead_begins. Without foreign keys here, which
    # every score would pay for: the ledger's keep leads and versions from being deleted.
    lead = models.OneToOneField(
        "leads.Lead",
        models.PROTECT,
        primary_key=True,
        related_name="judgement",
        db_constraint=False,
    )
    # All null until scored for the first time. judgement_by_version begins with it.
    version = models.ForeignKey(
        "funnel.CriteriaVersion",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    fit = models.SmallIntegerField(null=True)
    intent = models.SmallIntegerField(null=True)
    total = models.SmallIntegerField(null=True)
    grade = models.CharField(max_length=2, blank=True, default="", db_default="")
    # One whole number per rule, in the version's order; null where a fact is unknown.
    points = ArrayField(models.SmallIntegerField(null=True), default=list, db_default=[])
    # The one that holds; of a disqualified lead, the one that made it so: blank if a person did.
    disqualifier = models.CharField(max_length=40, blank=True, default="", db_default="")
    scored_at = models.DateTimeField(null=True)
    # First seen below its stage; falls back when the grace after it has passed.
    below_since = models.DateTimeField(null=True)

    # When time alone may change the result; of a lead not yet judged, when it came.
    rescore_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    parked_error = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(total=None, fit=None, intent=None, version=None, scored_at=None)
                | Q(
                    total=F("fit") + F("intent"),
                    version__isnull=False,
                    scored_at__isnull=False,
                ),
                name="judgement_adds_up_and_names_its_version",
            ),
        ]
        indexes = [
            # Read by: the judging sweep (leads/judging/due.py), what time alone may change.
            models.Index(
                fields=["rescore_at"],
                condition=Q(rescore_at__isnull=False, parked_error=""),
                name="judgement_due",
            ),
            # Read by: the judging sweep, leads judged by no version yet or by another.
            models.Index(fields=["version", "lead"], name="judgement_by_version"),
            # Read by: lists of leads, best score first.
            models.Index(fields=["-total", "-lead"], name="judgement_best"),
            # Read by: overview (what needs a manager), leads that judging gave up on.
            models.Index(fields=["lead"], condition=~Q(parked_error=""), name="judgement_parked"),
        ]

    def __str__(self) -> str:
        return "not judged yet" if self.total is None else f"{self.total} by {self.version}"


class Suspect(models.Model):
    """A lead of a batch that failed or took too long (leads/judging/suspects.py)."""

    lead = models.OneToOneField(
        "leads.Lead", models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    # With so many others it may be judged next time.
    size = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"lead {self.lead_id}, among {self.size}"


class News(models.Model):
    """Something that criteria may ask about has changed: of a lead, of a company, of everybody.

    Only added and taken away, so who brings news never waits for who judges (leads/news.py).
    """

    # Of everybody, where both are null. Without foreign keys: their locks would make senders wait.
    lead = models.ForeignKey(
        "leads.Lead", models.CASCADE, null=True, related_name="news", db_constraint=False
    )
    company = models.ForeignKey(
        "leads.Company",
        models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    at = models.DateTimeField(default=timezone.now)
    # Whether it may count for the lead's colleagues too.
    spreads = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name_plural = "news"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lead=None) | Q(company=None), name="news_is_of_one_or_all"
            ),
        ]
        indexes = [
            # Read by: the judging sweep, what is of more than one lead.
            models.Index(fields=["id"], condition=Q(lead=None), name="news_of_many"),
        ]

    def __str__(self) -> str:
        if self.lead_id:
            return f"of lead {self.lead_id}"
        return f"of company {self.company_id}" if self.company_id else "of everybody"
