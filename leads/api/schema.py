"""The API in OpenAPI's words. What may be sent is described by the tables that check it."""

from http import HTTPStatus
from typing import Any

from django_filters import FilterSet
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from accounts.problems import CONTENT_TYPE
from funnel.stages import Stage
from leads.api.batches import ITEMS_MAX
from leads.api.lists import LIMIT, LIMIT_MAX
from leads.checks import COMPANY, EVENT_SCHEMA, LEAD, LEAD_SCHEMA
from leads.filters import HandoffFilter, LeadFilter
from leads.ingest import Status
from leads.models import HandoffState, Touch

Schema = dict[str, Any]
STATUSES = [status.value for status in Status]


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> Schema:
        return {"type": "http", "scheme": "bearer", "description": "An API key: lp_…"}


# --- shapes ------------------------------------------------------------------------------------


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _or_null(kind: str, **more: Any) -> Schema:
    return {"type": [kind, "null"], **more}


INTEGER: Schema = {"type": "integer"}
TEXT: Schema = {"type": "string"}
TIME: Schema = {"type": "string", "format": "date-time"}
TIME_OR_NULL = _or_null("string", format="date-time")
FREE: Schema = {"type": "object", "additionalProperties": True}
STAGE: Schema = {"type": "string", "enum": list(Stage.values)}
SCORE = {"oneOf": [_object(total=INTEGER, fit=INTEGER, intent=INTEGER), {"type": "null"}]}
ERROR: Schema = _object(pointer=TEXT, code=TEXT, detail=TEXT)
PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": INTEGER,
        "detail": TEXT,
        "errors": _list({"type": "object", "properties": ERROR["properties"]}),
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": True,
}
LINE = _object(
    kind={"type": "string", "enum": ["fit", "intent"]},
    label=TEXT,
    evidence=TEXT,
    points=INTEGER,
    rule=TEXT,
    unknown={"type": "boolean"},
    late={"type": "boolean"},
    cut={"type": "boolean"},
)
COMPANY_READ = _object(
    name=TEXT,
    **{name: _or_null("string") for name in COMPANY if name not in {"name", "employees"}},
    employees=_or_null("integer"),
)
LEAD_READ = _object(
    id=INTEGER,
    **{
        name: _or_null("string")
        for name in LEAD
        if name not in {"company", "estimated_value", "attributes", "consent"}
    },
    email_kind=_or_null("string"),
    company={"oneOf": [COMPANY_READ, {"type": "null"}]},
    estimated_value=_or_null("string"),
    attributes=FREE,
    consent={"type": "object", "additionalProperties": {"type": "boolean"}},
    stage=STAGE,
    stage_since=TIME,
    score=SCORE,
    criteria_version=_or_null("integer"),
    queue=_or_null("string"),
    owner=_or_null("string"),
    created_at=TIME,
    updated_at=TIME,
    scored_at=TIME_OR_NULL,
)
EVENT_READ = _object(
    id=INTEGER,
    type=TEXT,
    occurred_at=TIME,
    stated_at=TIME_OR_NULL,
    received_at=TIME,
    properties=FREE,
    external_id=_or_null("string"),
)
STAGE_CHANGE = _object(
    **{
        "id": INTEGER,
        "from": _or_null("string"),
        "to": STAGE,
        "at": TIME,
        "actor": TEXT,
        "by": _or_null("string"),
        "integration": _or_null("string"),
        "reason": _or_null("string"),
        "criteria_version": _or_null("integer"),
        "total": _or_null("integer"),
        "cycle": INTEGER,
        "handoff": _or_null("integer"),
        "evidence": _or_null("object", additionalProperties=True),
    }
)
HANDOFF = _object(
    id=INTEGER,
    lead=INTEGER,
    queue=TEXT,
    state={"type": "string", "enum": list(HandoffState.values)},
    cycle=INTEGER,
    criteria_version=INTEGER,
    score=SCORE,
    line=INTEGER,
    why=TEXT,
    reasons=_list({"type": "object", "properties": LINE["properties"]}),
    opened_at=TIME,
    due_at=TIME,
    claimed_by=_or_null("string"),
    claimed_at=TIME_OR_NULL,
    touch_due_at=TIME_OR_NULL,
    first_touch_at=TIME_OR_NULL,
    closed_at=TIME_OR_NULL,
    outcome=_or_null("string"),
)
HANDOFF_STATE = _object(
    id=INTEGER,
    lead=INTEGER,
    state=TEXT,
    due_at=TIME,
    claimed_at=TIME_OR_NULL,
    touch_due_at=TIME_OR_NULL,
)
LEAD_ANSWER = _object(
    id=INTEGER,
    status={"type": "string", "enum": ["created", "matched"]},
    matched={"type": "boolean"},
    url=TEXT,
)
EVENT_ANSWER = _object(
    id=INTEGER, status={"type": "string", "enum": ["created", "duplicate"]}, lead=INTEGER
)
SUMMARY = _object(**dict.fromkeys(STATUSES, INTEGER))


