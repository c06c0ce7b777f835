"""A stage a person puts a lead in; the machine leaves it there until a day."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.policy import Action
from funnel.stages import LADDER, Actor, MoveNotAllowed, Stage, check_move, steps
from leadportal.db import clock
from leads import news
from leads.by_hand.terms import OverrideRefused, actor_of, ending, given, let_go, put
from leads.judging.basis import Basis
from leads.judging.judgement import qualify
from leads.models import Lead, Override


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
    """Put a lead left of the line on a rung, or keep it there; the machine waits until then.

    `until` defaults to the settings' override days. Raises OverrideRefused or MoveNotAllowed.
    """
    at = at or clock.now()
    actor, reason = actor_of(person, Action.MOVE_BY_HAND), given(reason)
    until = ending(until, at, "An override")
    lead = Lead.objects.locked().get(pk=lead.pk)
    basis = Basis.now(at)
    if lead.stage in LADDER:
        # Where the criteria put it is where a person finds it.
        qualify([lead.pk], at=at)
        lead.refresh_from_db()
    if lead.stage not in LADDER or to not in LADDER:
        raise OverrideRefused("Only a lead that marketing holds, or an open SQL, can be put there.")
    _check(lead.stage, to, actor)
    needs_consent = basis.rulebook.asks_consent and to in (Stage.MQL, Stage.SQL)
    if needs_consent and lead.consent.get("marketing") is not True:
        raise OverrideRefused(f"Without consent to marketing nobody is an {to.label}.")
    let_go(lead, person, at)
    Override.objects.create(
        lead=lead,
        origin=lead.stage,
        stage=to,
        reason=reason,
        author=person,
        created_at=at,
        ends_at=until,
    )
    if lead.stage != to:
        put(lead, to, basis, actor=actor, person=person, reason=reason, held_until=until)
        return lead
    lead.held_until = until
    lead.save(update_fields=["held_until"])
    # The stage stands still, the score does not, and this ends one day.
    qualify([lead.pk], at=at)
    return lead


def targets(lead: Lead, person: User) -> list[Stage]:
    """Where this person may put the lead by hand; its own stage: keep it there."""
    return [stage for stage in LADDER if lead.stage in LADDER and _may(lead.stage, stage, person)]


def _may(origin: str, target: str, person: User) -> bool:
    try:
        _check(origin, target, actor_of(person, Action.MOVE_BY_HAND))
    except (OverrideRefused, MoveNotAllowed):
        return False
    return True


def _check(origin: str, target: str, actor: Actor) -> None:
    """Every step is in the table of moves; who keeps a lead on a rung could have put it there."""
    beside = LADDER[abs(LADDER.index(Stage(target)) - 1)]
    for step in steps(origin, target) or steps(beside, target):
        check_move(*step, actor)


@transaction.atomic
def end_override(lead: Lead, person: User, *, at: datetime | None = None) -> bool:
    """Give a lead back to the machine before the day; False when nobody kept it from it.

    Who may end it could have put the lead there. Raises OverrideRefused or MoveNotAllowed.
    """
    at = at or clock.now()
    actor = actor_of(person, Action.MOVE_BY_HAND)
    lead = Lead.objects.locked().get(pk=lead.pk)
    if lead.held_until is None or lead.held_until <= at or lead.stage not in LADDER:
        return False
    _check(lead.stage, lead.stage, actor)
    let_go(lead, person, at)
    news.of_leads([lead.pk], at)
    return True
