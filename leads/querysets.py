"""The questions the product asks of leads and handoffs, by name."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts import policy
from accounts.models import User
from funnel.stages import TOMBSTONES
from leads.text import search_key

if TYPE_CHECKING:
    from leads.models import Handoff, Lead  # noqa: F401 - named in the generics below

# Up to here sorting a rep's leads is quicker than walking an index of all leads.
FEW = 5_000


# Shorter words hold no trigram, so only beginnings of words are found through the index.
TRIGRAM = 3


def has_words(words: str, field: str = "search_key") -> Q:
    """Leads whose name, mail or company has every word; reads lead_search_trgm."""
    found = Q()
    # No text of ours holds NUL, and PostgreSQL takes none in a question either.
    for word in search_key(words.replace("\0", " ")).split():
        if len(word) >= TRIGRAM:
            found &= Q(**{f"{field}__contains": word})
        else:
            found &= Q(**{f"{field}__startswith": word}) | Q(**{f"{field}__contains": f" {word}"})
    return found


def _handed_to(user: User) -> "models.QuerySet[Any]":
    """Every handoff, whatever became of it, to a queue of this person."""
    # By name: the models import this module.
    handoffs = apps.get_model("leads", "Handoff")._default_manager
    return handoffs.filter(queue__in=user.queues.values("pk"))


class LeadQuerySet(models.QuerySet["Lead"]):
    def locked(self) -> "LeadQuerySet":
        """Held for a change until the transaction ends; events of them can still come in."""
        return self.select_for_update(no_key=True, of=("self",))

    def living(self) -> "LeadQuerySet":
        """Leads that are somebody: neither merged away nor erased."""
        return self.exclude(stage__in=TOMBSTONES)

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


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def open(self) -> "HandoffQuerySet":
        return self.filter(state="open")

    def held_by(self, rep: User) -> "HandoffQuerySet":
        return self.filter(state="claimed", claimed_by=rep)

    def overdue(self, at: datetime) -> "HandoffQuerySet":
        """Open ones whose claim promise has passed."""
        return self.open().filter(due_at__lt=at)

    def flow(self, at: datetime) -> tuple[int, int]:
        """How many are open, and how many were opened in the 7 days before `at`."""
        lately = self.filter(opened_at__gt=at - timedelta(days=7), opened_at__lte=at)
        return self.open().count(), lately.count()

    def visible_to(self, user: User) -> "HandoffQuerySet":
        if user.has_role(*policy.SEES_EVERY_HANDOFF):
            return self
        if not user.has_role(*policy.SEES_THEIR_QUEUES):
            return self.none()
        return self.filter(Q(queue__in=user.queues.values("pk")) | Q(claimed_by=user))
