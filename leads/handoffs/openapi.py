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
from leads.checks.handoffs import (
    ACCEPT_SCHEMA,
    CLAIM_SCHEMA,
    NAMED_OUTCOME_SCHEMA,
    OUTCOME_SCHEMA,
    REJECT_SCHEMA,
    RELEASE_SCHEMA,
    TOUCH_SCHEMA,
)
from leads.examples import LINE_EXAMPLE, NOW, SCORE_EXAMPLE
from leads.handoffs.answers import (
    HandoffAnswer,
    HandoffStateAnswer,
    OutcomeAnswer,
    TouchAnswer,
    VerdictAnswer,
)
from leads.handoffs.filters import HandoffFilter

HANDOFF_EXAMPLE = {
    "id": 7,
    "lead": 12,
    "queue": "Sales",
    "state": "open",
    "cycle": 1,
    "source": "Demo form",
    "campaign": "Nordic food Q4",
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
    "reason": None,
    "note": "",
    "answer_due_at": None,
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


class BantProblem(ProblemAnswer):
    """Why a lead cannot be accepted, and what of BANT is not known yet where that is why."""

    missing: NotRequired[list[str]]


_REJECTED = {
    "id": 7,
    "lead": 12,
    "state": "closed",
    "outcome": "rejected",
    "closed_at": NOW,
    "answer_due_at": "2026-11-24T13:37:04.120Z",
}
POST_ACCEPT = _action(
    "acceptHandoff",
    "Accept a claimed lead",
    ACCEPT_SCHEMA,
    description="As many of budget, authority, need and timing must be known as the live criteria"
    " ask for; a 409 names those that are missing.",
    sent={"value": 40_000, "expected_on": "2027-03-01"},
    answers={200: VerdictAnswer},
    answer=_REJECTED | {"outcome": "accepted", "answer_due_at": None},
    own_problems={409: BantProblem},
)
POST_REJECT = _action(
    "rejectHandoff",
    "Reject a claimed or accepted lead",
    REJECT_SCHEMA,
    description="With a reason of `GET /reasons`, and what was wrong with the criteria that made"
    " it an SQL: the id of each rule, and whether it was wrong, stale or irrelevant.",
    sent={"reason": "Too small", "note": "Nine people", "wrong": {"size": "stale"}},
    answers={200: VerdictAnswer},
    answer=_REJECTED,
)


def _outcome(name: str, summary: str, body: Schema, *, sent: dict[str, Any]) -> Any:
    return operation(
        name,
        summary,
        description="Of a lead that sales accepted: an opportunity, won with its amount, or lost"
        " with a reason.",
        body=body,
        sent=sent | {"outcome": "won", "amount": 38_500, "competitor": "Paper"},
        answers={200: OutcomeAnswer},
        answer={"lead": 12, "stage": "won"},
        problems=(*POSTING, 404, 409),
        tag="leads",
    )


POST_OUTCOME = _outcome("postOutcome", "Say what became of a lead", OUTCOME_SCHEMA, sent={})
POST_NAMED_OUTCOME = _outcome(
    "postNamedOutcome",
    "Say what became of a lead, by your own id of it",
    NAMED_OUTCOME_SCHEMA,
    sent={"external_id": "crm-1"},
)
