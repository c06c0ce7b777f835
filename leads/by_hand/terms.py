"""What every word against the machine has: somebody who may say it, a reason, and an end."""

from datetime import datetime, timedelta

from accounts import policy
from accounts.models import Portal, User
from accounts.policy import Action
from funnel.stages import Actor, Stage, check_move, steps
from leads.judging import judgement
from leads.judging.basis import Basis
from leads.judging.moving import ByHand
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


def put(
    lead: Lead,
    to: Stage,
    basis: Basis,
    *,
    actor: Actor,
    person: User,
    reason: str,
    held_until: datetime | None = None,
) -> None:
    """Judge and move a lead the caller has locked, with its handoffs. Raises MoveNotAllowed."""
    for step in steps(lead.stage, to):
        check_move(*step, actor)
    judgement.put(lead.pk, basis, ByHand(to, actor, person.pk, reason, held_until))
    lead.refresh_from_db()


def let_go(lead: Lead, person: User, at: datetime) -> None:
    """End the override in force on a lead the caller has locked."""
    in_force = Override.objects.filter(lead=lead, ends_at__gt=at)
    in_force.update(ends_at=at, ended_by=person)
    if lead.held_until is not None:
        lead.held_until = None
        lead.save(update_fields=["held_until"])
