from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts import policy
from accounts.models import User
from funnel.stages import LADDER, TOMBSTONES, Stage
from leadportal.db.loaded import Loaded
from leadportal.look.bidi import apart
from leadportal.web import addresses

# Up to here sorting a rep's leads is quicker than walking an index of all leads.
FEW = 5_000


def _handed_to(user: User) -> "models.QuerySet[Any]":
    """Every handoff, whatever became of it, to a queue of this person."""
    # By name: the module of handoffs needs this one first.
    handoffs = apps.get_model("leads", "Handoff")._default_manager
    return handoffs.filter(queue__in=user.queues.values("pk"))


class LeadQuerySet(models.QuerySet["Lead"]):
    def locked(self) -> "LeadQuerySet":
        """Held for a change until the transaction ends; events of them can still come in."""
        return self.select_for_update(no_key=True, of=("self",))

    def living(self) -> "LeadQuerySet":
        """Leads that are somebody: neither merged away nor erased."""
        return self.exclude(stage__in=TOMBSTONES)

    def changed_since(self, at: datetime) -> "LeadQuerySet":
        """Leads of which something that we tell is as of `at` or later.

        The latest of three columns that are written anyway: when it was last written, moved
        (with its stage, its owner) or judged (with its score and grade, and after whatever its
        company became). leads/lead/as_json.py answers the same as `updated_at`.
        """
        # Each table read once, at worst: the planner would else walk the index of the list's order
        # and look up the judgement of every lead on the way to the few that changed.
        judgements = apps.get_model("leads", "Judgement")._default_manager
        leads = self.model._default_manager.order_by()
        changed = (
            leads.filter(updated_at__gte=at)
            .values("pk")
            .union(
                leads.filter(stage_since__gte=at).values("pk"),
                judgements.filter(scored_at__gte=at).values("pk"),
                all=True,
            )
        )
        return self.filter(pk__in=changed)

    def unchanged_since(self, at: datetime) -> "LeadQuerySet":
        """All others."""
        judged_before = Q(judgement__scored_at=None) | Q(judgement__scored_at__lt=at)
        return self.filter(judged_before, updated_at__lt=at, stage_since__lt=at)

    def visible_to(self, user: User) -> "LeadQuerySet":
        """Everybody but reps: all. A rep: those handed to their queues, and their own."""
        if user.has_role(*policy.SEES_EVERY_LEAD):
            return self.living()
        if not user.has_role(*policy.SEES_THEIR_QUEUES):
            return self.none()
        # One subquery on handoffs, not a join: a lead handed over twice is still one row.
        handed = _handed_to(user).values("lead")
        return self.living().filter(Q(pk__in=handed) | Q(owner=user))

    def listed_for(self, user: User) -> "LeadQuerySet":
        """The rows of `visible_to`, for a list: few among a million are found by their ids."""
        if user.has_role(*policy.SEES_EVERY_LEAD) or not user.has_role(*policy.SEES_THEIR_QUEUES):
            return self.visible_to(user)
        handed = _handed_to(user).order_by().values("lead")
        if handed[: FEW + 1].count() > FEW:
            # So many that reading the list's own index meets a page of them soon.
            return self.visible_to(user)
        owned = self.model._default_manager.filter(owner=user).order_by().values("pk")
        return self.living().filter(pk__in=handed.union(owned))


class EmailKind(models.TextChoices):
    WORK = "work", "Work address"
    FREE = "free", "Free mailbox"
    ROLE = "role", "Role address"
    DISPOSABLE = "disposable", "Disposable address"