def _result(**more: Schema) -> Schema:
    shape = _object(
        index=INTEGER,
        status={"type": "string", "enum": STATUSES},
        id=_or_null("integer"),
        errors=_list(ERROR),
        **more,
    )
    shape["properties"]["first_index"] = INTEGER
    return shape


def _batch(name: str, item: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {
            name: {"type": "array", "items": item, "minItems": 1, "maxItems": ITEMS_MAX},
            "all_or_none": {"type": "boolean", "default": False},
        },
        "required": [name],
        "additionalProperties": False,
    }


# --- examples ----------------------------------------------------------------------------------

LEAD_EXAMPLE = {
    "external_id": "crm-4711",
    "email": "maya.lindqvist@brightwater.example",
    "first_name": "Maya",
    "last_name": "Lindqvist",
    "job_title": "VP Operations",
    "phone": "+46401234567",
    "company": {"name": "Brightwater Foods", "employees": 610, "country": "SE"},
    "country": "SE",
    "source": "Demo form",
    "campaign": "Nordic food Q4",
    "attributes": {"purchase_timeline": "This quarter"},
    "consent": {"marketing": True},
}
EVENT_EXAMPLE = {
    "type": "demo_request",
    "occurred_at": "2026-11-22T13:37:00Z",
    "properties": {"page": "/demo"},
    "external_id": "form-9921",
    "lead": {"email": "maya.lindqvist@brightwater.example"},
}
_NOW = "2026-11-22T13:37:04.120Z"
_SCORE = {"total": 89, "fit": 49, "intent": 40}
_LINE = {
    "kind": "intent",
    "label": "Asked for a demo",
    "evidence": "22 Nov 2026, 13:37",
    "points": 40,
    "rule": "demo",
    "unknown": False,
    "late": False,
    "cut": False,
}
LEAD_READ_EXAMPLE = LEAD_EXAMPLE | {
    "id": 12,
    "email_kind": "work",
    "company": {
        "name": "Brightwater Foods",
        "domain": "brightwater.example",
        "industry": None,
        "employees": 610,
        "country": "SE",
    },
    "city": None,
    "estimated_value": None,
    "stage": "sql",
    "stage_since": _NOW,
    "score": _SCORE,
    "criteria_version": 1,
    "queue": "Sales",
    "owner": None,
    "created_at": _NOW,
    "updated_at": _NOW,
    "scored_at": _NOW,
}
HANDOFF_EXAMPLE = {
    "id": 7,
    "lead": 12,
    "queue": "Sales",
    "state": "open",
    "cycle": 1,
    "criteria_version": 1,
    "score": _SCORE,
    "line": 70,
    "why": "Asked for a demo; decides or signs",
    "reasons": [_LINE],
    "opened_at": _NOW,
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
    "claimed_at": _NOW,
    "touch_due_at": "2026-11-22T15:37:04.120Z",
}
_RELEASED = _CLAIMED | {"state": "open", "claimed_at": None, "touch_due_at": None}


def _summary(**counts: int) -> dict[str, int]:
    return dict.fromkeys(STATUSES, 0) | counts


# --- operations --------------------------------------------------------------------------------

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key and body again within 72 hours get the same answer, marked"
    " `Idempotency-Replayed: true`; another body is a 422.",
)
PROBLEMS = {
    400: "The request is wrong; `errors` say where.",
    401: "No key, or none we know.",
    403: "The key lacks the scope.",
    404: "There is no such thing, or it is not for you.",
    409: "Somebody else was faster, or the state does not allow it.",
    413: "The body is too large.",
    415: "The body is not plain JSON.",
    422: "This Idempotency-Key was used for another request.",
    503: "Busy; try again after `Retry-After`.",
}
POSTING = (400, 401, 403, 413, 415, 422, 503)
READING = (400, 401, 403)
READING_ONE = (401, 403, 404)


