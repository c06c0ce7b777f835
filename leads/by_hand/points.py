"""Points a person gives or takes until a day, beside those of the rules."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.policy import Action
from leadportal.db import clock
from leads import news
from leads.by_hand.terms import OverrideRefused, actor_of, ending, given
from leads.consent import has_objected
from leads.models import Adjustment, Lead

MOST_POINTS = 100


@transaction.atomic
def adjust(
    lead: Lead,
    author: User,
    *,
    kind: str,
    points: int,
    reason: str,
    until: datetime | None = None,
    at: datetime | None = None,
) -> Adjustment:
    """Give or take points in one kind, before its cap, until a day. Raises OverrideRefused."""
    at = at or clock.now()
    actor_of(author, Action.ADJUST_SCORES)
    if kind not in Adjustment.Kind.values:
        raise OverrideRefused("Points are of fit or of intent.")
    if points == 0 or abs(points) > MOST_POINTS:
        raise OverrideRefused(f"Give 1 to {MOST_POINTS} points, or take as many away.")
    if has_objected(lead):
        raise OverrideRefused("They objected to being scored, so there is no score to adjust.")
    adjustment = Adjustment.objects.create(
        lead=lead,
        kind=kind,
        points=points,
        reason=given(reason),
        author=author,
        created_at=at,
        ends_at=ending(until, at, "An adjustment"),
    )
    news.of_leads([lead.pk], at)
    return adjustment


@transaction.atomic
def end(adjustment: Adjustment, person: User, *, at: datetime | None = None) -> bool:
    """End an adjustment before its day; False when it was over. Raises OverrideRefused."""
    at = at or clock.now()
    actor_of(person, Action.ADJUST_SCORES)
    in_force = Adjustment.objects.filter(pk=adjustment.pk, ends_at__gt=at)
    if not in_force.update(ends_at=at, ended_by=person):
        return False
    news.of_leads([adjustment.lead_id], at)
    return True
