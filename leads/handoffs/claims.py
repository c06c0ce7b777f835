"""One rep takes a waiting handoff, or gives it back. The row count decides every race."""

from datetime import datetime
from typing import Any

from django.db import models, transaction

from accounts import policy
from accounts.models import Portal, User
from accounts.policy import Action
from funnel.stages import Actor, Stage, check_move, origins
from leadportal.db import clock, prepared, rows, sweeps
from leads import ledger, news
from leads.models import Handoff, HandoffState, Lead

# Of a handoff that nobody holds.
FREED: dict[str, Any] = {
    "state": HandoffState.OPEN,
    "claimed_by": None,
    "claimed_at": None,
    "touch_due_at": None,
}
GIVEN_BACK_AT_ONCE = 200


class NotClaimable(Exception):
    """The handoff cannot be claimed by this rep now; says why."""


class AlreadyClaimed(NotClaimable):
    """Another rep was faster."""

    def __init__(self, handoff: Handoff, by: User) -> None:
        super().__init__(f"{by} claimed {handoff.lead} before you.")
        self.handoff = handoff
        self.by = by
        self.at = handoff.claimed_at


class NotOpen(NotClaimable):
    """Nobody can claim it any more: it was withdrawn or is settled."""

    def __init__(self, handoff: Handoff) -> None:
        super().__init__(f"{handoff.lead} is no longer waiting.")
        self.handoff = handoff


class NotAMember(NotClaimable):
    """The rep works in another queue."""

    def __init__(self, handoff: Handoff) -> None:
        super().__init__(f"You are not in the queue {handoff.queue}.")
        self.handoff = handoff


class NotFirst(NotClaimable):
    """The rep rejected this lead the last time; others may take it first."""

    def __init__(self, handoff: Handoff) -> None:
        super().__init__(
            f"You rejected {handoff.lead} the last time. Others may take it first, "
            "until its promise is over."
        )
        self.handoff = handoff


class AtLimit(NotClaimable):
    """The rep holds as many untouched leads as the settings allow."""

    def __init__(self, held: int, limit: int) -> None:
        super().__init__(f"You hold {held} of {limit}. Log or release one first.")
        self.held = held
        self.limit = limit


class ReleaseRefused(Exception):
    """The handoff is not this person's to give back, or no reason was given."""


def claim(handoff: Handoff, rep: User, *, at: datetime | None = None) -> Handoff:
    """Give an open handoff to one rep; claiming one's own again is the same success.

    Of `handoff` only the id counts. Raises AlreadyClaimed, NotOpen, NotFirst, NotAMember, AtLimit,
    NotAllowed, or Handoff.DoesNotExist; then nothing was changed.
    """
    policy.require(rep, Action.WORK_HANDOFFS)
    return _take(rep, wanted=handoff.pk, at=at) or _ones_own(handoff.pk, rep)


def claim_next(rep: User, *, at: datetime | None = None) -> Handoff | None:
    """Claim the waiting handoff with the least time left; None when none waits.

    Raises AtLimit or NotAllowed.
    """
    policy.require(rep, Action.WORK_HANDOFFS)
    claimed = _take(rep, wanted=None, at=at)
    if claimed is None and Handoff.objects.open().filter(queue__in=rep.queues.all()).exists():
        _keep_to_the_limit(rep)
    return claimed


# The whole claim: settings, limit, choice, handoff, lead and ledger (leads/sql/claim.sql). The
# promise is reckoned as funnel/promises.py does it. Until somebody asks for the settings there may
# be none, and what they begin with holds.
_COLUMNS = ", ".join(f"h.{field.column}" for field in Handoff._meta.concrete_fields)
_UNSET = Portal()
_CLAIM = f"""
SELECT {_COLUMNS}
  FROM (SELECT %(at)s::timestamptz AS now,
               coalesce(min(touch_minutes), {_UNSET.touch_minutes}) AS touch_minutes,
               coalesce(min(held_limit), {_UNSET.held_limit}) AS held_limit
          FROM accounts_portal) s,
       LATERAL leads_claim(
           rep => %(rep)s, wanted => %(wanted)s, moment => s.now,
           touch_due => s.now + s.touch_minutes * interval '1 minute',
           most_held => s.held_limit, origins => %(origins)s, becomes => %(target)s,
           mover => %(actor)s) h
"""  # noqa: S608 - constants
_MOVE = {
    # What else leads there is an undo.
    "origins": origins(Stage.CLAIMED, Actor.MANAGER),
    "target": Stage.CLAIMED,
    "actor": Actor.REP,
}


