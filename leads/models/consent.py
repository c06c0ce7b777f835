from django.db import models
from django.utils import timezone

from leadportal.db.append_only import AppendOnly


class ConsentQuerySet(models.QuerySet["Consent"]):
    def that_count(self) -> "ConsentQuerySet":
        """All but the words of merges that were undone."""
        return self.filter(merge__undone_at=None)


class Consent(AppendOnly):
    """One giving or withdrawing of consent for one purpose."""

    # consent_lead_purpose begins with it.
    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="consents", db_index=False)
    purpose = models.CharField(max_length=40)
    given = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(blank=True)
    channel = models.CharField(max_length=80, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    # Whether it says when it was given, or in words that were new: only such a word gives again
    # what was withdrawn (leads/consent.py).
    is_firm = models.BooleanField(default=True, db_default=True)
    # The mail address it came through, as it was then.
    address = models.CharField(max_length=254, blank=True, default="", db_default="")
    # Who told us: an integration, or a person who typed it; neither: they themselves. Without
    # foreign keys, which every lead that comes in would pay for.
    integration = models.ForeignKey(
        "accounts.Integration",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    person = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    # Nobody's word: two leads became one, and the stricter word of the two stands, unless it is
    # undone.
    merge = models.ForeignKey(
        "leads.Merge", models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            # Read by: lead page (consent block), erasure.
            models.Index(fields=["lead", "purpose", "-at"], name="consent_lead_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {'given' if self.given else 'withdrawn'}"


class ConsentPurpose(models.Model):
    """Something somebody was asked consent for, beyond marketing and sales."""

    name = models.CharField(max_length=40, unique=True)
    first_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["first_seen_at", "id"]

    def __str__(self) -> str:
        return self.name
