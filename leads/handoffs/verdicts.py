"""What becomes of a claimed lead: accepted or rejected, then an opportunity, won or lost."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts import policy
from accounts.models import Integration, Portal, User
from accounts.policy import Action
from funnel.models import CriteriaVersion, Reason, VersionState
from funnel.promises import due_at
from funnel.stages import Actor, Stage
from funnel.versions import current
from leadportal.db import clock
from leads import ledger
from leads.editing import editing
from leads.handoffs import bant
from leads.models import BantItem, Handoff, HandoffState, Lead, Outcome, Touch, WrongCriterion

# So many times sales tries before it says that nobody can be reached.
ATTEMPTS = 6
# Clocks of others go a little ahead of ours.
AHEAD = timedelta(minutes=5)


class VerdictRefused(Exception):
    """The verdict cannot be given; says why."""


class NotInHands(VerdictRefused):
    """Somebody else has it by now, or nobody."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(f"{lead} is not in your hands.")


class NeedsBant(VerdictRefused):
    """The criteria ask for more before a lead is accepted; `missing` are those not known yet."""

    def __init__(self, asked: int, missing: Collection[BantItem.Item]) -> None:
        have = len(bant.ITEMS) - len(missing)
        super().__init__(f"{have} of {len(bant.ITEMS)} known; Accept asks for {asked}.")
        self.asked = asked
        self.missing = missing


def asked_bant() -> int:
    """How many of the four the live version asks for before a lead is accepted."""
    version = CriteriaVersion.objects.get(state=VersionState.LIVE)
    return current.rulebook(version).accept_bant


@transaction.atomic
def accept(
    handoff: Handoff,
    rep: User,
    *,
    value: Decimal | None = None,
    expected_on: date | None = None,
    at: datetime | None = None,
) -> Handoff:
    """Sales agrees that the lead is worth pursuing; `value` is what it may be worth.

    Raises NeedsBant, VerdictRefused or NotAllowed.
    """
    policy.require(rep, Action.WORK_HANDOFFS)
    rows = bant.of_lead(handoff.lead)
    known, asked = bant.known(rows), asked_bant()
    if len(known) < asked:
        raise NeedsBant(asked, [item for item in rows if item not in known])
    if value is not None and value < 0:
        raise VerdictRefused("An estimated value is not below zero.")
    at = at or clock.now()
    closed = {"outcome": Outcome.ACCEPTED, "closed_at": at, "expected_on": expected_on}
    held = Handoff.objects.held_by(rep).filter(pk=handoff.pk)
    _close(handoff, rep, Stage.ACCEPTED, held, closed, sets={"owner_id": rep.pk}, at=at)
    if value not in (None, handoff.lead.estimated_value):
        # The rep's word, which stands against machines like any other that a person typed.
        editing.edit(handoff.lead, {"estimated_value": value}, rep, at=at)
        handoff.lead.refresh_from_db()
    return handoff


@transaction.atomic
def reject(
    handoff: Handoff,
    rep: User,
    *,
    reason: Reason,
    note: str = "",
    wrong: Mapping[str, str] | None = None,
    may_return: bool | None = None,
    at: datetime | None = None,
) -> Handoff:
    """Sales sends the lead back, with a reason; "other" needs a note.

    `wrong` says of criteria that made it an SQL what was wrong with them: {rule id: flaw}. An
    accepted lead can be rejected as well, until it is won or lost. Raises VerdictRefused or
    NotAllowed.
    """
    policy.require(rep, Action.WORK_HANDOFFS)
    note, at = note.strip(), at or clock.now()
    if not reason.is_active:
        raise VerdictRefused("This reason is not used any more. Choose another.")
    if reason.family == Reason.Family.OTHER and not note:
        raise VerdictRefused("Say in a sentence what was wrong.")
    labels = {line["rule"]: line["label"] for line in handoff.reasons if line["rule"]}
    wrong = wrong or {}
    if not (labels.keys() >= wrong.keys() and set(wrong.values()) <= {*WrongCriterion.Flaw}):
        raise VerdictRefused("Only what made it an SQL can have been wrong.")
    closed = {
        "outcome": Outcome.REJECTED,
        "closed_at": at,
        "reason": reason,
        "note": note,
        "may_return": reason.may_return if may_return is None else may_return,
        "answer_due_at": due_at(at, Portal.load().answer_minutes),
    }
    rejected = _close(
        handoff,
        rep,
        Stage.REJECTED,
        Handoff.objects.pursued_by(rep).filter(pk=handoff.pk),
        closed,
        sets={"owner_id": None},
        at=at,
        reason=reason.label,
    )
    WrongCriterion.objects.bulk_create(
        WrongCriterion(handoff=rejected, rule=rule, label=labels[rule][:120], flaw=flaw)
        for rule, flaw in wrong.items()
    )
    return rejected