def _take(rep: User, *, wanted: int | None, at: datetime | None) -> Handoff | None:
    """The handoff that is the rep's now; None, and nothing changed, when it is not to be had."""
    terms = {"rep": rep.pk, "wanted": wanted, "at": at or clock.now()}
    for values in prepared.fetch(_CLAIM, terms | _MOVE):
        claimed = rows.as_instance(Handoff, values)
        claimed.claimed_by = rep
        return claimed
    return None


def _ones_own(pk: int, rep: User) -> Handoff:
    """A handoff that could not be taken because the rep has it; else says why it could not."""
    handoff = Handoff.objects.select_related("lead", "queue", "claimed_by").get(pk=pk)
    if not handoff.queue.memberships.filter(user=rep, user__is_active=True).exists():
        raise NotAMember(handoff)
    _keep_to_the_limit(rep, claiming=handoff)
    if handoff.state == HandoffState.CLAIMED and handoff.claimed_by_id == rep.pk:
        return handoff
    if handoff.claimed_by:
        raise AlreadyClaimed(handoff, handoff.claimed_by)
    if handoff.state == HandoffState.OPEN:
        if handoff.spared_id == rep.pk:
            raise NotFirst(handoff)
        check_move(handoff.lead.stage, Stage.CLAIMED, Actor.REP)
    raise NotOpen(handoff)


def _keep_to_the_limit(rep: User, *, claiming: Handoff | None = None) -> None:
    """Raise AtLimit when one more would be too many."""
    untouched = Handoff.objects.held_by(rep).filter(first_touch_at=None)
    if claiming is not None:
        untouched = untouched.exclude(pk=claiming.pk)
    held, limit = untouched.count(), Portal.load().held_limit
    if held >= limit:
        raise AtLimit(held, limit)


@transaction.atomic
def release(handoff: Handoff, rep: User, *, reason: str, at: datetime | None = None) -> Handoff:
    """Give a claimed handoff back to its queue, with the clock it had.

    Raises ReleaseRefused or NotAllowed.
    """
    policy.require(rep, Action.WORK_HANDOFFS)
    at = at or clock.now()
    reason = reason.strip()
    if not reason:
        raise ReleaseRefused("Say why you give it back, so that the next rep knows.")
    held = Handoff.objects.held_by(rep).filter(pk=handoff.pk)
    if not held.update(**FREED):
        raise ReleaseRefused(f"{handoff.lead} is not in your hands.")
    handoff.refresh_from_db()
    ledger.move(
        handoff.lead_id,
        Stage.SQL,
        at=at,
        actor=Actor.REP,
        person=rep,
        handoff=handoff,
        reason=reason,
        sets={"owner_id": None},
    )
    # Back on the machine's side of the line: it may have changed while it was held.
    news.of_leads([handoff.lead_id], at)
    return handoff


# --- who has left gives back what they held ---------------------------------------------------


def _left_behind() -> "models.QuerySet[Handoff]":
    return Handoff.objects.filter(state=HandoffState.CLAIMED, claimed_by__is_active=False)


def oldest_left() -> datetime | None:
    """When the longest-held of the claims of people who are closed was made."""
    held = _left_behind().order_by("claimed_at").values_list("claimed_at", flat=True)
    return clock.now() if held.exists() else None


def give_back_left(*, at: datetime | None = None, seconds: float | None = None) -> int:
    """Put claims of people who are closed back in their queues, with the clocks they had."""
    return sweeps.in_batches(lambda: _give_back_some(at or clock.now()), seconds=seconds)


@transaction.atomic
def _give_back_some(at: datetime) -> int:
    left = dict(_left_behind().order_by("pk").values_list("lead_id", "pk")[:GIVEN_BACK_AT_ONCE])
    held = Lead.objects.filter(pk__in=left, stage=Stage.CLAIMED).order_by("pk")
    leads = held.select_for_update(no_key=True, skip_locked=True, of=("self",))
    rows = list(leads.select_related("judgement"))
    for lead in rows:
        handoff = _left_behind().select_related("claimed_by").filter(pk=left[lead.pk]).first()
        if handoff is None:
            continue
        reason = f"{handoff.claimed_by} does not work here any more"
        Handoff.objects.filter(pk=handoff.pk).update(**FREED)
        moves = ledger.moves_to(
            Stage.SQL, lead, at=at, actor=Actor.MACHINE, handoff=handoff, reason=reason[:300]
        )
        ledger.write(moves, {lead.pk: {"owner_id": None}})
        news.of_leads([lead.pk], at)
    return len(rows)
