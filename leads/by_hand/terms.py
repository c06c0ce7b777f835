"""What every word against the machine has: somebody who may say it, a reason, and an end."""

from datetime import datetime, timedelta

from accounts import policy
from accounts.models import Portal, User
from accounts.policy import Action
from funnel.stages import Actor, Stage
from leadportal.db import sweeps
from leads import ledger
from leads.judging.basis import Basis
from leads.judging.moving import Score, completed
from leads.models import Lead, Override

# Longer than this is a change of the criteria.
MOST_DAYS = 365


class OverrideRefused(Exception):
    """A person may not say this of this lead, or not like this; says why."""


def actor_of(person: User, action: Action) -> Actor:
    """As whom the table of moves knows this person. Raises OverrideRefused."""
    if not policy.can(person, action):
        raise OverrideRefused(policy.only(policy.ALLOWED[action], action))
    return Actor.MANAGER if person.is_manager else Actor.MARKETING


def given(reason: str) -> str:
    reason = reason.strip()[:300]
    if not reason:
        raise OverrideRefused("Say why, for whoever reads this lead later.")
    return reason


def ending(until: datetime | None, at: datetime, what: str) -> datetime:
    """Until when it holds; the settings say how long where nobody does."""
    until = until or at + timedelta(days=Portal.load().override_days)
    if until <= at:
        raise OverrideRefused(f"{what} ends in the future.")
    if until > at + timedelta(days=MOST_DAYS + 1):
        raise OverrideRefused(f"{what} ends within {MOST_DAYS} days.")
    return until


def put(lead: Lead, to: Stage, basis: Basis, *, actor: Actor, person: User, reason: str) -> None:
    """Move a lead the caller has locked, with its handoffs. Raises MoveNotAllowed.

    What else changes on the lead the caller saves.
    """
    moves = ledger.moves_to(to, lead, at=basis.at, actor=actor, person=person, reason=reason)
    scores = {lead.pk: Score(lead.fit or 0, lead.intent or 0)}
    ledger.write(completed(moves, scores, basis))
    lead.stage, lead.stage_since = to, basis.at


def let_go(lead: Lead, person: User, at: datetime) -> None:
    """End the override in force on a lead the caller has locked, and saves."""
    in_force = Override.objects.filter(lead=lead, ends_at__gt=at)
    in_force.update(ends_at=at, ended_by=person)
    lead.held_until = None


def is_due(lead: Lead, at: datetime) -> None:
    Lead.objects.filter(pk=lead.pk).update(stale_at=at)
    sweeps.nudge("judge")
