"""Handoffs in OpenAPI's words."""

from datetime import datetime
from typing import Any, NotRequired

from leadportal.rest.lists import PageAnswer
from leadportal.rest.openapi import (
    CONDITIONAL,
    IF_NONE_MATCH,
    POSTING,
    READING,
    UNCHANGED,
    filters_of,
    operation,
)
from leadportal.rest.problems import ProblemAnswer
from leadportal.rest.typed import Schema
from leads.checks.handoffs import CLAIM_SCHEMA, RELEASE_SCHEMA, TOUCH_SCHEMA
from leads.examples import LINE_EXAMPLE, NOW, SCORE_EXAMPLE
from leads.handoffs.answers import HandoffAnswer, HandoffStateAnswer, TouchAnswer
from leads.handoffs.filters import HandoffFilter

HANDOFF_EXAMPLE = {
    "id": 7,
    "lead": 12,
    "queue": "Sales",
    "state": "open",
    "cycle": 1,
    "criteria_version": 1,
    "score": SCORE_EXAMPLE,
    "line": 70,
    "why": "Asked for a demo; decides or signs",
    "reasons": [LINE_EXAMPLE],
    "opened_at": NOW,
    "due_at": "2026-11-22T14:07:04.120Z",
    "claimed_by": None,
    "claimed_at": None,
    "touch_due_at": None,
    "first_touch_at": None,
    "closed_at": None,
    "outcome": None,
}
_CLAIMED = {
    "id": 7,
    "lead": 12,
    "state": "claimed",
    "due_at": "2026-11-22T14:07:04.120Z",
    "claimed_at": NOW,
    "touch_due_at": "2026-11-22T15:37:04.120Z",
}
_RELEASED = _CLAIMED | {"state": "open", "claimed_at": None, "touch_due_at": None}
LIST_HANDOFFS = operation(
    "listHandoffs",
    "List handoffs",
    answers={200: PageAnswer[HandoffAnswer]},
    answer={"results": [HANDOFF_EXAMPLE], "next": None},
    problems=READING,
    parameters=filters_of(HandoffFilter, ("-opened_at", "due_at")),
    tag="handoffs",
)
GET_HANDOFF = operation(
    "getHandoff",
    "Read one handoff",
    answers={200: HandoffAnswer},
    answer=HANDOFF_EXAMPLE,
    problems=CONDITIONAL,
    without_body=UNCHANGED,
    parameters=[IF_NONE_MATCH],
    tag="handoffs",
)


def _action(name: str, summary: str, body: Schema, *, sent: dict[str, Any], **more: Any) -> Any:
    return operation(
        name,
        summary,
        body=body,
        sent={"rep": "dana@ourcompany.example"} | sent,
        tag="handoffs",
        problems=(*POSTING, 404, 409),
        **more,
    )


class FasterAnswer(ProblemAnswer):
    """Why a handoff cannot be claimed, and who was faster where somebody was."""

    claimed_by: NotRequired[str]
    claimed_at: NotRequired[datetime]


POST_CLAIM = _action(
    "claimHandoff",
    "Claim a handoff for a rep",
    CLAIM_SCHEMA,
    description="Claiming one's own again is the same success; a 409 names who was faster.",
    sent={},
    answers={200: HandoffStateAnswer},
    answer=_CLAIMED,
    own_problems={409: FasterAnswer},
)
POST_RELEASE = _action(
    "releaseHandoff",
    "Give a claimed handoff back",
    RELEASE_SCHEMA,
    sent={"reason": "Speaks Finnish only"},
    answers={200: HandoffStateAnswer},
    answer=_RELEASED,
)
POST_TOUCH = _action(
    "touchHandoff",
    "Log a call, mail or meeting",
    TOUCH_SCHEMA,
    sent={"channel": "call", "result": "talked"},
    answers={201: TouchAnswer},
    answer={"id": 5, "handoff": 7, "at": NOW},
)
