from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from leadportal.db import rows
from leadportal.db.append_only import AppendOnly
from leadportal.db.loaded import Loaded


class Portal(Loaded):
    """The one settings row of this installation."""

    company_name = models.CharField(max_length=120, default="Your company")
    currency = models.CharField(max_length=3, default="EUR", help_text="ISO 4217, like EUR.")
    zone = models.CharField(
        max_length=64, default="UTC", help_text="IANA zone, like Europe/Berlin."
    )
    sells_to = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        verbose_name="Countries we sell to",
        help_text="ISO 3166 two-letter codes.",
    )
    both_hats = models.BooleanField(
        default=False, verbose_name="One person may sign for both departments"
    )
    grace_days = models.PositiveSmallIntegerField(
        default=3,
        validators=[MaxValueValidator(90)],
        verbose_name="Days before a lead falls back when only score or time fell",
    )
    override_days = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        verbose_name="Days a person's override holds",
    )
    held_limit = models.PositiveSmallIntegerField(
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
        verbose_name="Leads a rep may hold without first touch",
    )
    claim_minutes = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(1)],
        verbose_name="Promise: minutes to claim",
    )
    touch_minutes = models.PositiveSmallIntegerField(
        default=120,
        validators=[MinValueValidator(1)],
        verbose_name="Promise: minutes to first touch",
    )
    answer_minutes = models.PositiveIntegerField(
        default=2880,
        db_default=2880,
        validators=[MinValueValidator(1)],
        verbose_name="Promise: minutes to answer a rejection",
    )
    decision_minutes = models.PositiveIntegerField(
        default=2880,
        db_default=2880,
        validators=[MinValueValidator(1)],
        verbose_name="Promise: minutes to decide a dispute",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="portal_is_one_row"),
        ]

    def __str__(self) -> str:
        return self.company_name

    @classmethod
    def load(cls) -> "Portal":
        """The settings row; made with its defaults the first time."""
        found = rows.one(cls, "id", 1)
        if found is None:
            Portal.objects.bulk_create([Portal(pk=1)], ignore_conflicts=True)
            found = rows.one(cls, "id", 1)
            assert found is not None  # we, or somebody at the same time, have made it
        return found


class SettingChange(AppendOnly):
    """One setting that a person changed: from what, to what, when."""

    at = models.DateTimeField(default=timezone.now)
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    # The name of the field of Portal, and its value before and after.
    setting = models.CharField(max_length=40)
    old = models.JSONField()
    new = models.JSONField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(old=models.F("new")), name="setting_change_changes"
            ),
        ]
        indexes = [
            # Read by: the settings page, newest first.
            models.Index(fields=["-at", "-id"], name="setting_change_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.setting}: {self.old} → {self.new}"
