"""What people said against the machine of one lead, and what the reader may say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.stages import LADDER, SALES_HOLDS, Stage
from leadportal.db import clock
from leadportal.look import formats
from leads.by_hand import stages
from leads.consent import has_objected
from leads.models import Adjustment, Lead, Override, StageChange


@dataclass(frozen=True, slots=True)
class Words:
    """What a drawer is called, what it says above the form, and its button."""

    title: str
    verb: str
    says: Callable[[Lead], str]


@dataclass(frozen=True, slots=True)
class Act:
    """Something the reader may do, in a drawer of its own."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class InForce:
    """One thing in force: what, why, by whom since when; and where it is ended, if one may."""

    title: str
    reason: str
    by: User
    at: datetime
    end_url: str = ""


@dataclass(frozen=True, slots=True)
class ByHand:
    said: list[InForce]
    acts: list[Act]
    # What stands there where nobody said anything.
    nothing: str

    def __bool__(self) -> bool:
        return bool(self.said or self.acts)


def by_hand(
    lead: Lead,
    reader: User,
    *,
    override: Override | None,
    adjustments: Sequence[Adjustment],
    moves: Sequence[StageChange],
) -> ByHand:
    """`moves`: the ledger of the cycle, oldest first."""
    now = clock.now()
    said = [_adjusted(one, lead, reader) for one in adjustments if one.ends_at > now]
    if override and lead.stage in LADDER:
        said.insert(0, _kept(override, lead, reader))
    if _is_disqualified_by_a_person(lead):
        last = [move for move in moves if move.target == Stage.DISQUALIFIED][-1:]
        said[:0] = [
            InForce("Disqualified", move.reason, move.person, move.at)
            for move in last
            if move.person
        ]
    return ByHand(said, _acts(lead, reader), _nothing(lead))


def _nothing(lead: Lead) -> str:
    """Who decides, where nobody has said anything against the criteria."""
    if has_objected(lead):
        return "Nothing. They objected to being scored, so people alone decide."
    if lead.stage in LADDER:
        return "Nothing. The criteria decide alone."
    if lead.stage in SALES_HOLDS:
        return "Nothing. Sales holds this lead, and people decide what becomes of it."
    if lead.stage == Stage.DISQUALIFIED:
        return "Nothing. The criteria keep it out."
    return "Nothing. People decided, and the criteria wait."


def _kept(override: Override, lead: Lead, reader: User) -> InForce:
    until = formats.when(override.ends_at)
    stage, origin = override.get_stage_display(), override.get_origin_display()
    moved = f"Moved from {origin} to {stage}, kept there until {until}"
    return InForce(
        f"Kept at {stage} until {until}" if override.stage == override.origin else moved,
        override.reason,
        override.author,
        override.created_at,
        reverse("override-end", args=[lead.pk]) if stages.targets(lead, reader) else "",
    )


def _adjusted(adjustment: Adjustment, lead: Lead, reader: User) -> InForce:
    points = f"{formats.signed(adjustment.points)} {adjustment.kind}"
    end_url = reverse("adjustment-end", args=[lead.pk, adjustment.pk])
    return InForce(
        f"{points} until {formats.when(adjustment.ends_at)}",
        adjustment.reason,
        adjustment.author,
        adjustment.created_at,
        end_url if policy.can(reader, Action.ADJUST_SCORES) else "",
    )


def _is_disqualified_by_a_person(lead: Lead) -> bool:
    return lead.stage == Stage.DISQUALIFIED and not lead.judgement.disqualifier


def _acts(lead: Lead, reader: User) -> list[Act]:
    disqualifies = policy.can(reader, Action.DISQUALIFY)
    adjusts = policy.can(reader, Action.ADJUST_SCORES)
    may = [
        ("Move by hand", "lead-override", bool(stages.targets(lead, reader))),
        ("Adjust the score", "lead-adjust", adjusts and not has_objected(lead)),
        ("Disqualify", "lead-disqualify", disqualifies and lead.stage in LADDER),
        ("Readmit", "lead-readmit", disqualifies and _is_disqualified_by_a_person(lead)),
    ]
    return [Act(label, reverse(name, args=[lead.pk])) for label, name, allowed in may if allowed]


# --- the drawers ---------------------------------------------------------------------------------


def _of_moving(lead: Lead) -> str:
    if has_objected(lead):
        return (
            f"{lead} stands at {lead.get_stage_display()} and objected to being scored, so nobody "
            "but people moves them. After the day you give they are an inquiry again."
        )
    return (
        f"{lead} stands at {lead.get_stage_display()}. Until the day you give the criteria leave "
        "the stage alone and go on with the score. Withdrawn consent ends it at once."
    )


def _of_adjusting(lead: Lead) -> str:
    now = ""
    if (score := lead.judgement).total is not None:
        now = f"{lead} has {score.fit} for fit, {score.intent} for intent. "
    return f"{now}Your points are a line of their own, before the cap of their kind."


def _of_disqualifying(lead: Lead) -> str:
    queue = "leaves the queue and " if lead.stage == Stage.SQL else ""
    return f"{lead} {queue}stays disqualified, whatever the criteria find, until a person readmits."


def _of_readmitting(lead: Lead) -> str:
    return f"{lead} becomes an inquiry again, and the criteria take it from there."


MOVE = Words("Move by hand", "Move", _of_moving)
ADJUST = Words("Adjust the score", "Adjust", _of_adjusting)
DISQUALIFY = Words("Disqualify", "Disqualify", _of_disqualifying)
READMIT = Words("Readmit", "Readmit", _of_readmitting)


def moved(lead: Lead, to: Stage) -> str:
    return f"{lead} {'stays' if lead.stage == to else 'stands'} at {to.label}, by hand."
