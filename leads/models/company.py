from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from leadportal.look.bidi import apart


class Company(models.Model):
    """An organisation leads work for, known by its registrable domain or else its name."""

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
                condition=Q(domain=""),
                name="company_bare_name_once",
            ),
        ]
        indexes = [
            # Read by: leads list, search by company.
            GinIndex(
                fields=["name_key"],
                opclasses=["gin_trgm_ops"],
                name="company_name_trgm",
            ),
        ]

    def __str__(self) -> str:
        return apart(self.name)