def _operation(
    name: str,
    summary: str,
    *,
    answers: dict[int, Schema],
    answer: Any,
    problems: tuple[int, ...],
    body: Schema | None = None,
    sent: Any = None,
    parameters: list[OpenApiParameter] | None = None,
    tag: str = "leads",
    description: str = "",
) -> dict[str, Any]:
    """Keywords for extend_schema."""
    responses: dict[Any, Any] = {
        (status, "application/json"): OpenApiResponse(shape, HTTPStatus(status).phrase)
        for status, shape in answers.items()
    }
    for status in problems:
        responses[(status, CONTENT_TYPE)] = OpenApiResponse(PROBLEM, PROBLEMS[status])
    examples = [
        OpenApiExample("Answer", answer, response_only=True, status_codes=[str(min(answers))])
    ]
    if body:
        examples.append(OpenApiExample("Request", sent, request_only=True))
    return {
        "operation_id": name,
        "summary": summary,
        "description": description or summary,
        "tags": [tag],
        "parameters": (parameters or []) + ([IDEMPOTENCY] if body else []),
        "request": {"application/json": body} if body else None,
        "responses": responses,
        "examples": examples,
    }


def _parameters(filterset: type[FilterSet], orders: tuple[str, ...]) -> list[OpenApiParameter]:
    described = [
        OpenApiParameter(
            name,
            _TYPES.get(type(field).__name__, str),
            description=str(field.extra.get("help_text", "")),
            many="choices" in field.extra,
            enum=[value for value, _ in field.extra.get("choices", ())] or None,
        )
        for name, field in filterset.base_filters.items()
    ]
    return described + _paging(orders)


def _paging(orders: tuple[str, ...]) -> list[OpenApiParameter]:
    return [
        OpenApiParameter("order", str, enum=list(orders), default=orders[0]),
        OpenApiParameter("cursor", str, description="From `next` of the page before."),
        OpenApiParameter("limit", int, description=f"1 to {LIMIT_MAX}.", default=LIMIT),
    ]


_TYPES = {"NumberFilter": int, "IsoDateTimeFilter": OpenApiTypes.DATETIME}


def _page(item: Schema) -> Schema:
    return _object(results=_list(item), next=_or_null("string", format="uri"))


