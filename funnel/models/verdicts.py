from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from leadportal.db.loaded import Loaded
from leadportal.look.bidi import apart


class Reason(Loaded):
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

    class Destination(models.TextChoices):
        """What marketing is offered first as its answer."""

        NURTURE = "nurture", "Nurture"
        CLOSE = "close", "Close"

    label = models.CharField(max_length=80)
    family = models.CharField(max_length=12, choices=Family)
    # A retired one is not offered any more; who was rejected for it keeps it.
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    destination = models.CharField(
        max_length=8, choices=Destination, default=Destination.NURTURE, db_default="nurture"
    )
    # Whether “may come back later” is ticked where it is chosen.
    may_return = models.BooleanField(default=True, db_default=True)
    # What marketing last chose for it: the days until the lead comes back, or the event.
    return_days = models.PositiveSmallIntegerField(default=180, db_default=180)
    return_event = models.CharField(max_length=60, blank=True, default="", db_default="")

    class Meta:
        ordering = ["position", "label"]
        constraints = [
            models.UniqueConstraint(Lower("label"), name="reason_label_once"),
            models.CheckConstraint(
                condition=Q(return_days__gte=1, return_days__lte=1095),
                name="reason_returns_within_three_years",
            ),
        ]

    def __str__(self) -> str:
        return apart(self.label)
