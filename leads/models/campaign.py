from typing import TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from leadportal.db.loaded import Loaded
from leadportal.look.bidi import apart
from leads.text import BETWEEN

Named = TypeVar("Named", "Source", "Campaign")


def _folded() -> Coalesce:
    """SQL of `folded_key` (leads/text.py)."""
    bare = Func(
        F("key"), Value(BETWEEN), Value(""), function="translate", output_field=models.CharField()
    )
    # A name of nothing else stands for itself.
    return Coalesce(NullIf(bare, Value("")), F("key"))


class NamedQuerySet(models.QuerySet[Named]):
    def standing(self) -> "NamedQuerySet[Named]":
        """Those that are something; the rest are other names of these."""
        return self.filter(same_as=None)

    def called(self, folded: str) -> models.QuerySet[Named, int]:
        """The id of what is called so by now, by any of its names."""
        named = self.order_by().filter(folded=folded)
        return named.values_list(Coalesce("same_as", "pk"), flat=True)


class Source(Loaded):
    """Where leads come from: a form, a list, a partner, an ad platform.

    One that is `same_as` another is an old name of it: nothing points to it, and what still comes
    under it arrives there.
    """

    class Channel(models.TextChoices):
        WEBSITE = "website", "Website"
        PAID = "paid", "Paid ads"
        SEARCH = "search", "Organic search"
        EVENT = "event", "Events and webinars"
        EMAIL = "email", "E-mail"
        PARTNER = "partner", "Partners"
        CONTENT = "content", "Content"
        OTHER = "other", "Other"

    name = models.CharField(max_length=80)
    key = models.CharField(max_length=100, unique=True)
    # The key without what may stand between words: "Google Ads" and "google-ads" are one.
    folded = models.GeneratedField(
        expression=_folded(), output_field=models.CharField(max_length=100), db_persist=True
    )
    # {"name": " e mail "} where the key does not hold the words as such.
    word_keys = models.JSONField(null=True, blank=True)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.OTHER)
    created_at = models.DateTimeField(default=timezone.now)
    same_as = models.ForeignKey("self", models.PROTECT, null=True, related_name="other_names")
    # Of another name: when to look for what still points to it (leads/sources/moving.py).
    due_at = models.DateTimeField(null=True)

    objects = NamedQuerySet["Source"].as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["folded"], name="source_name_once"),
            models.CheckConstraint(
                condition=Q(same_as=None) | ~Q(same_as=F("id")), name="source_is_not_its_own_name"
            ),
        ]

    def __str__(self) -> str:
        return apart(self.name)


class Campaign(Loaded):
    """Something we spent time or money on to get leads; `same_as` as of a Source."""

    name = models.CharField(max_length=120)
    key = models.CharField(max_length=150, unique=True)
    folded = models.GeneratedField(
        expression=_folded(), output_field=models.CharField(max_length=150), db_persist=True
    )
    word_keys = models.JSONField(null=True, blank=True)
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="campaigns"
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    spend = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    same_as = models.ForeignKey("self", models.PROTECT, null=True, related_name="other_names")
    due_at = models.DateTimeField(null=True)

    objects = NamedQuerySet["Campaign"].as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["folded"], name="campaign_name_once"),
            models.CheckConstraint(
                condition=Q(same_as=None) | ~Q(same_as=F("id")),
                name="campaign_is_not_its_own_name",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None)
                | models.Q(starts_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="campaign_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return apart(self.name)


class NameMerge(models.Model):
    """One source, or campaign, that became another's name, and all that it takes to part them."""

    class Of(models.TextChoices):
        SOURCE = "source", "Source"
        CAMPAIGN = "campaign", "Campaign"

    kind = models.CharField(max_length=8, choices=Of)
    # Ids of the two, of the table of that kind.
    row = models.BigIntegerField()
    heir = models.BigIntegerField()
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    # Ids of its own other names, and what the heir learned: {"channel": [before, since]}.
    names = models.JSONField(default=list)
    learned = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Of one that is undone: what was moved is still going back (leads/sources/moving.py).
    due_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "row"], condition=Q(undone_at=None), name="name_merged_once"
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(undone_at__isnull=False), name="name_parted_goes_back"
            ),
        ]
        indexes = [
            # Read by: the lists of sources and campaigns.
            models.Index(fields=["kind", "heir"], name="name_merge_heir"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.row} into {self.heir}"


class MovedByName(models.Model):
    """Some rows that a merge of names moved to the heir, in the order of their ids."""

    class Column(models.TextChoices):
        SOURCE = "source", "Source of a lead"
        LAST_SOURCE = "last_source", "Last source of a lead"
        CAMPAIGN = "campaign", "Campaign of a lead"
        LAST_CAMPAIGN = "last_campaign", "Last campaign of a lead"
        HANDOFF = "handoff", "Of a handoff"
        OF_CAMPAIGN = "of_campaign", "Source of a campaign"

    merge = models.ForeignKey(NameMerge, models.CASCADE, related_name="moved", db_index=False)
    column = models.CharField(max_length=13, choices=Column)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    ids = ArrayField(models.BigIntegerField())

    class Meta:
        indexes = [
            # Read by: what goes back, and leads/sql/origin.sql.
            models.Index(fields=["merge", "column", "first"], name="moved_by_name"),
        ]

    def __str__(self) -> str:
        return f"{len(self.ids)} of {self.column}"
