"""What sales found out about a lead, and what marketing said to a rejection."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class BantItem(models.Model):
    """What sales knows of one of the four: budget, authority, need, timing."""

    class Item(models.TextChoices):
        BUDGET = "budget", "Budget"
        AUTHORITY = "authority", "Authority"
        NEED = "need", "Need"
        TIMING = "timing", "Timing"

    class State(models.TextChoices):
        KNOWN = "known", "Known"
        PARTLY = "partly", "Partly"
        UNKNOWN = "unknown", "Not known"

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="bant", db_index=False)
    item = models.CharField(max_length=9, choices=Item)
    state = models.CharField(max_length=7, choices=State)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "item"], name="bant_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_item_display()}: {self.get_state_display()}"


class WrongCriterion(models.Model):
    """A criterion that made a lead an SQL, and of which the rep says what was wrong with it."""

    class Flaw(models.TextChoices):
        WRONG = "wrong", "Not true"
        STALE = "stale", "No longer true"
        IRRELEVANT = "irrelevant", "True, but says nothing"

    handoff = models.ForeignKey(
        "leads.Handoff", models.PROTECT, related_name="wrong_criteria", db_index=False
    )
    # The id of the rule in the version that judged, and its words then.
    rule = models.CharField(max_length=40)
    label = models.CharField(max_length=120)
    flaw = models.CharField(max_length=10, choices=Flaw)

    class Meta:
        verbose_name_plural = "wrong criteria"
        constraints = [
            models.UniqueConstraint(fields=["handoff", "rule"], name="wrong_criterion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.get_flaw_display()}"


class Answer(models.Model):
    """Marketing's reply to one rejection; a dispute is settled by its arbiter."""

    class Kind(models.TextChoices):
        NURTURE = "nurture", "Nurture"
        CLOSE = "close", "Close"
        DISPUTE = "dispute", "Dispute"

    class Decision(models.TextChoices):
        UPHELD = "upheld", "Upheld"
        OVERTURNED = "overturned", "Overturned"
        UNCLEAR = "unclear", "Definition unclear"

    handoff = models.ForeignKey(
        "leads.Handoff", models.PROTECT, related_name="answers", db_index=False
    )
    kind = models.CharField(max_length=7, choices=Kind)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.CharField(max_length=300, blank=True)

    # Of a dispute.
    arbiter = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="disputes")
    due_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=300, blank=True)
    # Kept for the criteria: leads like this one are, or are not, to be handed over.
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            # A rejection is disputed once, and ends once.
            models.UniqueConstraint(
                fields=["handoff"], condition=Q(kind="dispute"), name="answer_disputed_once"
            ),
            models.UniqueConstraint(
                fields=["handoff"], condition=~Q(kind="dispute"), name="answer_final_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="dispute", arbiter__isnull=False, due_at__isnull=False)
                & ~Q(text="")
                | (~Q(kind="dispute") & Q(arbiter=None, due_at=None, decision="")),
                name="answer_dispute_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None, is_example=False)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__gte=F("at"))),
                name="answer_decision_is_whole",
            ),
        ]
        indexes = [
            # Read by: disputes that wait for their arbiter.
            models.Index(
                fields=["arbiter", "due_at"],
                condition=Q(kind="dispute", decision=""),
                name="answer_undecided",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Nurture(models.Model):
    """A lead that waits with marketing: until a day, or until something happens."""

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="nurtures", db_index=False)
    # The rejected handoff it was answered for, or the ended deal it comes from.
    handoff = models.ForeignKey("leads.Handoff", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField(default=timezone.now)
    cycle = models.PositiveSmallIntegerField()
    # Either day or event may bring it back; blank is any event or changed fact.
    return_on = models.DateField(null=True)
    return_event = models.CharField(max_length=60, blank=True)
    # After so many cycles only a person brings it back.
    by_hand_only = models.BooleanField(default=False)
    # When the sweep looks at it again.
    look_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # What brought it back: its date, an event, a changed fact, or a person.
    ended_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=Q(ended_at=None), name="nurture_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="")
                | (Q(ended_at__gte=F("since")) & ~Q(ended_by="") & Q(look_at=None)),
                name="nurture_end_says_why",
            ),
        ]
        indexes = [
            # Read by: the sweep of returns.
            models.Index(
                fields=["look_at"], condition=Q(look_at__isnull=False), name="nurture_due"
            ),
            # Read by: lead page, what became of it.
            models.Index(fields=["lead", "since"], name="nurture_of_lead"),
        ]

    def __str__(self) -> str:
        if self.return_on:
            return f"until {self.return_on}"
        return f"until {self.return_event or 'something new'}"
