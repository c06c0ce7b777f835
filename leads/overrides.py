"""What a person may say against the machine, until a day: a stage, or some points."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Portal, User
from funnel.stages import LADDER, Actor, Stage, check_move, steps
from leads.due import nudge
from leads.models import Adjustment, Lead
from leads.qualification import Bench, Hand, Mover, judge, move

MOST_POINTS = 100


class OverrideRefused(Exception):
    """The override or adjustment cannot be made; says why."""


@transaction.atomic
def override(
    lead: Lead,
    person: User,
    *,
    to: Stage,
    reason: str,
    until: datetime | None = None,
    at: datetime | None = None,
) -> Lead:
    """Put a lead left of the line on another rung; the machine leaves it alone until then.

    `until` defaults to the settings' override days. Raises OverrideRefused or MoveNotAllowed.
    """
    at = at or timezone.now()
    reason = _given(reason)
    until = until or at + timedelta(days=Portal.load().override_days)
    if until <= at:
        raise OverrideRefused("An override ends in the future.")
    lead = Lead.objects.select_for_update(no_key=True, of=("self",)).get(pk=lead.pk)
    bench = Bench.now(at)
    if lead.stage in LADDER:
        # The reasons a handoff shows are those of the score as it is now.
        judge([lead.pk], bench)
        lead.refresh_from_db()
    if lead.stage not in LADDER or to not in LADDER:
        raise OverrideRefused("Only a lead that marketing holds, or an open SQL, can be put there.")
    actor = Actor.MANAGER if person.is_manager else Actor.MARKETING
    for origin, target in steps(lead.stage, to):
        check_move(origin, target, actor)
    needs_consent = bench.rulebook.asks_consent and to in (Stage.MQL, Stage.SQL)
    if needs_consent and lead.consent.get("marketing") is not True:
        raise OverrideRefused(f"Without consent to marketing nobody is an {to.label}.")
    mover = Mover(
        id=lead.pk,
        stage=lead.stage,
        target=to,
        cycle=lead.cycle,
        fit=lead.fit or 0,
        intent=lead.intent or 0,
        total=lead.total or 0,
        reason="override",
        disqualifier="",
    )
    if lead.stage != to:
        lead.stage, lead.stage_since = to, at
        move([mover], bench, Hand(actor, person, reason))
    lead.held_until, lead.below_since = until, None
    # The stage stands still, the score does not.
    lead.rescore_at = min(until, lead.rescore_at or until)
    lead.save(update_fields=["stage", "stage_since", "held_until", "below_since", "rescore_at"])
    return lead


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
    at = at or timezone.now()
    if kind not in Adjustment.Kind.values:
        raise OverrideRefused("Points are of fit or of intent.")
    if points == 0 or abs(points) > MOST_POINTS:
        raise OverrideRefused(f"Give 1 to {MOST_POINTS} points, or take as many away.")
    ends_at = until or at + timedelta(days=Portal.load().override_days)
    if ends_at <= at:
        raise OverrideRefused("An adjustment ends in the future.")
    adjustment = Adjustment.objects.create(
        lead=lead,
        kind=kind,
        points=points,
        reason=_given(reason),
        author=author,
        created_at=at,
        ends_at=ends_at,
    )
    _is_due(lead, at)
    return adjustment


@transaction.atomic
def end(adjustment: Adjustment, *, at: datetime | None = None) -> None:
    """End an adjustment before its day."""
    at = at or timezone.now()
    Adjustment.objects.filter(pk=adjustment.pk, ends_at__gt=at).update(ends_at=at)
    _is_due(adjustment.lead, at)


def _given(reason: str) -> str:
    reason = reason.strip()[:300]
    if not reason:
        raise OverrideRefused("Say why, for whoever reads this lead later.")
    return reason


def _is_due(lead: Lead, at: datetime) -> None:
    Lead.objects.filter(pk=lead.pk).update(stale_at=at)
    nudge()
