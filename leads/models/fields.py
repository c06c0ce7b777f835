from functools import cached_property
from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from funnel.vocabulary.operators import FactType
from leadportal.look.bidi import apart
from leads.text import key


class FieldType(models.TextChoices):
    """Types a custom field may have: those facts may have, without counts."""

    TEXT = FactType.TEXT.value, "Text"
    NUMBER = FactType.NUMBER.value, "Number"
    MONEY = FactType.MONEY.value, "Money"
    DATE = FactType.DATE.value, "Date"
    YES_NO = FactType.YES_NO.value, "Yes or no"
    CHOICE = FactType.CHOICE.value, "Choice"
    CHOICES = FactType.CHOICES.value, "Multiple choice"


OF_CHOICES = frozenset({FieldType.CHOICE, FieldType.CHOICES})


class CustomFieldQuerySet(models.QuerySet["CustomField"]):
    def standing(self) -> "CustomFieldQuerySet":
        """Those that are fields; the rest are other names of these."""
        return self.filter(same_as=None)

    def of_choices(self) -> "CustomFieldQuerySet":
        return self.standing().filter(type__in=OF_CHOICES)


class CustomField(models.Model):
    """The definition of a field a company adds; values live in Lead.attributes under its name.

    One that is `same_as` another is another name of it: what is sent under it arrives there.
    """

    # Never changes: values, criteria and mappings go by it.
    name = models.SlugField(max_length=60, unique=True)
    # What the API calls it since it was renamed; blank: its name.
    sent_as = models.SlugField(max_length=60, blank=True, default="", db_default="", db_index=False)
    same_as = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="other_names"
    )
    label = models.CharField(max_length=80)
    help = models.CharField(max_length=200, blank=True, default="", db_default="")
    type = models.CharField(max_length=10, choices=FieldType)
    # What leads may hold, in the order in which it is offered; none of them ever changes.
    choices = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    # What is said of some of them: {"Small": {"label": "SMB", "also": ["S"], "retired": true,
    # "is": "Large"}}. One that `is` another was merged into it.
    choice_terms = models.JSONField(default=dict, db_default={}, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(default=timezone.now)
    # Since when it is offered no more; what is sent of it is still read.
    retired_at = models.DateTimeField(null=True, blank=True)
    # When what leads carry was to be read otherwise, when the next batch of them is due, and the
    # last lead it is past (leads/own_fields/past.py).
    changed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    read_to = models.BigIntegerField(default=0, db_default=0)

    objects = CustomFieldQuerySet.as_manager()

    class Meta:
        ordering = ["position", "label"]
        constraints = [
            models.CheckConstraint(
                condition=Q(type__in=FieldType.values),
                name="custom_field_type_known",
            ),
            models.CheckConstraint(
                condition=Q(same_as=None) | ~Q(same_as=F("id")),
                name="custom_field_is_not_its_own_name",
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(changed_at__isnull=False, same_as=None),
                name="custom_field_due_is_a_changed_field",
            ),
        ]
        indexes = [
            # Read by: the sweep that reads what leads carry again.
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="custom_field_due"
            ),
        ]

    def __str__(self) -> str:
        return apart(self.label)

    @property
    def api_name(self) -> str:
        return self.sent_as or self.name

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    @property
    def has_choices(self) -> bool:
        return self.type in OF_CHOICES

    def term(self, choice: str) -> dict[str, Any]:
        """What is said of a choice; {} for most."""
        return cast(dict[str, Any], self.choice_terms.get(choice, {}))

    def label_of(self, choice: str) -> str:
        return str(self.term(choice).get("label") or choice)

    @property
    def offered(self) -> list[str]:
        """The choices to choose from; those that were retired or merged are still read."""
        terms = [(choice, self.term(choice)) for choice in self.choices]
        return [choice for choice, term in terms if not (term.get("retired") or term.get("is"))]

    @cached_property
    def by_spelling(self) -> dict[str, str]:
        """Which choice a text means, by its key: itself before what it is also called."""
        found: dict[str, str] = {}
        for choice in self.choices:
            found[key(choice)] = self.term(choice).get("is") or choice
        for choice in self.choices:
            term = self.term(choice)
            for word in [term.get("label", ""), *term.get("also", ())]:
                found.setdefault(key(word), term.get("is") or choice)
        return found


class SeenAttribute(models.Model):
    """A name that an integration sent under `attributes` and that was no field then."""

    name = models.CharField(max_length=60)
    first_seen_at = models.DateTimeField(default=timezone.now)
    # None: a field once, whose definition was removed.
    integration = models.ForeignKey(
        "accounts.Integration", models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "integration"], name="seen_attribute_of_integration"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(integration=None), name="seen_attribute_of_nobody"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RawValue(models.Model):
    """What a lead carried before it was read as a field's value: kept as long as that stands."""

    # raw_value_of_lead begins with it.
    lead = models.ForeignKey(
        "leads.Lead", models.PROTECT, related_name="raw_values", db_index=False
    )
    name = models.CharField(max_length=60)
    value = models.JSONField()
    # Null: another name of the field was said as well, and counts for nothing.
    read_as = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "name"], name="raw_value_of_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of lead {self.lead_id}"


class AttributeCount(models.Model):
    """How many leads carry a name among their attributes, and what they say most."""

    name = models.CharField(max_length=60, unique=True)
    leads = models.PositiveIntegerField()
    # [["12", 4], …] as JSON has them, those of most leads first; long texts are cut.
    values = models.JSONField()
    # Whether these are all the values there are.
    is_whole = models.BooleanField()

    class Meta:
        ordering = ["-leads", "name"]

    def __str__(self) -> str:
        return f"{self.name}: {self.leads}"


class AttributeCounting(models.Model):
    """When attributes were counted last, and when they are again: one row."""

    counted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="attribute_counting_is_one"),
        ]

    def __str__(self) -> str:
        return f"next at {self.due_at}"
