from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from funnel.vocabulary.operators import FactType


class FieldType(models.TextChoices):
    """Types a custom field may have: those facts may have, without counts."""

    TEXT = FactType.TEXT.value, "Text"
    NUMBER = FactType.NUMBER.value, "Number"
    MONEY = FactType.MONEY.value, "Money"
    DATE = FactType.DATE.value, "Date"
    YES_NO = FactType.YES_NO.value, "Yes or no"
    CHOICE = FactType.CHOICE.value, "Choice"
    CHOICES = FactType.CHOICES.value, "Multiple choice"


class CustomField(models.Model):
    """The definition of a field a company adds; values live in Lead.attributes."""

    name = models.SlugField(max_length=60, unique=True)
    label = models.CharField(max_length=80)
    type = models.CharField(max_length=10, choices=FieldType)
    choices = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["label"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(type__in=FieldType.values),
                name="custom_field_type_known",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class SeenAttribute(models.Model):
    """A name that came in under `attributes` and is not yet a field."""

    name = models.CharField(max_length=60, unique=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    integration = models.ForeignKey(
        "accounts.Integration", models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
