from django.db import models
from django.db.models.functions import Lower


class Reason(models.Model):
    """One entry of the list a rep chooses from when sending a lead back."""

    class Family(models.TextChoices):
        PROFILE = "profile", "Not our profile"
        AUTHORITY = "authority", "No authority"
        NEED = "need", "No need"
        EARLY = "early", "Too early"
        BUDGET = "budget", "No budget"
        DUPLICATE = "duplicate", "Duplicate"
        BAD_DATA = "bad_data", "Bad data"
        UNREACHABLE = "unreachable", "Unreachable"
        NOT_A_BUYER = "not_a_buyer", "Competitor, student or spam"
        CONSENT = "consent", "Consent missing"
        OTHER = "other", "Other"

    label = models.CharField(max_length=80)
    family = models.CharField(max_length=12, choices=Family)
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "label"]
        constraints = [models.UniqueConstraint(Lower("label"), name="reason_label_once")]

    def __str__(self) -> str:
        return self.label
