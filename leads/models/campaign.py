from django.db import models
from django.utils import timezone

from leadportal.look.bidi import apart


class Source(models.Model):
    """Where leads come from: a form, a list, a partner, an ad platform."""

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
    # {"name": " e mail "} where the key does not hold the words as such.
    word_keys = models.JSONField(null=True, blank=True)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.OTHER)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return apart(self.name)


class Campaign(models.Model):
    """Something we spent time or money on to get leads."""

    name = models.CharField(max_length=120)
    key = models.CharField(max_length=150, unique=True)
    word_keys = models.JSONField(null=True, blank=True)
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="campaigns"
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    spend = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on=None)
                | models.Q(starts_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="campaign_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return apart(self.name)
