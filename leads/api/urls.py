"""Addresses of the API, below /api/v1 and without trailing slashes."""

from django.urls import path

from leads.api import docs, events, handoffs, leads

urlpatterns = [
    path("leads", leads.leads, name="api-leads"),
    path("leads/batch", leads.lead_batch, name="api-lead-batch"),
    path("leads/<int:pk>", leads.lead, name="api-lead"),
    path("leads/<int:pk>/explanation", leads.explanation, name="api-lead-explanation"),
    path("leads/<int:pk>/history", leads.history, name="api-lead-history"),
    path("leads/<int:pk>/events", leads.lead_events, name="api-lead-events"),
    path("events", events.event, name="api-events"),
    path("events/batch", events.event_batch, name="api-event-batch"),
    path("handoffs", handoffs.handoffs, name="api-handoffs"),
    path("handoffs/<int:pk>", handoffs.handoff, name="api-handoff"),
    path("handoffs/<int:pk>/claim", handoffs.claim_handoff, name="api-handoff-claim"),
    path("handoffs/<int:pk>/release", handoffs.release_handoff, name="api-handoff-release"),
    path("handoffs/<int:pk>/touch", handoffs.touch_handoff, name="api-handoff-touch"),
    path("schema", docs.schema, name="schema"),
    path("docs", docs.docs, name="docs"),
]