class Lead(Loaded):
    """A person we know of, and where they stand. How they were judged is their `judgement`."""

    # Who they are. A *_key is the normalised twin that SQL compares (leads/text.py).
    email = models.CharField(max_length=254, blank=True)
    # The mail as identity; blank for role addresses, which belong to nobody.
    email_key = models.CharField(max_length=254, blank=True)
    email_kind = models.CharField(max_length=10, choices=EmailKind, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    # The words of both names, however they were parted (leads/text.py person_key).
    name_key = models.CharField(max_length=210, blank=True, default="", db_default="")
    job_title = models.CharField(max_length=160, blank=True)
    job_title_key = models.CharField(max_length=340, blank=True)
    # With a default of the database, as a release before may still write while it is added.
    department = models.CharField(max_length=120, blank=True, default="", db_default="")
    department_key = models.CharField(max_length=260, blank=True, default="", db_default="")
    website = models.CharField(max_length=300, blank=True, default="", db_default="")
    linkedin = models.CharField(max_length=300, blank=True, default="", db_default="")
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=100, blank=True)
    city_key = models.CharField(max_length=220, blank=True)
    # lead_of_company begins with it.
    company = models.ForeignKey(
        "leads.Company",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        db_index=False,
    )
    attributes = models.JSONField(default=dict, blank=True)
    attribute_keys = models.JSONField(default=dict, blank=True)
    # {"job_title": " vice president "}: of texts whose words their twin does not hold as such.
    word_keys = models.JSONField(null=True, blank=True)
    estimated_value = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    # Newest word on each purpose: {"marketing": true}. The rows are in Consent.
    consent = models.JSONField(default=dict, blank=True)
    search_key = models.TextField(blank=True)
    # What a person typed stands against machines. By name, as in `changes`: null, or what a machine
    # said since: {"job_title": {"value": "CFO", "by": "HubSpot", "at": "2026-11-28T…"}}.
    typed = models.JSONField(null=True, blank=True)
    # Companies of which a person said that they do not work there: no machine links them again.
    not_of = ArrayField(models.BigIntegerField(), null=True, blank=True)

    source = models.ForeignKey("leads.Source", models.PROTECT, null=True, related_name="leads")
    campaign = models.ForeignKey("leads.Campaign", models.PROTECT, null=True, related_name="leads")
    # How the link was marked that brought them (leads/tags.py): {"utm_medium": "cpc"}.
    tags = models.JSONField(null=True, blank=True)
    # The same of when they came last, where they came again: source, campaign and tags above stand.
    last_source = models.ForeignKey(
        "leads.Source", models.PROTECT, null=True, related_name="+", db_index=False
    )
    last_campaign = models.ForeignKey(
        "leads.Campaign", models.PROTECT, null=True, related_name="+", db_index=False
    )
    last_tags = models.JSONField(null=True, blank=True)
    last_came_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged_from", db_index=False
    )

    # Where they stand.
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.INQUIRY)
    stage_since = models.DateTimeField(default=timezone.now)
    cycle = models.PositiveSmallIntegerField(default=1)
    owner = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="leads")
    # A person's override: the machine leaves the stage alone until then.
    held_until = models.DateTimeField(null=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            # The same personal address never makes a second lead.
            models.UniqueConstraint(
                fields=["email_key"],
                condition=~Q(email_key="") & Q(merged_into=None),
                name="lead_email_once",
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="lead_stage_is_known"),
            models.CheckConstraint(
                condition=Q(stage="merged", merged_into__isnull=False)
                | (~Q(stage="merged") & Q(merged_into=None)),
                name="lead_merged_names_its_heir",
            ),
            models.CheckConstraint(
                condition=Q(last_came_at__isnull=False)
                | Q(last_source=None, last_campaign=None, last_tags=None),
                name="lead_last_came_at_a_time",
            ),
        ]
        indexes = [
            # Read by: ingest, a mail whose lead was merged into another (leads/ingest/identity.py).
            models.Index(
                fields=["email_key"],
                condition=Q(merged_into__isnull=False),
                name="lead_merged_email",
            ),
            # Read by: ingest and the search for duplicates, who has this number and name.
            models.Index(
                fields=["phone", "name_key"], condition=~Q(phone=""), name="lead_by_phone"
            ),
            # Read by: the same, who of a company has this name; company pages, judging.
            models.Index(fields=["company", "name_key"], name="lead_of_company"),
            # Read by: the search for duplicates, who wrote from this mailbox of a team.
            models.Index(Lower("email"), condition=Q(email_kind="role"), name="lead_by_mailbox"),
            # Read by: judging, who objected to being scored (leads/judging/objected.py).
            models.Index(fields=["id"], condition=Q(consent__scoring=False), name="lead_objected"),
            # Read by: the lead page, undo of merges, who was merged into a lead.
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="lead_merged_into",
            ),
            # Read by: leads list, by its sort orders and stage filter.
            models.Index(fields=["-created_at", "-id"], name="lead_newest"),
            models.Index(fields=["-stage_since", "-id"], name="lead_last_moved"),
            models.Index(fields=["stage", "-id"], name="lead_by_stage"),
            # Read by: leads list, filter by country (a rare one must not read the whole table).
            models.Index(fields=["country"], name="lead_country"),
            # Read by: the same, filters by what brought them again; merging two names. Partial, so
            # that a new lead, who came once, writes none.
            models.Index(
                fields=["last_source"],
                condition=Q(last_source__isnull=False),
                name="lead_last_source",
            ),
            models.Index(
                fields=["last_campaign"],
                condition=Q(last_campaign__isnull=False),
                name="lead_last_campaign",
            ),
            # Read by: search box (name, mail, company).
            GinIndex(
                fields=["search_key"],
                opclasses=["gin_trgm_ops"],
                name="lead_search_trgm",
            ),
        ]

    def __str__(self) -> str:
        return apart(self.name)

    def get_absolute_url(self) -> str:
        return addresses.of("lead", self.pk)

    @property
    def name(self) -> str:
        """What to call them: the name, else the mail, else the phone, else a number."""
        full = f"{self.first_name} {self.last_name}".strip()
        return full or self.email or self.phone or f"Lead {self.pk}"

    @property
    def on_ladder(self) -> bool:
        return self.stage in LADDER


class ExternalId(models.Model):
    """The name one integration has for a lead; never shared by two leads."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="external_ids")
    # An index of its own would tempt the planner to read all ids of the integration.
    integration = models.ForeignKey(
        "accounts.Integration", models.PROTECT, related_name="+", db_index=False
    )
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["integration", "value"], name="external_id_once"),
            models.CheckConstraint(condition=~Q(value=""), name="external_id_is_not_blank"),
        ]
        indexes = [
            # Read by: search, which does not know whose name for a lead it was given.
            models.Index(fields=["value"], name="external_id_value"),
        ]

    def __str__(self) -> str:
        return self.value


class Alias(models.Model):
    """An address a lead had before: it still finds them. The newest row says whose it is."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="aliases")
    email_key = models.CharField(max_length=254)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "aliases"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(email_key=""), name="alias_is_an_address"),
        ]
        indexes = [
            # Read by: ingest, whose address this was.
            models.Index(fields=["email_key"], name="alias_address"),
        ]

    def __str__(self) -> str:
        return self.email_key


class LeadChange(models.Model):
    """What one write changed on a lead that was already known, for its timeline."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="changes")
    at = models.DateTimeField(default=timezone.now)
    integration = models.ForeignKey(
        "accounts.Integration", models.PROTECT, null=True, related_name="+"
    )
    person = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    # {"job_title": ["old", "new"]}
    fields = models.JSONField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            # Read by: lead timeline.
            models.Index(fields=["lead", "-at"], name="lead_change_newest"),
        ]

    def __str__(self) -> str:
        return ", ".join(self.fields)
