"""The API in OpenAPI's words. What may be sent is described by the tables that check it."""

from leads.api.schema.events import POST_EVENT, POST_EVENTS
from leads.api.schema.handoffs import (
    GET_HANDOFF,
    LIST_HANDOFFS,
    POST_CLAIM,
    POST_RELEASE,
    POST_TOUCH,
)
from leads.api.schema.leads import (
    GET_EXPLANATION,
    GET_HISTORY,
    GET_LEAD,
    GET_LEAD_EVENTS,
    LIST_LEADS,
    POST_LEAD,
    POST_LEADS,
)

__all__ = [
    "GET_EXPLANATION",
    "GET_HANDOFF",
    "GET_HISTORY",
    "GET_LEAD",
    "GET_LEAD_EVENTS",
    "LIST_HANDOFFS",
    "LIST_LEADS",
    "POST_CLAIM",
    "POST_EVENT",
    "POST_EVENTS",
    "POST_LEAD",
    "POST_LEADS",
    "POST_RELEASE",
    "POST_TOUCH",
]
