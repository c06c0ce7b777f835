from django.db import models
from django.utils import timezone

from leadportal.db.append_only import AppendOnly


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
