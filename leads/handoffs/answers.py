"""What the API shows of a record, typed, and the querysets that read it all at once."""

from datetime import datetime
from typing import NotRequired, TypedDict

from funnel.stages import Stage
from leads.explanation.answers import ScoreAnswer, ScoreLine, score_answer
from leads.models import Handoff, HandoffState, Outcome


class ReasonAnswer(ScoreLine):
    """A line as it was kept with a handoff; old ones lack the marks that came later."""

    unknown: NotRequired[bool]
    late: NotRequired[bool]
    cut: NotRequired[bool]


class HandoffAnswer(TypedDict):
    id: int
    lead: int
    queue: str
    state: HandoffState
    cycle: int
    # Where the lead came from, as was known when it was handed over.
    source: str | None
    campaign: str | None
    criteria_version: int
    score: ScoreAnswer
    line: int
    why: str
    reasons: list[ReasonAnswer]
    opened_at: datetime
    due_at: datetime
    claimed_by: str | None
    claimed_at: datetime | None
    touch_due_at: datetime | None
    first_touch_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None
    reason: str | None
    note: str
    answer_due_at: datetime | None


def handoff_answer(handoff: Handoff) -> HandoffAnswer:
    return {
        "id": handoff.pk,
        "lead": handoff.lead_id,
        "queue": handoff.queue.name,
        "state": HandoffState(handoff.state),
        "cycle": handoff.cycle,
        "source": handoff.source.name if handoff.source else None,
        "campaign": handoff.campaign.name if handoff.campaign else None,
        "criteria_version": handoff.version.number,
        "score": score_answer(handoff),
        "line": handoff.line,
        "why": handoff.why,
        "reasons": handoff.reasons,
        "opened_at": handoff.opened_at,
        "due_at": handoff.due_at,
        "claimed_by": handoff.claimed_by.email if handoff.claimed_by else None,
        "claimed_at": handoff.claimed_at,
        "touch_due_at": handoff.touch_due_at,
        "first_touch_at": handoff.first_touch_at,
        "closed_at": handoff.closed_at,
        "outcome": Outcome(handoff.outcome) if handoff.outcome else None,
        "reason": handoff.reason.label if handoff.reason else None,
        "note": handoff.note,
        "answer_due_at": handoff.answer_due_at,
    }


class HandoffStateAnswer(TypedDict):
    """Ids and times only: answers are kept for retries."""

    id: int
    lead: int
    state: HandoffState
    due_at: datetime
    claimed_at: datetime | None
    touch_due_at: datetime | None


def handoff_state_answer(handoff: Handoff) -> HandoffStateAnswer:
    return {
        "id": handoff.pk,
        "lead": handoff.lead_id,
        "state": HandoffState(handoff.state),
        "due_at": handoff.due_at,
        "claimed_at": handoff.claimed_at,
        "touch_due_at": handoff.touch_due_at,
    }


class VerdictAnswer(TypedDict):
    """What became of a handoff; ids and times only, as answers are kept for retries."""

    id: int
    lead: int
    state: HandoffState
    outcome: Outcome
    closed_at: datetime
    answer_due_at: datetime | None


def verdict_answer(handoff: Handoff) -> VerdictAnswer:
    assert handoff.closed_at is not None
    return {
        "id": handoff.pk,
        "lead": handoff.lead_id,
        "state": HandoffState(handoff.state),
        "outcome": Outcome(handoff.outcome),
        "closed_at": handoff.closed_at,
        "answer_due_at": handoff.answer_due_at,
    }


class OutcomeAnswer(TypedDict):
    lead: int
    stage: Stage


class TouchAnswer(TypedDict):
    id: int
    handoff: int
    at: datetime
