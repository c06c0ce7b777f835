"""Events in OpenAPI's words."""

from drf_spectacular.utils import OpenApiParameter

from leadportal.rest.batches import ITEMS_MAX
from leadportal.rest.openapi import POSTING, batch_of, operation
from leads.checks.events import EVENT_SCHEMA
from leads.checks.leads import DATED_LEAD_SCHEMA
from leads.examples import LEAD_EXAMPLE, LINE_EXAMPLE, SCORE_EXAMPLE, summary_of
from leads.ingest.answers import (
    BatchAnswer,
    EventResultAnswer,
    LeadResultAnswer,
    PostedEventAnswer,
    PostedLeadAnswer,
)
from leads.ingest.decision import WAIT_MAX

EVENT_EXAMPLE = {
    "type": "demo_request",
    "occurred_at": "2026-11-22T13:37:00Z",
    "properties": {"page": "/demo"},
    "external_id": "form-9921",
    "lead": {"email": "maya.lindqvist@brightwater.example"},
}
STRICT = OpenApiParameter(
    "strict",
    bool,
    description="Refuse an item whole over a value that is not understood, with every error."
    " Where it is not said, the key decides: one may be made strict.",
)
WARNING_EXAMPLE = {
    "pointer": "/country",
    "code": "unknown_country",
    "detail": "Give a code (DE, DEU) or a name of a country (Germany).",
    "value": "Asia/Pacific Region",
}
FORGIVING = (
    " A value that is not understood never loses the lead: it is left out, or cut where it is too"
    " long, kept as it came for people to see, and told in `warnings`; of a range (51-200) the"
    " lower bound counts. Refused is what reaches nobody, a name that is no field, and, with"
    " `strict`, everything else that is wrong."
)
POST_EVENT = operation(
    "postEvent",
    "Send one event",
    description="An unknown mail makes an inquiry; an unknown id or external id is a 404. The same"
    " external id is the same event. A time ahead of ours counts as now, and so does one that is"
    " not understood: it is told in `warnings`, as all that was left out. An unsubscribe, a spam"
    " complaint and a hard bounce (also as mail tools call them) withdraw consent: to the purposes"
    " in the property `purpose` or `purposes`, else to marketing and all agreed purposes of mail.",
    body=EVENT_SCHEMA,
    sent=EVENT_EXAMPLE,
    answers={201: PostedEventAnswer, 200: PostedEventAnswer},
    answer={"id": 3, "status": "duplicate", "lead": 12, "warnings": []},
    parameters=[STRICT],
    problems=(*POSTING, 404, 409),
    tag="events",
)
POST_EVENTS = operation(
    "postEvents",
    f"Send up to {ITEMS_MAX} events",
    body=batch_of("events", EVENT_SCHEMA),
    sent={"events": [EVENT_EXAMPLE]},
    answers=dict.fromkeys((200, 207), BatchAnswer[EventResultAnswer]),
    answer={
        "results": [
            {"index": 0, "status": "created", "id": 3, "lead": 12, "errors": [], "warnings": []}
        ],
        "summary": summary_of(created=1),
    },
    parameters=[STRICT],
    problems=POSTING,
    tag="events",
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


_WHO = (
    " `matched_by` says by what it was found: external id, mail (also one the lead had before),"
    " phone and name where one of the two has no address of their own, or name and company of"
    " somebody who wrote from a shared mailbox (info@, biuro@, ventas@…), which by itself"
    " identifies nobody. `suggested` are other leads that may be the same person."
)
_PAST = (
    "A key with the scope `leads:import` may say when a new lead began (`created_at`), so that old"
    " leads count in their own weeks; from others the field is refused."
)
POST_LEAD = operation(
    "postLead",
    "Send one lead",
    description="Finds the lead it is about, or makes it. Fields that are sent and neither"
    " null nor blank overwrite; company facts fill blanks only. One of external_id, email and"
    f" phone is needed.{_WHO} {_PAST}" + FORGIVING,
    body=DATED_LEAD_SCHEMA,
    sent=LEAD_EXAMPLE,
    answers={201: PostedLeadAnswer, 200: PostedLeadAnswer},
    answer={
        "id": 12,
        "status": "matched",
        "matched": True,
        "matched_by": "email",
        "suggested": [],
        "warnings": [WARNING_EXAMPLE],
        "url": "/api/v1/leads/12",
        "decision": DECISION_EXAMPLE,
    },
    parameters=[PREFER, DRY_RUN, STRICT],
    problems=(*POSTING, 409),
)


POST_LEADS = operation(
    "postLeads",
    f"Send up to {ITEMS_MAX} leads",
    description="Results in the order of the items. 207 where some were refused; the others are"
    " written, unless `all_or_none` asks otherwise. The same person twice in a batch is a"
    f" `duplicate` of `first_index`, and its fields still count.{_WHO} {_PAST}" + FORGIVING,
    body=batch_of("leads", DATED_LEAD_SCHEMA),
    sent={"leads": [LEAD_EXAMPLE]},
    answers=dict.fromkeys((200, 207), BatchAnswer[LeadResultAnswer]),
    answer={
        "results": [
            {
                "index": 0,
                "status": "created",
                "id": 12,
                "errors": [],
                "warnings": [WARNING_EXAMPLE],
                "matched_by": None,
                "suggested": [9],
            }
        ],
        "summary": summary_of(created=1),
    },
    parameters=[STRICT],
    problems=POSTING,
)
