"""Marketing's reply to a rejection: nurture, close, or a dispute that an arbiter settles."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts import policy
from accounts.models import Portal, User
from accounts.policy import Action
from accounts.roles import Role
from funnel.models import Reason
from funnel.promises import due_at
from funnel.stages import Actor, Stage
from funnel.versions import cases
from leadportal.db import clock
from leads import ledger
from leads.by_hand import terms
from leads.judging.basis import Basis
from leads.models import Answer, Handoff, Judgement, Lead, Outcome, Override
from leads.nurture import nurture

Kind, Decision = Answer.Kind, Answer.Decision


class AnswerRefused(Exception):
    """The rejection cannot be answered like this, or not any more; says why."""


class AnsweredMeanwhile(AnswerRefused):
    """Somebody else was faster, or the lead went another way; says who or where."""


@transaction.atomic
def answer(
    handoff: Handoff,
    person: User,
    *,
    kind: str,
    text: str = "",
    return_on: date | None = None,
    return_event: str = "",
    arbiter: User | None = None,
    at: datetime | None = None,
) -> Answer:
    """Marketing's reply: nurture (with a day or an event), close, or dispute (with a sentence).

    A dispute goes to `arbiter`, or to the first who may decide it. Raises AnswerRefused, or
    NotAllowed.
    """
    policy.require(person, Action.ANSWER_REJECTIONS)
    at, text = at or clock.now(), text.strip()[:300]
    lead, handoff = _waiting(handoff)
    said = Answer(handoff=handoff, kind=kind, by=person, at=at, text=text)
    if kind == Kind.DISPUTE:
        said.arbiter = _arbiter(arbiter, handoff, text)
        said.due_at = due_at(at, Portal.load().decision_minutes)
        said.save()
        return said
    said.save()
    moved: dict[str, Any] = {
        "at": at,
        "actor": _actor(person),
        "person": person,
        "handoff": handoff,
    }
    if kind == Kind.CLOSE:
        reason = text or f"Closed: {handoff.reason}"
        ledger.move(lead.pk, Stage.DISQUALIFIED, reason=reason, **moved)
        # Closed by a person, so that the machine does not bring it back.
        Judgement.objects.filter(pk=lead.pk).update(disqualifier="")
        return said
    nurture.begin(
        lead, handoff, person, return_on=return_on, return_event=return_event, text=text, at=at
    )
    _remember(handoff.reason, return_on, return_event, at)
    return said


def _actor(person: User) -> Actor:
    return Actor.MANAGER if person.is_manager else Actor.MARKETING


def _waiting(handoff: Handoff) -> tuple[Lead, Handoff]:
    """The rejected lead, locked, and its handoff; nobody has answered yet."""
    lead = Lead.objects.locked().get(pk=handoff.lead_id)
    newest = Handoff.objects.select_related("reason", "version").filter(lead=lead)
    handoff = newest.get(pk=handoff.pk)
    is_last = newest.latest("pk") == handoff
    if lead.stage != Stage.REJECTED or handoff.outcome != Outcome.REJECTED or not is_last:
        raise AnsweredMeanwhile(f"{lead} is not waiting for an answer.")
    if handoff.answers.filter(kind=Kind.DISPUTE, decision="").exists():
        raise AnsweredMeanwhile("The dispute is not decided yet.")
    return lead, handoff


def _arbiter(named: User | None, handoff: Handoff, text: str) -> User:
    if not text:
        raise AnswerRefused("Say in a sentence why sales should take it.")
    if handoff.answers.filter(kind=Kind.DISPUTE).exists():
        raise AnswerRefused("A rejection is disputed once.")
    chosen = named or next(iter(arbiters(handoff)), None)
    if chosen is None or not (chosen.is_active and policy.can(chosen, Action.DECIDE_DISPUTES)):
        raise AnswerRefused("Name somebody who may decide: an active manager of sales.")
    return chosen


def arbiters(handoff: Handoff) -> list[User]:
    """Who may be asked to decide: managers, of sales first, and not the one who rejected."""
    managers = User.objects.active().with_role(*policy.ALLOWED[Action.DECIDE_DISPUTES])
    others = managers.exclude(pk=handoff.claimed_by_id)
    return sorted(others, key=lambda person: not person.has_role(Role.SALES_MANAGER))


def _remember(
    reason: Reason | None, return_on: date | None, return_event: str, at: datetime
) -> None:
    """What marketing chose for a reason is offered the next time."""
    if reason is None:
        return
    if return_on is not None:
        days = (return_on - at.date()) // timedelta(days=1)
        reason.return_days = min(max(days, 1), nurture.MOST_DAYS)
    reason.return_event = return_event
    reason.save(update_fields=["return_days", "return_event"])


def may_decide(dispute: Answer, person: User) -> bool:
    """Whether this person settles it: its arbiter; any of them where that one may not any more."""
    if dispute.decision or not policy.can(person, Action.DECIDE_DISPUTES):
        return False
    asked = dispute.arbiter
    is_able = asked and asked.is_active and policy.can(asked, Action.DECIDE_DISPUTES)
    return asked == person or not is_able


@transaction.atomic
def decide(
    dispute: Answer,
    person: User,
    *,
    decision: str,
    because: str = "",
    is_example: bool = False,
    at: datetime | None = None,
) -> Answer:
    """Settle a dispute: the rejection stands, the lead goes back to sales, or the words change.

    Overturned opens a fresh handoff, which the machine leaves alone for as long as an override.
    Unclear writes the case into the draft of the criteria. Raises AnswerRefused or NotAllowed.
    """
    policy.require(person, Action.DECIDE_DISPUTES)
    at, because = at or clock.now(), because.strip()[:300]
    lead = Lead.objects.locked().get(pk=dispute.handoff.lead_id)
    dispute = Answer.objects.select_related("handoff__reason", "arbiter").get(pk=dispute.pk)
    if dispute.decision:
        raise AnsweredMeanwhile("It is decided already.")
    if lead.stage != Stage.REJECTED:
        raise AnsweredMeanwhile(f"{lead} is not waiting for a decision.")
    if not may_decide(dispute, person):
        raise AnswerRefused(f"{dispute.arbiter} was asked to decide.")
    if not because:
        raise AnswerRefused("Say in a sentence why you decide so.")
    settled = Answer.objects.filter(pk=dispute.pk, kind=Kind.DISPUTE, decision="").update(
        decision=Decision(decision),
        decided_by=person,
        decided_at=at,
        because=because,
        is_example=is_example,
    )
    if not settled:
        raise AnsweredMeanwhile("It is decided already.")
    dispute.refresh_from_db()
    if decision == Decision.OVERTURNED:
        _hand_over_again(lead, person, because, at)
        return dispute
    # Marketing's turn again.
    answer_due = due_at(at, Portal.load().answer_minutes)
    Handoff.objects.filter(pk=dispute.handoff_id).update(answer_due_at=answer_due)
    if decision == Decision.UNCLEAR:
        _open_a_change(dispute, person, at)
    return dispute


def _hand_over_again(lead: Lead, person: User, because: str, at: datetime) -> None:
    until = terms.ending(None, at, "An override")
    Override.objects.create(
        lead=lead,
        origin=Stage.SQL,
        stage=Stage.SQL,
        reason=because,
        author=person,
        created_at=at,
        ends_at=until,
    )
    terms.put(
        lead,
        Stage.SQL,
        Basis.now(at),
        actor=Actor.MANAGER,
        person=person,
        reason=because,
        held_until=until,
    )


def _open_a_change(dispute: Answer, person: User, at: datetime) -> None:
    case = f"Unclear in the dispute about lead {dispute.handoff.lead_id}: {dispute.because}"
    cases.note(case, person, at=at)