def attempts(handoff: Handoff) -> int:
    """How often somebody tried to reach the person and did not, as logged."""
    missed = (Touch.Result.NO_ANSWER, Touch.Result.MESSAGE)
    return handoff.touches.filter(result__in=missed).count()


def _close(
    handoff: Handoff,
    rep: User,
    target: Stage,
    held: Any,
    closed: Mapping[str, Any],
    *,
    sets: Mapping[str, Any],
    at: datetime,
    reason: str = "",
) -> Handoff:
    """The row count of `held` decides whether it is still this rep's."""
    if not held.update(state=HandoffState.CLOSED, **closed):
        raise NotInHands(handoff.lead)
    handoff.refresh_from_db()
    ledger.move(
        handoff.lead_id,
        target,
        at=at,
        actor=Actor.REP,
        person=rep,
        handoff=handoff,
        reason=reason,
        sets=sets,
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
    bought_because: str = "",
    competitor: str = "",
    at: datetime | None = None,
) -> Lead:
    """Move an accepted lead on: opportunity, won (with its amount) or lost (with a reason).

    By its owner, or a manager of sales. Raises VerdictRefused, MoveNotAllowed or NotAllowed.
    """
    policy.require(rep, Action.WORK_HANDOFFS)
    lead = Lead.objects.locked().get(pk=lead.pk)
    if lead.stage == to:
        raise VerdictRefused(f"{lead} is {to.label.lower()} already.")
    handoff = _deal(lead, to, amount, reason)
    if lead.owner_id != rep.pk and not policy.can(rep, Action.WORK_FOR_OTHERS):
        raise VerdictRefused(f"{lead} is {lead.owner}’s." if lead.owner else "Nobody holds it.")
    return _advanced(
        lead,
        handoff,
        to,
        amount=amount,
        reason=reason,
        bought_because=bought_because,
        competitor=competitor,
        actor=Actor.REP,
        person=rep,
        at=at,
    )


@transaction.atomic
def report(
    lead: Lead,
    *,
    to: Stage,
    integration: Integration | None,
    amount: Decimal | None = None,
    reason: str = "",
    bought_because: str = "",
    competitor: str = "",
    at: datetime | None = None,
) -> Lead:
    """What an integration, like the CRM, says became of an accepted lead: see `advance`.

    Who says again what is known already changes nothing; another amount is refused.
    """
    lead = Lead.objects.locked().get(pk=lead.pk)
    if lead.stage == to:
        return _known_already(lead, to, amount)
    return _advanced(
        lead,
        _deal(lead, to, amount, reason),
        to,
        amount=amount,
        reason=reason,
        bought_because=bought_because,
        competitor=competitor,
        actor=Actor.INTEGRATION,
        integration_id=integration.pk if integration else None,
        at=at,
    )


def _known_already(lead: Lead, to: Stage, amount: Decimal | None) -> Lead:
    known = lead.stage_changes.filter(target=to).latest("pk").amount
    if to == Stage.WON and amount != known:
        raise VerdictRefused(f"{lead} is won already, for {known}.")
    return lead


def _deal(lead: Lead, to: Stage, amount: Decimal | None, reason: str) -> Handoff:
    """The handoff that was accepted. Raises VerdictRefused."""
    if to == Stage.WON and (amount is None or amount < 0):
        raise VerdictRefused("Give the amount that was won.")
    if to == Stage.LOST and not reason.strip():
        raise VerdictRefused("Give the reason it was lost.")
    handoff = lead.handoffs.filter(outcome=Outcome.ACCEPTED).order_by("closed_at").last()
    if handoff is None:
        raise VerdictRefused(f"{lead} was never accepted.")
    return handoff


def _advanced(
    lead: Lead, handoff: Handoff, to: Stage, *, bought_because: str, competitor: str, **how: Any
) -> Lead:
    now = clock.now()
    at = how["at"] = how["at"] or now
    if at > now + AHEAD or handoff.closed_at and at < handoff.closed_at:
        raise VerdictRefused("That lies between the day it was accepted and now.")
    if to == Stage.WON:
        handoff.bought_because = bought_because.strip()
    if to in (Stage.WON, Stage.LOST):
        handoff.competitor = competitor.strip()[:120]
        handoff.save(update_fields=["bought_because", "competitor"])
    how["reason"] = how["reason"].strip()[:300]
    return ledger.move(lead.pk, to, handoff=handoff, **how)
