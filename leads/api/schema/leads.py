"""Leads in OpenAPI's words."""

from drf_spectacular.utils import OpenApiParameter

from leads.api.batches import ITEMS_MAX
from leads.api.decision import WAIT_MAX
from leads.api.schema.events import EVENT_READ
from leads.api.schema.examples import LEAD_EXAMPLE, LINE_EXAMPLE, NOW, SCORE_EXAMPLE, summary_of
from leads.api.schema.operations import (
    IF_NONE_MATCH,
    POSTING,
    READING,
    READING_ONE,
    filters_of,
    operation,
    paging,
)
from leads.api.schema.shapes import (
    FREE,
    INTEGER,
    LINE,
    SCORE,
    STAGE,
    SUMMARY,
    TEXT,
    TIME,
    TIME_OR_NULL,
    Schema,
    batch_of,
    list_of,
    object_of,
    or_null,
    page_of,
    result_of,
)
from leads.checks.leads import COMPANY, LEAD, LEAD_SCHEMA
from leads.filters import LeadFilter

COMPANY_READ = object_of(
    name=TEXT,
    **{name: or_null("string") for name in COMPANY if name not in {"name", "employees"}},
    employees=or_null("integer"),
)
LEAD_READ = object_of(
    id=INTEGER,
    **{
        name: or_null("string")
        for name in LEAD
        if name not in {"company", "estimated_value", "attributes", "consent"}
    },
    email_kind=or_null("string"),
    company={"oneOf": [COMPANY_READ, {"type": "null"}]},
    estimated_value=or_null("string"),
    attributes=FREE,
    consent={"type": "object", "additionalProperties": {"type": "boolean"}},
    stage=STAGE,
    stage_since=TIME,
    score=SCORE,
    criteria_version=or_null("integer"),
    queue=or_null("string"),
    owner=or_null("string"),
    created_at=TIME,
    updated_at=TIME,
    scored_at=TIME_OR_NULL,
)
STAGE_CHANGE = object_of(
    **{
        "id": INTEGER,
        "from": or_null("string"),
        "to": STAGE,
        "at": TIME,
        "actor": TEXT,
        "by": or_null("string"),
        "integration": or_null("string"),
        "reason": or_null("string"),
        "criteria_version": or_null("integer"),
        "total": or_null("integer"),
        "cycle": INTEGER,
        "handoff": or_null("integer"),
        "evidence": or_null("object", additionalProperties=True),
    }
)
DECISION = object_of(
    stage=STAGE,
    score=object_of(total=INTEGER, fit=INTEGER, intent=INTEGER),
    lines=list_of(LINE),
    criteria_version=INTEGER,
    missing=list_of(TEXT),
    queue=or_null("string"),
    due_at=TIME_OR_NULL,
)
LEAD_ANSWER: Schema = {
    "type": "object",
    "properties": {
        "id": or_null("integer"),
        "status": {"type": "string", "enum": ["created", "matched"]},
        "matched": {"type": "boolean"},
        "url": TEXT,
        "dry_run": {"type": "boolean"},
        "decision": {"oneOf": [DECISION, {"type": "null"}]},
    },
    "required": ["id", "status", "matched"],
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
    "stage_since": NOW,
    "score": SCORE_EXAMPLE,
    "criteria_version": 1,
    "queue": "Sales",
    "owner": None,
    "created_at": NOW,
    "updated_at": NOW,
    "scored_at": NOW,
}
LIST_LEADS = operation(
    "listLeads",
    "List leads",
    description="Ordered by `-total`, leads that were never scored are left out.",
    answers={200: page_of(LEAD_READ)},
    answer={"results": [LEAD_READ_EXAMPLE], "next": None},
    problems=READING,
    parameters=filters_of(LeadFilter, ("-created_at", "created_at", "-total")),
)
DECISION_EXAMPLE = {
    "stage": "sql",
    "score": SCORE_EXAMPLE,
    "lines": [LINE_EXAMPLE],
    "criteria_version": 1,
    "missing": ["city"],
    "queue": "Sales",
    "due_at": "2026-11-22T14:07:04.120Z",
}
PREFER = OpenApiParameter(
    "Prefer",
    str,
    OpenApiParameter.HEADER,
    description=f"`wait=N`: answer with the `decision` of the criteria, within N seconds (at most"
    f" {WAIT_MAX}); null when they took longer. `Preference-Applied` says that it is there.",
)
DRY_RUN = OpenApiParameter(
    "dry_run",
    bool,
    default=False,
    description="Answer with the decision and write nothing; `id` is null for somebody new.",
)
POST_LEAD = operation(
    "postLead",
    "Send one lead",
    description="Finds the lead by external id, then by mail. Fields that are sent and neither"
    " null nor blank overwrite; company facts fill blanks only. One of external_id, email and"
    " phone is needed. A shared mailbox (info@…) identifies nobody.",
    body=LEAD_SCHEMA,
    sent=LEAD_EXAMPLE,
    answers={201: LEAD_ANSWER, 200: LEAD_ANSWER},
    answer={
        "id": 12,
        "status": "matched",
        "matched": True,
        "url": "/api/v1/leads/12",
        "decision": DECISION_EXAMPLE,
    },
    parameters=[PREFER, DRY_RUN],
    problems=(*POSTING, 409),
)
POST_LEADS = operation(
    "postLeads",
    f"Send up to {ITEMS_MAX} leads",
    description="Results in the order of the items. 207 where some were refused; the others are"
    " written, unless `all_or_none` asks otherwise. The same person twice in a batch is a"
    " `duplicate` of `first_index`, and its fields still count.",
    body=batch_of("leads", LEAD_SCHEMA),
    sent={"leads": [LEAD_EXAMPLE]},
    answers={
        200: object_of(results=list_of(result_of()), summary=SUMMARY),
        207: object_of(results=list_of(result_of()), summary=SUMMARY),
    },
    answer={
        "results": [{"index": 0, "status": "created", "id": 12, "errors": []}],
        "summary": summary_of(created=1),
    },
    problems=POSTING,
)
GET_LEAD = operation(
    "getLead",
    "Read one lead",
    description="The id of a lead that was merged away redirects to its heir.",
    answers={200: LEAD_READ},
    answer=LEAD_READ_EXAMPLE,
    problems=READING_ONE,
    parameters=[IF_NONE_MATCH],
)
GET_EXPLANATION = operation(
    "explainLead",
    "Why a lead has its score",
    description="The lines of a kind sum to that kind, all lines to the total. All null before"
    " the first scoring. An `unknown` line asks what nobody knows, a `late` one is about events too"
    " long ago to count, a `cut` one is the cap's; `unscored` are events no criterion asks for.",
    answers={
        200: object_of(
            total=or_null("integer"),
            fit=or_null("integer"),
            intent=or_null("integer"),
            version=or_null("integer"),
            lines=list_of(LINE),
            unscored=list_of(object_of(event=TEXT, label=TEXT, evidence=TEXT)),
        )
    },
    answer={
        "total": 40,
        "fit": 0,
        "intent": 40,
        "version": 1,
        "lines": [LINE_EXAMPLE],
        "unscored": [
            {"event": "odd_thing", "label": "Odd thing", "evidence": "22 November 2026, 13:37"}
        ],
    },
    problems=READING_ONE,
)
GET_HISTORY = operation(
    "leadHistory",
    "Every move of a lead",
    answers={200: page_of(STAGE_CHANGE)},
    answer={
        "results": [
            {
                "id": 1,
                "from": None,
                "to": "inquiry",
                "at": NOW,
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
    parameters=paging(("at", "-at")),
)
GET_LEAD_EVENTS = operation(
    "leadEvents",
    "What a lead did",
    answers={200: page_of(EVENT_READ)},
    answer={
        "results": [
            {
                "id": 3,
                "type": "demo_request",
                "occurred_at": "2026-11-22T13:37:00Z",
                "stated_at": None,
                "received_at": NOW,
                "properties": {"page": "/demo"},
                "external_id": "form-9921",
            }
        ],
        "next": None,
    },
    problems=(400, *READING_ONE),
    parameters=paging(("-occurred_at",)),
)
