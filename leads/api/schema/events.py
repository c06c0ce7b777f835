"""Events in OpenAPI's words."""

from leadportal.rest.batches import ITEMS_MAX
from leadportal.rest.openapi import POSTING, batch_of, operation
from leads.api.batches import BatchAnswer
from leads.api.schema.examples import summary_of
from leads.api.shapes import EventResultAnswer, PostedEventAnswer
from leads.checks.events import EVENT_SCHEMA

EVENT_EXAMPLE = {
    "type": "demo_request",
    "occurred_at": "2026-11-22T13:37:00Z",
    "properties": {"page": "/demo"},
    "external_id": "form-9921",
    "lead": {"email": "maya.lindqvist@brightwater.example"},
}
POST_EVENT = operation(
    "postEvent",
    "Send one event",
    description="An unknown mail makes an inquiry; an unknown id or external id is a 404. The same"
    " external id is the same event. A time ahead of ours counts as now.",
    body=EVENT_SCHEMA,
    sent=EVENT_EXAMPLE,
    answers={201: PostedEventAnswer, 200: PostedEventAnswer},
    answer={"id": 3, "status": "duplicate", "lead": 12},
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
        "results": [{"index": 0, "status": "created", "id": 3, "lead": 12, "errors": []}],
        "summary": summary_of(created=1),
    },
    problems=POSTING,
    tag="events",
)
