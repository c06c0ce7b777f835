"""What became of a claimed lead: accepted or rejected, answered, won or lost."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.models import Reason
from funnel.stages import Actor, Stage
from leads import ledger
from leads.models import Handoff, HandoffState, Judgement, Lead, Outcome

# What marketing may answer to a rejection.
ANSWERS = (Stage.NURTURE, Stage.DISQUALIFIED)


class VerdictRefused(Exception):
    """The verdict cannot be given; says why."""


@transaction.atomic
def accept(handoff: Handoff, rep: User, *, at: datetime | None = None) -> Handoff:
    """Sales agrees that the lead is worth pursuing. Raises VerdictRefused or NotAllowed."""
    return _close(handoff, rep, Outcome.ACCEPTED, Stage.ACCEPTED, at=at or timezone.now())


@transaction.atomic
def reject(
    handoff: Handoff, rep: User, *, reason: Reason, note: str = "", at: datetime | None = None
) -> Handoff:
    """Sales sends the lead back, with a reason; "other" needs a note.

    Raises VerdictRefused or NotAllowed.
    """
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
    policy.require(rep, Action.WORK_HANDOFFS)
    closed = (
        Handoff.objects.held_by(rep)
        .filter(pk=handoff.pk)
        .update(state=HandoffState.CLOSED, outcome=outcome, closed_at=at, reason=reason, note=note)
    )
    if not closed:
        raise VerdictRefused(f"{handoff.lead} is not in your hands.")
    handoff.refresh_from_db()
    ledger.move(
        handoff.lead_id,
        target,
        at=at,
        actor=Actor.REP,
        person=rep,
        handoff=handoff,
        reason=reason.label if reason else "",
        sets={"owner_id": rep.pk if target == Stage.ACCEPTED else None},
    )
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
    """Move an accepted lead on: opportunity, won (with its amount) or lost (with a reason).

    Raises VerdictRefused, MoveNotAllowed or NotAllowed.
    """
    policy.require(rep, Action.WORK_HANDOFFS)
    if to == Stage.WON and amount is None:
        raise VerdictRefused("Give the amount that was won.")
    if to == Stage.LOST and not reason.strip():
        raise VerdictRefused("Give the reason it was lost.")
    handoff = lead.handoffs.filter(outcome=Outcome.ACCEPTED).order_by("closed_at").last()
    if handoff is None:
        raise VerdictRefused(f"{lead} was never accepted.")
    return ledger.move(
        lead.pk,
        to,
        at=at or timezone.now(),
        actor=Actor.REP,
        person=rep,
        handoff=handoff,
        reason=reason,
        amount=amount,
    )


@transaction.atomic
def answer(lead: Lead, person: User, *, to: Stage, reason: str, at: datetime | None = None) -> Lead:
    """Marketing's reply to a rejection: send to nurture, or close (disqualified).

    Raises NotAllowed, or VerdictRefused when there is no rejection to reply to.
    """
    policy.require(person, Action.ANSWER_REJECTIONS)
    lead = Lead.objects.locked().get(pk=lead.pk)
    if lead.stage != Stage.REJECTED or to not in ANSWERS:
        raise VerdictRefused(f"{lead} is not waiting for an answer.")
    actor = Actor.MANAGER if person.is_manager else Actor.MARKETING
    at = at or timezone.now()
    moved = ledger.move(lead.pk, to, at=at, actor=actor, person=person, reason=reason)
    if to == Stage.DISQUALIFIED:
        # Closed by a person, so that the machine does not bring it back.
        Judgement.objects.filter(pk=lead.pk).update(disqualifier="")
    return moved
