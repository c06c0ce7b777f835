from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from leadportal.db.loaded import Loaded
from leadportal.look.bidi import apart


class Queue(Loaded):
    """Where open handoffs wait until a member claims them."""

    name = models.CharField(max_length=80)
    is_default = models.BooleanField(default=False)
    members = models.ManyToManyField("accounts.User", through="QueueMember", related_name="queues")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="queue_name_once"),
            # A lead that no rule routes still has exactly one place to go.
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="queue_one_default",
            ),
        ]

    def __str__(self) -> str:
        return apart(self.name)

    @classmethod
    def default(cls) -> "Queue":
        """The queue for whatever no rule routes; made the first time."""
        return cls.objects.get_or_create(is_default=True, defaults={"name": "Sales"})[0]


class QueueMember(models.Model):
    """One rep's place in one queue."""

    queue = models.ForeignKey(Queue, models.CASCADE, related_name="memberships")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "user"], name="queue_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.queue}"