LIST_LEADS = _operation(
    "listLeads",
    "List leads",
    description="Ordered by `-total`, leads that were never scored are left out.",
    answers={200: _page(LEAD_READ)},
    answer={"results": [LEAD_READ_EXAMPLE], "next": None},
    problems=READING,
    parameters=_parameters(LeadFilter, ("-created_at", "created_at", "-total")),
)
POST_LEAD = _operation(
    "postLead",
    "Send one lead",
    description="Finds the lead by external id, then by mail. Fields that are sent and neither"
    " null nor blank overwrite; company facts fill blanks only. One of external_id, email and"
    " phone is needed. A shared mailbox (info@…) identifies nobody.",
    body=LEAD_SCHEMA,
    sent=LEAD_EXAMPLE,
    answers={201: LEAD_ANSWER, 200: LEAD_ANSWER},
    answer={"id": 12, "status": "matched", "matched": True, "url": "/api/v1/leads/12"},
    problems=(*POSTING, 409),
)
POST_LEADS = _operation(
    "postLeads",
    f"Send up to {ITEMS_MAX} leads",
    description="Results in the order of the items. 207 where some were refused; the others are"
    " written, unless `all_or_none` asks otherwise. The same person twice in a batch is a"
    " `duplicate` of `first_index`, and its fields still count.",
    body=_batch("leads", LEAD_SCHEMA),
    sent={"leads": [LEAD_EXAMPLE]},
    answers={
        200: _object(results=_list(_result()), summary=SUMMARY),
        207: _object(results=_list(_result()), summary=SUMMARY),
    },
    answer={
        "results": [{"index": 0, "status": "created", "id": 12, "errors": []}],
        "summary": _summary(created=1),
    },
    problems=POSTING,
)
GET_LEAD = _operation(
    "getLead",
    "Read one lead",
    description="The id of a lead that was merged away redirects to its heir.",
    answers={200: LEAD_READ},
    answer=LEAD_READ_EXAMPLE,
    problems=READING_ONE,
)
GET_EXPLANATION = _operation(
    "explainLead",
    "Why a lead has its score",
    description="The lines of a kind sum to that kind, all lines to the total. All null before"
    " the first scoring. An `unknown` line asks what nobody knows, a `late` one is about events too"
    " long ago to count, a `cut` one is the cap's; `unscored` are events no criterion asks for.",
    answers={
        200: _object(
            total=_or_null("integer"),
            fit=_or_null("integer"),
            intent=_or_null("integer"),
            version=_or_null("integer"),
            lines=_list(LINE),
            unscored=_list(_object(event=TEXT, label=TEXT, evidence=TEXT)),
        )
    },
    answer={
        "total": 40,
        "fit": 0,
        "intent": 40,
        "version": 1,
        "lines": [_LINE],
        "unscored": [
            {"event": "odd_thing", "label": "Odd thing", "evidence": "22 November 2026, 13:37"}
        ],
    },
    problems=READING_ONE,
)
GET_HISTORY = _operation(
    "leadHistory",
    "Every move of a lead",
    answers={200: _page(STAGE_CHANGE)},
    answer={
        "results": [
            {
                "id": 1,
                "from": None,
                "to": "inquiry",
                "at": _NOW,
                "actor": "integration",
                "by": None,
                "integration": "Website",
                "reason": None,
                "criteria_version": None,
                "total": None,
                "cycle": 1,
                "handoff": None,
                "evidence": None,
            }
        ],
        "next": None,
    },
    problems=(400, *READING_ONE),
    parameters=_paging(("at", "-at")),
)
GET_LEAD_EVENTS = _operation(
    "leadEvents",
    "What a lead did",
    answers={200: _page(EVENT_READ)},
    answer={
        "results": [
            {
                "id": 3,
                "type": "demo_request",
                "occurred_at": "2026-11-22T13:37:00Z",
                "stated_at": None,
                "received_at": _NOW,
                "properties": {"page": "/demo"},
                "external_id": "form-9921",
            }
        ],
        "next": None,
    },
    problems=(400, *READING_ONE),
    parameters=_paging(("-occurred_at",)),
)
POST_EVENT = _operation(
    "postEvent",
    "Send one event",
    description="An unknown mail makes an inquiry; an unknown id or external id is a 404. The same"
    " external id is the same event. A time ahead of ours counts as now.",
    body=EVENT_SCHEMA,
    sent=EVENT_EXAMPLE,
    answers={201: EVENT_ANSWER, 200: EVENT_ANSWER},
    answer={"id": 3, "status": "duplicate", "lead": 12},
    problems=(*POSTING, 404, 409),
    tag="events",
)
POST_EVENTS = _operation(
    "postEvents",
    f"Send up to {ITEMS_MAX} events",
    body=_batch("events", EVENT_SCHEMA),
    sent={"events": [EVENT_EXAMPLE]},
    answers={
        status: _object(results=_list(_result(lead=_or_null("integer"))), summary=SUMMARY)
        for status in (200, 207)
    },
    answer={
        "results": [{"index": 0, "status": "created", "id": 3, "lead": 12, "errors": []}],
        "summary": _summary(created=1),
    },
    problems=POSTING,
    tag="events",
)
LIST_HANDOFFS = _operation(
    "listHandoffs",
    "List handoffs",
    answers={200: _page(HANDOFF)},
    answer={"results": [HANDOFF_EXAMPLE], "next": None},
    problems=READING,
    parameters=_parameters(HandoffFilter, ("-opened_at", "due_at")),
    tag="handoffs",
)
GET_HANDOFF = _operation(
    "getHandoff",
    "Read one handoff",
    answers={200: HANDOFF},
    answer=HANDOFF_EXAMPLE,
    problems=READING_ONE,
    tag="handoffs",
)

REP: Schema = {"type": "string", "format": "email", "description": "Mail of the rep who acts."}


def _action(name: str, summary: str, *, sent: dict[str, Any], **more: Any) -> dict[str, Any]:
    properties = {"rep": REP} | more.pop("properties", {})
    return _operation(
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
    answers={201: _object(id=INTEGER, handoff=INTEGER, at=TIME)},
    answer={"id": 5, "handoff": 7, "at": _NOW},
)
