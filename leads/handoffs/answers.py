"""What the API shows of a record, typed, and the querysets that read it all at once."""

from datetime import datetime
from typing import NotRequired, TypedDict

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


def handoff_answer(handoff: Handoff) -> HandoffAnswer:
    return {
        "id": handoff_answer.pk,
        "lead": handoff_answer.lead_id,
        "queue": handoff_answer.queue.name,
        "state": handoff_answer.state,
        "cycle": handoff_answer.cycle,
        "criteria_version": handoff_answer.version.number,
        "score": score_answer(handoff_answer),
        "line": handoff_answer.line,
        "why": handoff_answer.why,
        "reasons": handoff_answer.reasons,
        "opened_at": handoff_answer.opened_at,
        "due_at": handoff_answer.due_at,
        "claimed_by": handoff_answer.claimed_by.email if handoff_answer.claimed_by else None,
        "claimed_at": handoff_answer.claimed_at,
        "touch_due_at": handoff_answer.touch_due_at,
        "first_touch_at": handoff_answer.first_touch_at,
        "closed_at": handoff_answer.closed_at,
        "outcome": handoff_answer.outcome or None,
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
        "id": handoff_answer.pk,
        "lead": handoff_answer.lead_id,
        "state": handoff_answer.state,
        "due_at": handoff_answer.due_at,
        "claimed_at": handoff_answer.claimed_at,
        "touch_due_at": handoff_answer.touch_due_at,
    }


class TouchAnswer(TypedDict):
    id: int
    handoff: int
    at: datetime
