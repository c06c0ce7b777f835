import operator
from collections.abc import Collection
from functools import reduce

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from accounts.roles import Side
from leadportal.db.loaded import Loaded


class VersionState(models.TextChoices):
    DRAFT = "draft", "Draft"
    PROPOSED = "proposed", "Proposed"
    SCHEDULED = "scheduled", "Scheduled"
    LIVE = "live", "Live"
    RETIRED = "retired", "Retired"


EDITABLE = (VersionState.DRAFT, VersionState.PROPOSED)


class CriteriaVersionQuerySet(models.QuerySet["CriteriaVersion"]):
    def live(self) -> "CriteriaVersionQuerySet":
        return self.filter(state=VersionState.LIVE)

    def editable(self) -> "CriteriaVersionQuerySet":
        return self.filter(state__in=EDITABLE)

    def visible_to(self, person: User) -> "CriteriaVersionQuerySet":
        """Everybody reads what was proposed; a draft belongs to those who write the criteria."""
        if policy.can(person, Action.READ_DRAFTS):
            return self
        return self.without_drafts()

    def without_drafts(self) -> "CriteriaVersionQuerySet":
        """Proposed at least: what its author has shown to both departments."""
        return self.exclude(state=VersionState.DRAFT)

    def for_api(self) -> "CriteriaVersionQuerySet":
        """With the version each was drafted from; of its `signatures` the valid ones alone."""
        signed = models.Prefetch("signatures", Signature.objects.valid())
        return self.select_related("based_on").defer("based_on__content").prefetch_related(signed)

    def lacking_signature_of(self, sides: Collection[Side]) -> "CriteriaVersionQuerySet":
        """Proposed versions that at least one of these sides has yet to sign."""
        signed = Signature.objects.valid().filter(version=models.OuterRef("pk"))
        lacks = [~models.Exists(signed.filter(side=side)) for side in sides]
        return self.filter(
            reduce(operator.or_, lacks, models.Q(pk__in=[])), state=VersionState.PROPOSED
        )


class CriteriaVersion(Loaded):
    """The whole signed rulebook as it stood: definitions, scoring rules, bands."""

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    note = models.TextField(blank=True)
    author = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    based_on = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    # The last save of the content, by whoever drafted or edited it.
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    scheduled_for = models.DateTimeField(null=True)
    live_at = models.DateTimeField(null=True)
    # Who switched it on, now or at a time, and how many new SQLs they were told and confirmed.
    switched_on_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    confirmed_sqls = models.PositiveIntegerField(null=True)
    retired_at = models.DateTimeField(null=True)

    objects = CriteriaVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            # Every lead is judged by exactly one rulebook.
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="live"), name="criteria_one_live"
            ),
            # Two half-signed drafts would split what people think they agreed to.
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(state__in=["draft", "proposed"]),
                name="criteria_one_draft_or_proposed",
            ),
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(state="scheduled"),
                name="criteria_one_scheduled",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["live", "retired"], live_at__isnull=False)
                | Q(state__in=["draft", "proposed", "scheduled"], live_at__isnull=True),
                name="criteria_live_at_set_exactly_when_it_was_live",
            ),
            models.CheckConstraint(
                condition=Q(state="retired", retired_at__isnull=False)
                | (~Q(state="retired") & Q(retired_at__isnull=True)),
                name="criteria_retired_at_set_exactly_when_retired",
            ),
            models.CheckConstraint(
                condition=Q(state="scheduled", scheduled_for__isnull=False)
                | (~Q(state="scheduled")),
                name="criteria_scheduled_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("criteria-version", args=[self.number])

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def is_in_the_making(self) -> bool:
        """Whether it may become live."""
        return self.state in (*EDITABLE, VersionState.SCHEDULED)

    @property
    def is_shipped_default(self) -> bool:
        """Signed by nobody yet: in force because it came with the product."""
        return self.author_id is None and self.number == 1


class SignatureQuerySet(models.QuerySet["Signature"]):
    def valid(self) -> "SignatureQuerySet":
        """On exactly the present content, one a side at most; with who signed."""
        on_this = self.filter(voided_at=None, content_hash=models.F("version__content_hash"))
        return on_this.select_related("signed_by")


class Signature(models.Model):
    """One department's consent to exactly one content of a version."""

    version = models.ForeignKey(CriteriaVersion, models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=16, choices=Side)
    signed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    content_hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField(default=timezone.now)
    both_hats = models.BooleanField(default=False)
    voided_at = models.DateTimeField(null=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "side"],
                condition=Q(voided_at=None),
                name="signature_one_valid_per_side",
            ),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="signature_side_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} on {self.version}"


class Refusal(models.Model):
    """One manager's no to a proposed version: what to change before they would sign."""

    version = models.ForeignKey(CriteriaVersion, models.PROTECT, related_name="refusals")
    refused_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    note = models.TextField()
    refused_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-refused_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(note=""), name="refusal_says_why"),
        ]

    def __str__(self) -> str:
        return f"No to {self.version}"
