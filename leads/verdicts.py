"""What became of a claimed lead: accepted or rejected, answered, won or lost."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from funnel.models import Reason
from funnel.stages import Actor, Stage
from leads.handoffs import move
from leads.models import Handoff, HandoffState, Lead, Outcome

# What marketing may answer to a rejection.
ANSWERS = (Stage.NURTURE, Stage.DISQUALIFIED)


class VerdictRefused(Exception):
    """The verdict cannot be given; says why."""


@transaction.atomic
def accept(handoff: Handoff, rep: User, *, at: datetime | None = None) -> Handoff:
    """Sales agrees that the lead is worth pursuing."""
    return _close(handoff, rep, Outcome.ACCEPTED, Stage.ACCEPTED, at=at or timezone.now())


@transaction.atomic
def reject(
    handoff: Handoff, rep: User, *, reason: Reason, note: str = "", at: datetime | None = None
) -> Handoff:
    """Sales sends the lead back, with a reason; "other" needs a note."""
    if reason.family == Reason.Family.OTHER and not note.strip():
        raise VerdictRefused("Say in a sentence what was wrong.")
    return _close(
        handoff,
        rep,
        Outcome.REJECTED,
        Stage.REJECTED,
        at=at or timezone.now(),
        reason=reason,
        note=note.strip(),
    )


def _close(
    handoff: Handoff,
    rep: User,
    outcome: Outcome,
    target: Stage,
    *,
    at: datetime,
    reason: Reason | None = None,
    note: str = "",
) -> Handoff:
    closed = (
        Handoff.objects.held_by(rep)
        .filter(pk=handoff.pk)
        .update(state=HandoffState.CLOSED, outcome=outcome, closed_at=at, reason=reason, note=note)
    )
    if not closed:
        raise VerdictRefused(f"{handoff.lead} is not in your hands.")
    handoff.refresh_from_db()
    owner = rep if target == Stage.ACCEPTED else None
    said = reason.label if reason else ""
    move(handoff.lead_id, target, by=rep, at=at, handoff=handoff, reason=said, owner=owner)
    return handoff


@transaction.atomic
def advance(
    lead: Lead,
    rep: User,
    *,
    to: Stage,
    amount: Decimal | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Lead:
    """Move an accepted lead on: opportunity, won (with its amount) or lost (with a reason)."""
    if to == Stage.WON and amount is None:
        raise VerdictRefused("Give the amount that was won.")
    if to == Stage.LOST and not reason.strip():
        raise VerdictRefused("Give the reason it was lost.")
    handoff = lead.handoffs.filter(outcome=Outcome.ACCEPTED).order_by("closed_at").last()
    if handoff is None:
        raise VerdictRefused(f"{lead} was never accepted.")
    return move(
        lead.pk,
        to,
        by=rep,
        at=at or timezone.now(),
        handoff=handoff,
        reason=reason,
        owner=lead.owner,
        amount=amount,
    )


@transaction.atomic
def answer(lead: Lead, person: User, *, to: Stage, reason: str, at: datetime | None = None) -> Lead:
    """Marketing's reply to a rejection: send to nurture, or close (disqualified).

    Raises VerdictRefused when there is no rejection to reply to.
    """
    lead = Lead.objects.select_for_update(no_key=True, of=("self",)).get(pk=lead.pk)
    if lead.stage != Stage.REJECTED or to not in ANSWERS:
        raise VerdictRefused(f"{lead} is not waiting for an answer.")
    actor = Actor.MANAGER if person.is_manager else Actor.MARKETING
    return move(lead.pk, to, by=person, at=at or timezone.now(), actor=actor, reason=reason)
