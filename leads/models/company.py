from datetime import datetime, timedelta

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from leadportal.db.loaded import Loaded
from leadportal.look.bidi import apart

# So long a merge can be undone.
UNMERGE_LASTS = timedelta(days=30)


class CompanyQuerySet(models.QuerySet["Company"]):
    def standing(self) -> "CompanyQuerySet":
        """Those that are something; the rest are other names of these, or were merged into them."""
        return self.filter(merged_into=None)


class Company(Loaded):
    """An organisation leads work for, known by its registrable domain or else its name.

    One that was merged into another keeps its name and domain, and what still comes under them
    arrives at that one; a former name or domain is such a row too. No lead points to it.
    """

    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=420)
    # The name without legal form ("gmbh", "inc"): how a company without a domain is found.
    match_key = models.CharField(max_length=420, db_index=True)
    domain = models.CharField(max_length=253, blank=True)
    industry = models.CharField(max_length=120, blank=True)
    industry_key = models.CharField(max_length=260, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    country = models.CharField(max_length=2, blank=True)
    founded = models.PositiveSmallIntegerField(null=True, blank=True)
    # With a default of the database, as a release before may still write while it is added.
    phone = models.CharField(max_length=40, blank=True, default="", db_default="")
    # Words of name and industry where their twins do not hold them as such.
    word_keys = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged_from", db_index=False
    )
    # As of a lead (`typed` there), and whose word each value is: {"industry": {"integration": 3,
    # "at": "2026-11-28T…"}}, or a person's.
    typed = models.JSONField(null=True, blank=True)
    said = models.JSONField(null=True, blank=True)
    # When to look for leads that still say what it was (leads/companies/settling.py).
    due_at = models.DateTimeField(null=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "companies"
        constraints = [
            models.UniqueConstraint(
                fields=["domain"], condition=~Q(domain=""), name="company_domain_once"
            ),
            # Without a domain the name is all there is; two such rows would be one company.
            models.UniqueConstraint(
                fields=["match_key"],
                condition=Q(domain="", merged_into=None),
                name="company_bare_name_of_one",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="company_is_not_merged_into_itself",
            ),
        ]
        indexes = [
            # Read by: leads list, search by company.
            GinIndex(
                fields=["name_key"],
                opclasses=["gin_trgm_ops"],
                name="company_name_trgm",
            ),
            # Read by: company pages, merging, what became part of a company.
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="company_merged_into",
            ),
            # Read by: the sweep that settles.
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="company_due"),
        ]

    def __str__(self) -> str:
        return apart(self.name)

    def get_absolute_url(self) -> str:
        return reverse("company", args=[self.pk])


class CompanyChange(models.Model):
    """What a person changed on a company, for its page."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="changes", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    person = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    # {"industry": ["old", "new"]}
    fields = models.JSONField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            # Read by: company page.
            models.Index(fields=["company", "-at"], name="company_change_newest"),
        ]

    def __str__(self) -> str:
        return ", ".join(self.fields)


class CompanyMerge(models.Model):
    """One company that became part of another, and all that it takes to part them again."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="merges", db_index=False)
    heir = models.ForeignKey(Company, models.PROTECT, related_name="inheritances")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    # Ids of the leads that worked there, and of its own former names.
    leads = models.JSONField(default=list)
    names = models.JSONField(default=list)
    # What the heir took: {"industry": [before, since]}, each a piece of leads/companies/pieces.py.
    taken = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company"], condition=Q(undone_at=None), name="merge_of_company_once"
            ),
            models.CheckConstraint(condition=~Q(company=F("heir")), name="company_merge_is_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.company_id} into {self.heir_id}"

    @property
    def undo_until(self) -> datetime:
        at: datetime = self.at
        return at + UNMERGE_LASTS
