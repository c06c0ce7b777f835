"""Leads that could not be judged: set aside with the kind of their error until somebody looks."""

from django.db.models import QuerySet

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.stages import TOMBSTONES
from leadportal.db import clock, sweeps
from leads.models import Judgement, Lead


def parked(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """Of these leads, those that are parked, with their judgement (reads judgement_parked)."""
    set_aside = leads.exclude(judgement__parked_error="").exclude(stage__in=TOMBSTONES)
    return set_aside.select_related("judgement__version").order_by("pk")


def count() -> int:
    rows = Judgement.objects.exclude(parked_error="").exclude(lead__stage__in=TOMBSTONES)
    return rows.count()


def replay(lead: Lead, *, by: User | None = None) -> bool:
    """Let a parked lead try again; False where somebody did so before. Raises NotAllowed."""
    policy.require(by, Action.REPLAY_LEADS)
    return bool(_again(Judgement.objects.filter(pk=lead.pk)))


def replay_all(*, by: User | None = None) -> int:
    """Let every parked lead try again; gives how many. Raises NotAllowed."""
    policy.require(by, Action.REPLAY_LEADS)
    return _again(Judgement.objects.exclude(lead__stage__in=TOMBSTONES))


def _again(judgements: QuerySet[Judgement]) -> int:
    found = judgements.exclude(parked_error="")
    count = found.update(parked_error="", attempts=0, rescore_at=clock.now())
    sweeps.nudge("judge")
    return count
