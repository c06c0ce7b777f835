from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.roles import MANAGERS, SIDE_OF, Role, Side
from leadportal.db.append_only import AppendOnly
from leadportal.db.loaded import Loaded
from leadportal.look.bidi import apart


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def with_role(self, *roles: Role) -> "UserQuerySet":
        """People who hold at least one of the roles."""
        return self.filter(roles__overlap=[str(role) for role in roles])


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=email.strip().lower())


class Team(models.Model):
    """A group of people of one side who share a calendar and a manager's view."""

    name = models.CharField(max_length=80)
    side = models.CharField(max_length=16, choices=Side)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), "side", name="team_name_once_per_side"),
            models.CheckConstraint(
                condition=models.Q(side__in=Side.values), name="team_side_is_known"
            ),
        ]

    def __str__(self) -> str:
        return apart(self.name)


class User(Loaded, AbstractBaseUser):
    """A person who signs in. Somebody with two roles sees the union of both."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    roles = ArrayField(models.CharField(max_length=20, choices=Role))
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="members")
    zone = models.CharField(max_length=64, blank=True, help_text="Blank: the company's zone.")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    # How often all visits of this person were ended at once.
    visits_ended = models.PositiveIntegerField(default=0, db_default=0)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            # Stored in lower case, so that one person cannot sign up twice by case.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_is_lower_case",
            ),
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=Role.values) & ~models.Q(roles=[]),
                name="user_has_known_roles",
            ),
        ]

    def __str__(self) -> str:
        return apart(self.name)

    def has_role(self, *roles: Role) -> bool:
        return not set(roles).isdisjoint(self.roles)

    @property
    def is_manager(self) -> bool:
        return self.has_role(*MANAGERS)

    @property
    def sides(self) -> frozenset[Side]:
        """The departments this person works for; empty for a pure admin."""
        return frozenset(SIDE_OF[Role(role)] for role in self.roles if role in SIDE_OF)

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must match to be this person's: their password, and that number."""
        password: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return f"{password}{self.visits_ended or ''}"

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class PersonChange(AppendOnly):
    """One thing that was changed about somebody's account."""

    at = models.DateTimeField(default=timezone.now)
    # Nobody: a command.
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # Found by the index below.
    person = models.ForeignKey(User, models.PROTECT, related_name="changes", db_index=False)
    # A field of the form, or what was done: access, visits, keys, second_factor, link.
    what = models.CharField(max_length=40)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(old=models.F("new")), name="person_change_changes"
            ),
        ]
        indexes = [
            # Read by: the page of all people, newest first.
            models.Index(fields=["-at", "-id"], name="person_change_newest"),
            # Read by: the page of one person.
            models.Index(fields=["person", "-at", "-id"], name="person_change_of"),
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.old} → {self.new}"
