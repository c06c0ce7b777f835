"""The questions the product asks of leads and handoffs, by name."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.roles import Role
from funnel.stages import TOMBSTONES

if TYPE_CHECKING:
    from leads.models import Handoff, Lead  # noqa: F401 - named in the generics below

SEES_EVERY_LEAD = (
    Role.MARKETING,
    Role.MARKETING_MANAGER,
    Role.SALES_MANAGER,
    Role.ADMIN,
)


class LeadQuerySet(models.QuerySet["Lead"]):
    def living(self) -> "LeadQuerySet":
        """Leads that are somebody: neither merged away nor erased."""
        return self.exclude(stage__in=TOMBSTONES)

    def visible_to(self, user: User) -> "LeadQuerySet":
        """Everybody but reps: all. A rep: those handed to their queues, and their own."""
        if user.has_role(*SEES_EVERY_LEAD):
            return self.living()
        if not user.has_role(Role.SALES):
            return self.none()
        # One subquery on handoffs, not a join: a lead handed over twice is still one row.
        handoffs = self.model._meta.get_field("handoffs").related_model._default_manager
        handed = handoffs.filter(queue__in=user.queues.values("pk")).values("lead")
        return self.living().filter(Q(pk__in=handed) | Q(owner=user))


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def open(self) -> "HandoffQuerySet":
        return self.filter(state="open")

    def held_by(self, rep: User) -> "HandoffQuerySet":
        return self.filter(state="claimed", claimed_by=rep)

    def overdue(self, at: datetime) -> "HandoffQuerySet":
        """Open ones whose claim promise has passed."""
        return self.open().filter(due_at__lt=at)

    def visible_to(self, user: User) -> "HandoffQuerySet":
        if user.has_role(*SEES_EVERY_LEAD):
            return self
        if not user.has_role(Role.SALES):
            return self.none()
        return self.filter(Q(queue__in=user.queues.values("pk")) | Q(claimed_by=user))
