"""Leads in OpenAPI's words."""

from leadportal.rest.lists import PageAnswer
from leadportal.rest.openapi import (
    CONDITIONAL,
    IF_MATCH,
    IF_NONE_MATCH,
    READING,
    READING_ONE,
    UNCHANGED,
    filters_of,
    operation,
    paging,
)
from leads.checks.leads import CHANGE_SCHEMA
from leads.columns import COMPANY_COLUMNS, LEAD_COLUMNS
from leads.examples import LEAD_EXAMPLE, LINE_EXAMPLE, NOW, SCORE_EXAMPLE
from leads.explanation.answers import ExplanationAnswer
from leads.ingest.openapi import STRICT
from leads.lead.answers import ChangedLeadAnswer, EventAnswer, LeadAnswer, StageChangeAnswer
from leads.lead.filters import EventFilter
from leads.table.filters import LeadFilter

_UNKNOWN = dict.fromkeys(column.name for column in LEAD_COLUMNS)


_COMPANY_UNKNOWN = dict.fromkeys(column.name for column in COMPANY_COLUMNS)


LEAD_READ_EXAMPLE = {
    **_UNKNOWN,
    **LEAD_EXAMPLE,
    "id": 12,
    "email_kind": "work",
    "company": {
        **_COMPANY_UNKNOWN,
        "name": "Brightwater Foods",
        "domain": "brightwater.example",
        "employees": 610,
        "country": "SE",
    },
    "tags": {"utm_source": "google", "utm_medium": "cpc", "gclid": "Cj0KCQ"},
    "last_source": "Webinar",
    "last_campaign": None,
    "last_tags": {},
    "last_came_at": NOW,
    "typed": ["phone"],
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
    answers={200: PageAnswer[LeadAnswer]},
    answer={"results": [LEAD_READ_EXAMPLE], "next": None},
    problems=READING,
    parameters=filters_of(LeadFilter, ("-created_at", "created_at", "-total")),
)


GET_LEAD = operation(
    "getLead",
    "Read one lead",
    description="The id of a lead that was merged away redirects to its heir.",
    answers={200: LeadAnswer},
    answer=LEAD_READ_EXAMPLE,
    problems=CONDITIONAL,
    without_body=UNCHANGED | {301: "Merged away: `Location` is the heir."},
    parameters=[IF_NONE_MATCH],
)


PATCH_LEAD = operation(
    "changeLead",
    "Change one lead",
    description="Fields that are sent overwrite, and null empties; so does the null of an"
    " attribute. `source` and `campaign` stand as they came first: later ones are `last_source`"
    " and `last_campaign`, and none is emptied. What a person typed stands: your word is kept"
    " beside it for people to see, and the answer shows what is. What is not understood changes"
    " nothing and is told in `warnings`; with `strict` it refuses the whole. An address or"
    " an external id of another lead is a 409.",
    body=CHANGE_SCHEMA,
    sent={"job_title": "VP Operations", "phone": None, "attributes": {"budget": None}},
    answers={200: ChangedLeadAnswer},
    answer={**LEAD_READ_EXAMPLE, "warnings": []},
    problems=(*CONDITIONAL, 400, 409, 411, 413, 415, 428),
    parameters=[IF_MATCH, STRICT],
    changes=True,
)


GET_EXPLANATION = operation(
    "explainLead",
    "Why a lead has its score",
    description="The lines of a kind sum to that kind, all lines to the total. All null before"
    " the first scoring. An `unknown` line asks what nobody knows, a `late` one is about events too"
    " long ago to count, a `cut` one is the cap's; `unscored` are events no criterion asks for.",
    answers={200: ExplanationAnswer},
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
    answers={200: PageAnswer[StageChangeAnswer]},
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


_EVENTS_EXAMPLE = {
    "results": [
        {
            "id": 3,
            "lead": 12,
            "type": "demo_request",
            "occurred_at": "2026-11-22T13:37:00Z",
            "stated_at": None,
            "received_at": NOW,
            "properties": {"page": "/demo"},
            "external_id": "form-9921",
        }
    ],
    "next": None,
}
GET_LEAD_EVENTS = operation(
    "leadEvents",
    "What a lead did",
    answers={200: PageAnswer[EventAnswer]},
    answer=_EVENTS_EXAMPLE,
    problems=(400, *READING_ONE),
    parameters=paging(("-occurred_at",)),
)
LIST_EVENTS = operation(
    "listEvents",
    "List events",
    description="What leads did, the newest first.",
    answers={200: PageAnswer[EventAnswer]},
    answer=_EVENTS_EXAMPLE,
    problems=READING,
    parameters=filters_of(EventFilter, ("-occurred_at",)),
    tag="events",
)
