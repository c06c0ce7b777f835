from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

# What is sent where one value is asked for, cut: whoever reads it wants to see what it was.
VALUE_MAX = 20_000
KEY_MAX = 200


class UnreadValue(models.Model):
    """What an integration sent of a lead that was not understood, or not all of it.

    The newest of its field; gone once somebody says something of the field that is understood.
    """

    # unread_value_newest begins with it.
    lead = models.ForeignKey(
        "leads.Lead", models.PROTECT, related_name="unread_values", db_index=False
    )
    integration = models.ForeignKey(
        "accounts.Integration", models.PROTECT, related_name="+", db_index=False
    )
    # By its way in the API: "country", "company.employees", "attributes.tier".
    field = models.CharField(max_length=80)
    # As it came; what was no text as JSON.
    value = models.TextField()
    # What makes two values one; blank for texts that were cut, which are like no other.
    value_key = models.CharField(max_length=KEY_MAX, blank=True)
    code = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)
    # The edition of the meaning that it was read by; 0 as long as nobody gave it one.
    edition = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "integration", "field"], name="unread_value_newest"
            ),
        ]
        indexes = [
            # Read by: values not understood, and who is to be read again.
            models.Index(
                fields=["integration", "field", "value_key", "lead"], name="unread_value_said"
            ),
        ]

    def __str__(self) -> str:
        return self.value


class Meaning(models.Model):
    """What a value of one integration and field means, said once by a person for all leads."""

    integration = models.ForeignKey(
        "accounts.Integration", models.PROTECT, related_name="+", db_index=False
    )
    field = models.CharField(max_length=80)
    value_key = models.CharField(max_length=KEY_MAX)
    # As one lead had it, for people to read.
    value = models.TextField()
    # What it meant, one after the other; the last counts: {"is": "NL"}, {"is": null} where it says
    # nothing, {} where the meaning was taken away. An edition is its place, counted from 1.
    editions = models.JSONField(default=list)
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # Since when leads wait to be read again by it.
    due_at = models.DateTimeField(null=True, default=timezone.now)

    class Meta:
        ordering = ["integration", "field", "value_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["integration", "field", "value_key"], name="meaning_once"
            ),
            models.CheckConstraint(condition=~Q(value_key=""), name="meaning_is_of_a_value"),
        ]
        indexes = [
            # Read by: the sweep that reads leads again.
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="meaning_due"),
        ]

    def __str__(self) -> str:
        return self.value

    @property
    def edition(self) -> int:
        return len(self.editions)

    @property
    def now(self) -> dict[str, Any]:
        """What it means: {"is": …}, or {} where that was taken away."""
        return self.editions[-1] if self.editions else {}
