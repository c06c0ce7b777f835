from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User


class DomainKind(models.TextChoices):
    """What a manager says a domain is, whatever the lists say."""

    COMPANY = "company", "One company’s own"
    FREE = "free", "Mailboxes for anybody"
    DISPOSABLE = "disposable", "Throw-away addresses"
    SHARED = "shared", "Pages of many: social, shop, host"


class Domain(models.Model):
    """What this portal's managers said of one domain."""

    domain = models.CharField(max_length=253, unique=True)
    kind = models.CharField(max_length=10, choices=DomainKind)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["domain"]
        constraints = [
            models.CheckConstraint(condition=~Q(domain=""), name="domain_is_a_domain"),
        ]

    def __str__(self) -> str:
        return self.domain


class RoleWord(models.Model):
    """What this portal's managers said of a name before the @: a team's, or somebody's own."""

    word = models.CharField(max_length=64, unique=True)
    is_role = models.BooleanField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["word"]
        constraints = [
            models.CheckConstraint(condition=~Q(word=""), name="role_word_is_a_word"),
        ]

    def __str__(self) -> str:
        return self.word
