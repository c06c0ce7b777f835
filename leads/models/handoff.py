from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts import policy
from accounts.models import User
from leadportal.db.append_only import AppendOnly
from leadportal.db.loaded import Loaded
from leadportal.web import addresses


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def open(self) -> "HandoffQuerySet":
        return self.filter(state="open")

    def held_by(self, rep: User) -> "HandoffQuerySet":
        return self.filter(state="claimed", claimed_by=rep)

    def pursued_by(self, rep: User) -> "HandoffQuerySet":
        """Those the rep holds, or has accepted and not yet won or lost."""
        in_deal = Q(
            outcome="accepted", lead__owner=rep, lead__stage__in=["accepted", "opportunity"]
        )
        return self.filter(Q(state="claimed") | in_deal, claimed_by=rep)

    def rejected(self) -> "HandoffQuerySet":
        """Those that sales sent back, whatever marketing said since."""
        # The date is set exactly for these, and has an index.
        return self.filter(outcome="rejected", answer_due_at__isnull=False)

    def unanswered(self) -> "HandoffQuerySet":
        """Rejections that wait for marketing: neither answered, disputed nor overturned."""
        newer = self.model._default_manager.filter(lead=OuterRef("lead"), pk__gt=OuterRef("pk"))
        waiting = self.rejected().filter(~Exists(newer), lead__stage="rejected")
        # A decision that the rejection stands makes it marketing's turn again.
        return waiting.exclude(answers__decision__in=["", "overturned"])

    def disputed(self) -> "HandoffQuerySet":
        """Rejections that wait for an arbiter."""
        waiting = self.rejected().filter(lead__stage="rejected")
        return waiting.filter(answers__kind="dispute", answers__decision="")

    def overdue(self, at: datetime) -> "HandoffQuerySet":
        """Open ones whose claim promise has passed."""
        return self.open().filter(due_at__lt=at)

    def flow(self, at: datetime) -> tuple[int, int]:
        """How many are open, and how many were opened in the 7 days before `at`."""
        lately = self.filter(opened_at__gt=at - timedelta(days=7), opened_at__lte=at)
        return self.open().count(), lately.count()

    def visible_to(self, user: User) -> "HandoffQuerySet":
        if user.has_role(*policy.SEES_EVERY_HANDOFF):
            return self
        if not user.has_role(*policy.SEES_THEIR_QUEUES):
            return self.none()
        return self.filter(Q(queue__in=user.queues.values("pk")) | Q(claimed_by=user))


class HandoffState(models.TextChoices):
    OPEN = "open", "Open"
    CLAIMED = "claimed", "Claimed"
    CLOSED = "closed", "Closed"


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Handoff(Loaded):
    """One offer of a qualified lead to one sales queue."""

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="handoffs")
    queue = models.ForeignKey("funnel.Queue", models.PROTECT, related_name="handoffs")
    version = models.ForeignKey("funnel.CriteriaVersion", models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=HandoffState, default=HandoffState.OPEN)
    cycle = models.PositiveSmallIntegerField(default=1)
    # Where the lead came from, as was known then: what Sales said of a source stays its number.
    source = models.ForeignKey(
        "leads.Source", models.PROTECT, null=True, related_name="+", db_index=False
    )
    campaign = models.ForeignKey(
        "leads.Campaign", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The judgement that opened it, as it was then.
    fit = models.SmallIntegerField()
    intent = models.SmallIntegerField()
    total = models.SmallIntegerField()
    line = models.SmallIntegerField()
    # Explanation lines, biggest first, and the one sentence made from them.
    reasons = models.JSONField(default=list)
    why = models.CharField(max_length=300)
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    claimed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="handoffs"
    )
    claimed_at = models.DateTimeField(null=True)
    touch_due_at = models.DateTimeField(null=True)
    first_touch_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    reason = models.ForeignKey("funnel.Reason", models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    # Of a rejection: whether the lead may come back later, and until when marketing answers.
    may_return = models.BooleanField(null=True)
    answer_due_at = models.DateTimeField(null=True)
    # Of an accepted one: when it may be won; once it is, why they bought, and against whom.
    expected_on = models.DateField(null=True)
    bought_because = models.TextField(blank=True, default="", db_default="")
    competitor = models.CharField(max_length=120, blank=True, default="", db_default="")
    # Who rejected the lead the last time: others get it first, until its claim promise is over.
    spared = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = HandoffQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            # Two reps must never call the same person, so a lead waits in one place.
            models.UniqueConstraint(
                fields=["lead"],
                condition=~Q(state="closed"),
                name="handoff_one_live_per_lead",
            ),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(claimed_by__isnull=False),
                name="handoff_claimed_has_a_rep",
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(claimed_by=None, claimed_at=None),
                name="handoff_open_has_no_rep",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_at=None, touch_due_at=None)
                | Q(
                    claimed_by__isnull=False,
                    claimed_at__isnull=False,
                    touch_due_at__isnull=False,
                ),
                name="handoff_claim_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(outcome="")
                | (~Q(state="closed") & Q(closed_at=None, outcome="")),
                name="handoff_closed_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="rejected") | Q(reason__isnull=False),
                name="handoff_rejected_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(outcome="rejected", answer_due_at__isnull=False)
                | (~Q(outcome="rejected") & Q(answer_due_at=None)),
                name="handoff_rejected_waits_for_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(total=models.F("fit") + models.F("intent")),
                name="handoff_score_adds_up",
            ),
        ]
        indexes = [
            # Read by: queue page and take-next, least time left first.
            models.Index(
                fields=["queue", "due_at", "id"],
                condition=Q(state="open"),
                name="handoff_open_by_deadline",
            ),
            # Read by: what a rep holds (limit, my leads).
            models.Index(
                fields=["claimed_by", "claimed_at"],
                condition=Q(state="claimed"),
                name="handoff_held",
            ),
            # Read by: rejections, the oldest promise first; how leads of a company were refused.
            models.Index(
                fields=["answer_due_at", "id"],
                condition=Q(answer_due_at__isnull=False),
                name="handoff_rejected_by_answer",
            ),
            # Read by: metrics and the log of crossings.
            models.Index(fields=["-opened_at", "-id"], name="handoff_newest"),
        ]

    def __str__(self) -> str:
        return f"Handoff {self.pk}"

    def get_absolute_url(self) -> str:
        return addresses.of("lead", self.lead_id)


class Touch(AppendOnly):
    """One logged call, mail or meeting by a person."""

    class Channel(models.TextChoices):
        CALL = "call", "Call"
        EMAIL = "email", "E-mail"
        MEETING = "meeting", "Meeting"

    class Result(models.TextChoices):
        TALKED = "talked", "Talked"
        MESSAGE = "message", "Left a message"
        NO_ANSWER = "no_answer", "No answer"
        WRONG_PERSON = "wrong_person", "Wrong person"

    handoff = models.ForeignKey(Handoff, models.PROTECT, related_name="touches")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    channel = models.CharField(max_length=10, choices=Channel)
    result = models.CharField(max_length=12, choices=Result)
    note = models.TextField(blank=True)
    logged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "touches"

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_result_display()}"
