"""Two leads that may be one person: found, said not to be, or merged."""

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from leads.models.lead import Lead

# So long a merge can be undone.
UNMERGE_LASTS = timedelta(days=30)


class Why(models.TextChoices):
    """What speaks for two leads being one person, the surest first."""

    MAIL = "mail", "the same address"
    PHONE_AND_NAME = "phone_and_name", "the same phone number and name"
    MAILBOX_AND_NAME = "mailbox_and_name", "the same name, from the same mailbox of a team"
    ID_AND_MAIL = "id_and_mail", "one item named one by its id and the other by its address"
    FORMER_MAIL = "former_mail", "an address one has was the other’s before"
    NAME_AND_COMPANY = "name_and_company", "the same name in the same company"
    PHONE = "phone", "the same phone number and a similar name"


class Rank(models.IntegerChoices):
    CERTAIN = 1, "Certain"
    LIKELY = 2, "Likely"
    POSSIBLE = 3, "Possible"


RANK: dict[Why, Rank] = {
    Why.MAIL: Rank.CERTAIN,
    Why.PHONE_AND_NAME: Rank.CERTAIN,
    Why.MAILBOX_AND_NAME: Rank.CERTAIN,
    Why.ID_AND_MAIL: Rank.LIKELY,
    Why.FORMER_MAIL: Rank.LIKELY,
    Why.NAME_AND_COMPANY: Rank.LIKELY,
    Why.PHONE: Rank.POSSIBLE,
}
# Said of a pair when it came in; a search of what they have now does not find it again.
TOLD = frozenset({Why.MAIL, Why.ID_AND_MAIL})


class DuplicateQuerySet(models.QuerySet["Duplicate"]):
    def open(self) -> "DuplicateQuerySet":
        return self.filter(decision="")

    def visible_to(self, user: User) -> "DuplicateQuerySet":
        """Those of which a person sees both leads."""
        seen = Lead.objects.visible_to(user).order_by().values("pk")
        return self.filter(first__in=seen, second__in=seen)


class Duplicate(models.Model):
    """Two leads that may be one person, the older first; once refused, for ever."""

    class Decision(models.TextChoices):
        REFUSED = "refused", "Not duplicates"
        MERGED = "merged", "Merged"

    # duplicate_once begins with it.
    first = models.ForeignKey("leads.Lead", models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey("leads.Lead", models.PROTECT, related_name="+")
    why = ArrayField(models.CharField(max_length=20))
    rank = models.SmallIntegerField(choices=Rank)
    found_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=7, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="duplicate_older_is_first"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="duplicate_decided_has_a_time",
            ),
        ]
        indexes = [
            # Read by: the list of duplicates, the surest first.
            models.Index(
                fields=["rank", "id"], condition=Q(decision=""), name="duplicate_open_by_rank"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"

    def get_absolute_url(self) -> str:
        return reverse("duplicate", args=[self.pk])

    @property
    def leads(self) -> tuple[Lead, Lead]:
        return self.first, self.second


class Uncompared(models.Model):
    """A lead that is new, or has another name, number, address or company, until it is compared.

    Added by the triggers of leads/sql/duplicates.sql; without a foreign key, as News.
    """

    lead = models.ForeignKey(
        "leads.Lead", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "uncompared"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"lead {self.lead_id}"


class Merge(models.Model):
    """One lead that became part of another, and all that it takes to part them again."""

    # Who is a tombstone now, and who stayed.
    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="merges", db_index=False)
    heir = models.ForeignKey("leads.Lead", models.PROTECT, related_name="inheritances")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    # Where the lead stood, and its handoff that ended with it, in which state.
    stage = models.CharField(max_length=12)
    handoff = models.ForeignKey(
        "leads.Handoff", models.PROTECT, null=True, related_name="+", db_index=False
    )
    handoff_state = models.CharField(max_length=8, blank=True)
    # The wait for its return, as it was: {"id": 7, "look_at": "…"}.
    wait = models.JSONField(null=True)
    # Rows that changed hands: {"Event": [3, 4]}.
    moved = models.JSONField(default=dict)
    # What the heir took: {"phone": [before, since]}, each a piece of leads/duplicates/pieces.py.
    taken = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=Q(undone_at=None), name="merge_of_lead_once"
            ),
            models.CheckConstraint(condition=~Q(lead=F("heir")), name="merge_is_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} into {self.heir_id}"

    @property
    def undo_until(self) -> datetime:
        at: datetime = self.at
        return at + UNMERGE_LASTS
