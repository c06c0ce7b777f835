from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from leadportal.db.loaded import Loaded
from leadportal.look.bidi import apart


class Scope(models.TextChoices):
    """What a key may do. One word per thing an integration is for."""

    LEADS_READ = "leads:read", "Read leads, their scores and history"
    LEADS_WRITE = "leads:write", "Send leads in"
    LEADS_IMPORT = "leads:import", "Say when leads began, also in the past"
    EVENTS_WRITE = "events:write", "Send events in"
    HANDOFFS_READ = "handoffs:read", "Read handoffs"
    HANDOFFS_WRITE = "handoffs:write", "Claim and work handoffs for a named rep"
    CRITERIA_READ = "criteria:read", "Read the criteria"
    METRICS_READ = "metrics:read", "Read the numbers of Quality and Overview"


class Integration(Loaded):
    """A system that posts to us; owns its keys and its namespace of external ids."""

    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="integration_name_once")]

    def __str__(self) -> str:
        return apart(self.name)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self, at: datetime) -> "ApiKeyQuerySet":
        """Keys that open the door at `at`: neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=at)


class ApiKey(Loaded):
    """One secret of an integration. Only its fingerprint is kept."""

    integration = models.ForeignKey(Integration, models.PROTECT, related_name="keys")
    name = models.CharField(max_length=80, blank=True)
    public_id = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    source = models.CharField(
        max_length=80, blank=True, help_text="Source of leads that do not name one."
    )
    # Refuses an item over one value that is not understood, for who would rather send it again.
    strict = models.BooleanField(default=False, db_default=False)
    created_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=Scope.values) & ~models.Q(scopes=[]),
                name="api_key_has_known_scopes",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="api_key_expires_after_creation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.integration} · {self.public_id}"

    @property
    def may(self) -> list[str]:
        """What it is allowed, in words."""
        return [Scope(one).label for one in self.scopes]
