"""Handoffs in OpenAPI's words."""

from typing import Any

from leadportal.rest.openapi import (
    IF_NONE_MATCH,
    INTEGER,
    POSTING,
    READING,
    READING_ONE,
    TEXT,
    TIME,
    TIME_OR_NULL,
    Schema,
    filters_of,
    list_of,
    object_of,
    operation,
    or_null,
    page_of,
)
from leads.api.schema.examples import LINE_EXAMPLE, NOW, SCORE_EXAMPLE
from leads.api.schema.shapes import LINE, SCORE
from leads.filters import HandoffFilter
from leads.models import HandoffState, Touch

HANDOFF = object_of(
    id=INTEGER,
    lead=INTEGER,
    queue=TEXT,
    state={"type": "string", "enum": list(HandoffState.values)},
    cycle=INTEGER,
    criteria_version=INTEGER,
    score=SCORE,
    line=INTEGER,
    why=TEXT,
    reasons=list_of({"type": "object", "properties": LINE["properties"]}),
    opened_at=TIME,
    due_at=TIME,
    claimed_by=or_null("string"),
    claimed_at=TIME_OR_NULL,
    touch_due_at=TIME_OR_NULL,
    first_touch_at=TIME_OR_NULL,
    closed_at=TIME_OR_NULL,
    outcome=or_null("string"),
)
HANDOFF_STATE = object_of(
    id=INTEGER,
    lead=INTEGER,
    state=TEXT,
    due_at=TIME,
    claimed_at=TIME_OR_NULL,
    touch_due_at=TIME_OR_NULL,
)
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
    answers={200: page_of(HANDOFF)},
    answer={"results": [HANDOFF_EXAMPLE], "next": None},
    problems=READING,
    parameters=filters_of(HandoffFilter, ("-opened_at", "due_at")),
    tag="handoffs",
)
GET_HANDOFF = operation(
    "getHandoff",
    "Read one handoff",
    answers={200: HANDOFF},
    answer=HANDOFF_EXAMPLE,
    problems=READING_ONE,
    parameters=[IF_NONE_MATCH],
    tag="handoffs",
)

REP: Schema = {"type": "string", "format": "email", "description": "Mail of the rep who acts."}


def _action(name: str, summary: str, *, sent: dict[str, Any], **more: Any) -> dict[str, Any]:
    properties = {"rep": REP} | more.pop("properties", {})
    return operation(
        name,
        summary,
        body={"type": "object", "properties": properties, "additionalProperties": False},
        sent={"rep": "dana@ourcompany.example"} | sent,
        problems=(*POSTING, 404, 409),
        tag="handoffs",
        **more,
    )


POST_CLAIM = _action(
    "claimHandoff",
    "Claim a handoff for a rep",
    description="Claiming one's own again is the same success; a 409 names who was faster.",
    sent={},
    answers={200: HANDOFF_STATE},
    answer=_CLAIMED,
)
POST_RELEASE = _action(
    "releaseHandoff",
    "Give a claimed handoff back",
    sent={"reason": "Speaks Finnish only"},
    properties={"reason": TEXT},
    answers={200: HANDOFF_STATE},
    answer=_RELEASED,
)
POST_TOUCH = _action(
    "touchHandoff",
    "Log a call, mail or meeting",
    sent={"channel": "call", "result": "talked"},
    properties={
        "channel": {"type": "string", "enum": list(Touch.Channel.values)},
        "result": {"type": "string", "enum": list(Touch.Result.values)},
        "note": TEXT,
        "touched_at": TIME,
    },
    answers={201: object_of(id=INTEGER, handoff=INTEGER, at=TIME)},
    answer={"id": 5, "handoff": 7, "at": NOW},
)
